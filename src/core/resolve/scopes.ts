import type { ScopeDefinition } from '../definitions.ts';
import type { ScopeCondition, ScopeMeta } from '../metadata.ts';
import type { ModelDraft, Report } from './draft.ts';

/** Named conditions: what they are about is seen when they are used, because their callbacks need the whole model. */
export function resolveScopes({ meta, definition }: ModelDraft, report: Report): void {
  meta.scopes = Object.entries(definition.options.scopes ?? {}).flatMap(([name, given]) => {
    const scope = scopeOf(name, given);
    if (scope === undefined) report(`${meta.name}: the scope '${name}' is a callback, or made by scope().`);
    return scope ?? [];
  });
  meta.restricted ||= meta.scopes.some((scope) => scope.default);
}

/** A class that shares its table has the scopes of the root: whoever asks for it sees no more rows than of the root. */
export function inheritScopes({ meta }: ModelDraft): void {
  const root = meta.inheritance?.root;
  if (root !== undefined && root.id !== meta.id) meta.scopes = [...root.scopes, ...meta.scopes];
}

function scopeOf(name: string, given: ScopeDefinition | ScopeCondition): ScopeMeta | undefined {
  const made = typeof given === 'function' ? undefined : given;
  const condition = typeof given === 'function' ? given : made?.condition;
  if (typeof condition !== 'function' || (made !== undefined && made.kind !== 'scope')) return undefined;
  const { default: always = true, required = false, check = false } = made?.options ?? {};
  return Object.freeze({ name, condition, default: always, takesValue: condition.length > 1, required, check });
}
