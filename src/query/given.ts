import type { ListParam, ParamExpression } from '../core/ast/expressions.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { InvalidQueryError, InvalidValueError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';

type Bound = ParamExpression | ListParam;

/**
 * The values of a statement, with those that are given by name.
 *
 * @throws InvalidValueError for one that is missing or cannot stand there; InvalidQueryError for a name that the query does not have.
 */
export function withGiven(
  { name: model }: ModelMeta,
  bound: readonly Bound[],
  given: Readonly<Record<string, unknown>>,
): Bound[] {
  const used = new Set<string>();
  const values = bound.map((item): Bound => {
    if (item.later === undefined) return item;
    const { name, check } = item.later;
    used.add(name);
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined)
      throw new InvalidValueError(`The parameter '${name}' of a prepared query of ${model} was not given.`, {
        model,
        field: name,
        remedy: `Give it: { ${name}: … }.`,
      });
    check(value);
    return item.kind === 'list' ? { ...item, values: value as readonly unknown[] } : { ...item, value };
  });
  const unknown = Object.keys(given).find((name) => !used.has(name));
  if (unknown === undefined) return values;
  throw new InvalidQueryError(`A prepared query of ${model} has no parameter '${unknown}'.`, {
    model,
    field: unknown,
    remedy: suggest(unknown, used),
  });
}
