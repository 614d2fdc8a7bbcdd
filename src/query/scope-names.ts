import type { ModelMeta, ScopeMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, UnknownFieldError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';

/** The scopes that a query set leaves out. @throws UnknownFieldError, InvalidQueryError */
export function bypassed(meta: ModelMeta, names: readonly unknown[]): readonly string[] {
  return names.map((given) => {
    const scope = scopeNamed(meta, given);
    if (scope.default) return scope.name;
    throw new InvalidQueryError(`${meta.name} has no scope '${scope.name}' in force that could be left out.`, {
      model: meta.name,
      field: scope.name,
      remedy: `Leave .scoped('${scope.name}') out of the query.`,
    });
  });
}

/** The filter that a scope is which a query set asks for. @throws UnknownFieldError, InvalidQueryError */
export function askedFor(meta: ModelMeta, given: unknown, value: readonly unknown[]): (refs: object) => unknown {
  const { name, condition, takesValue, ...scope } = scopeNamed(meta, given);
  const refuse = (problem: string, remedy: string): InvalidQueryError =>
    new InvalidQueryError(`The scope '${name}' of ${meta.name} ${problem}`, { model: meta.name, field: name, remedy });
  if (scope.default)
    throw refuse(
      'is in force by default.',
      takesValue ? `Its value is the session's: { scopes: { ${name}: … } }.` : '',
    );
  if (takesValue !== (value.length === 1) || (takesValue && value[0] === undefined))
    throw takesValue
      ? refuse('is about a value.', `Write .scoped('${name}', value).`)
      : refuse('takes no value.', `Write .scoped('${name}').`);
  return (refs) => condition(refs, value[0]);
}

function scopeNamed(meta: ModelMeta, name: unknown): ScopeMeta {
  if (typeof name !== 'string')
    throw new InvalidQueryError(`A scope of ${meta.name} is named by a text, not ${describe(name)}.`, {
      model: meta.name,
    });
  const found = meta.scopes.find((scope) => scope.name === name);
  if (found !== undefined) return found;
  throw new UnknownFieldError(`${meta.name} has no scope '${name}'.`, {
    model: meta.name,
    field: name,
    remedy: suggest(
      name,
      meta.scopes.map((scope) => scope.name),
    ),
  });
}
