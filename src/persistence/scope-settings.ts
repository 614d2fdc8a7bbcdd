import type { ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import type { ScopeSettings } from '../query/active-scopes.ts';
import { ConfigError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { own as ownValues } from '../utils/own.ts';

/** What a session, or a database for all of its sessions, says of the scopes of models. */
export interface ScopeOptions {
  /** Values for scopes, by name: `{ tenant: 7 }`. They stay for as long as the session does. */
  readonly scopes?: Readonly<Record<string, unknown>>;
  /** Names of scopes that are not in force, required ones too. */
  readonly unscoped?: readonly string[];
}

export const SCOPE_OPTIONS = ['scopes', 'unscoped'];

/** @throws ConfigError for what is no object of values, or no list of names. */
export function checkScopeOptions({ scopes, unscoped }: ScopeOptions): void {
  if (scopes !== undefined && (typeof scopes !== 'object' || scopes === null || Array.isArray(scopes)))
    throw new ConfigError(`The option 'scopes' is an object such as { tenant: 7 }, not ${describe(scopes)}.`, {
      field: 'scopes',
    });
  for (const [name, value] of Object.entries(scopes ?? {}))
    if (value === undefined || value === null)
      throw new ConfigError(`The scope '${name}' was given ${describe(value)} for a value.`, {
        field: 'scopes',
        remedy: `Leave it out, or name it in { unscoped: ['${name}'] } where all rows are meant.`,
      });
  if (unscoped !== undefined && (!Array.isArray(unscoped) || !unscoped.every((name) => typeof name === 'string')))
    throw new ConfigError("The option 'unscoped' is a list of names of scopes.", { field: 'unscoped' });
}

/**
 * The settings of a session: its own over those of the database.
 *
 * @throws ConfigError for a scope that no model has, or a value for one that takes none.
 */
export function scopesOf(own: ScopeOptions, base: ScopeOptions, models: readonly ModelMeta[]): ScopeSettings {
  const settings: ScopeSettings = {
    values: ownValues({ ...base.scopes, ...own.scopes }),
    off: own.unscoped ?? base.unscoped ?? [],
  };
  // A session that knows no models finds them as it is used.
  if (models.length > 0 && (own.scopes !== undefined || own.unscoped !== undefined)) checkNames(settings, models);
  return settings;
}

/** @throws ConfigError */
export function checkNames({ values, off }: ScopeSettings, models: readonly ModelMeta[]): void {
  const known = models.flatMap(({ scopes }) => scopes).filter((scope) => scope.default);
  const names = new Set(known.map(({ name }) => name));
  for (const name of [...Object.keys(values), ...off])
    if (!names.has(name))
      throw new ConfigError(`No model has a scope '${name}' that is in force by default.`, {
        field: name,
        remedy: suggest(name, names),
      });
  for (const name of Object.keys(values))
    if (!known.some((scope) => scope.name === name && scope.takesValue))
      throw new ConfigError(`The scope '${name}' takes no value.`, {
        field: name,
        remedy: `It is in force by default; name it in { unscoped: ['${name}'] } where it should not be.`,
      });
}
