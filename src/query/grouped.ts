import { typeOf } from '../core/ast/expressions.ts';
import type { Expression, Origin } from '../core/ast/expressions.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { replaced } from './replaced.ts';
import { sameExpression } from './shape-key.ts';
import type { QueryState } from './state.ts';

/** Types of which not every database knows a least value. */
const UNSORTED: ReadonlySet<string> = new Set(['json', 'array', 'binary']);

/**
 * An expression about groups, in which what they are grouped by is the least of its values: all of them are the same. A computed
 * group would have to be known again by its text otherwise, which MySQL and MariaDB never do in HAVING, and PostgreSQL not
 * where it holds a parameter or a subquery.
 *
 * @throws InvalidQueryError for a computed group of a type without a least value.
 */
export function inGroups({ meta, groups = [] }: QueryState, asked: Expression, origins: readonly Origin[]): Expression {
  const computed = groups.filter(({ kind }) => kind !== 'path');
  if (computed.length === 0) return asked;
  return replaced(asked, (node) => {
    if (!computed.some((group) => sameExpression(group, node, origins))) return undefined;
    const { type, nullable } = typeOf(node);
    if (UNSORTED.has(type.kind))
      throw new InvalidQueryError(
        `Groups of ${meta.name} by a computed value of type ${type.kind} cannot be looked at by that value.`,
        { model: meta.name, remedy: 'Filter the rows before groupBy(), or read the value as a column of its own.' },
      );
    return { kind: 'aggregate', fn: 'min', argument: node, distinct: false, filter: undefined, type, nullable };
  });
}
