import { DefinitionError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import type { ScopeDefinition, ScopeOptions } from './definitions.ts';
import type { ModelMeta, ScopeCondition } from './metadata.ts';
import type { ScopeFunction } from './types/index.ts';

const OPTIONS = ['default', 'required', 'check'];

function createScope(condition: ScopeCondition, options: ScopeOptions = {}): ScopeDefinition {
  const refuse = (problem: string, remedy?: string): DefinitionError =>
    new DefinitionError([`scope() ${problem}`], { remedy });
  if (typeof condition !== 'function')
    throw refuse('takes a callback: scope((p, tenantId: number) => p.tenantId.eq(tenantId)).');
  if (condition.length === 0)
    throw refuse("takes a callback about the model's columns, and this one has no parameter.");
  for (const [name, value] of Object.entries(options)) {
    if (!OPTIONS.includes(name)) throw refuse(`has no option '${name}'.`, suggest(name, OPTIONS));
    if (typeof value !== 'boolean') throw refuse(`takes true or false for '${name}'.`);
  }
  if (options.required === true && condition.length < 2)
    throw refuse('is required only for the sake of a value: give its callback a second parameter.');
  if (options.required === true && options.default === false)
    throw refuse('cannot be both required and not in force by default.');
  return Object.freeze({ kind: 'scope', condition, options: Object.freeze({ ...options }) });
}

/** The scopes of a model that may hide rows, for messages: `'tenant', 'alive'`; empty where there are none. */
export function scopeNames({ scopes }: ModelMeta): string {
  return scopes
    .filter((item) => item.default)
    .map(({ name }) => `'${name}'`)
    .join(', ');
}

/**
 * A named condition of a model, with options. Without any, the callback alone does.
 *
 * - `default: false`: not in force by itself; `qs.scoped('published')` asks for it.
 * - `required: true`: every query of the model fails unless the session gives the value that it is about.
 * - `check: true`: rows that a session writes have to meet it; the condition is an equality of columns and values then.
 *
 * @throws DefinitionError for options that contradict each other.
 * @example
 * ```ts
 * import { f, model, scope } from 'blazeorm';
 * export class Post extends model('post', { id: f.auto(), tenantId: f.int(), published: f.bool() }, {
 *   scopes: {
 *     tenant: scope((p, id: number) => p.tenantId.eq(id), { required: true, check: true }),
 *     published: scope((p) => p.published.eq(true), { default: false }),
 *   },
 * }) {}
 * ```
 */
export const scope = Object.assign(createScope, { across: createScope }) as unknown as ScopeFunction; // Named cast: the callback's parameters are typed by the model.
