import type { FetchMode } from '../core/fetch-mode.ts';
import { FETCH_MODES } from '../core/fetch-mode.ts';
import type { ServerRole } from '../core/types/index.ts';
import { ConfigError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { own } from '../utils/own.ts';
import type { LoadStrategy } from './loading/strategy.ts';
import { checkScopeOptions, SCOPE_OPTIONS } from './scope-settings.ts';
import type { ScopeOptions } from './scope-settings.ts';

/** When pending changes are written before a query: inside transactions, at commit only, or when told to. */
export type FlushMode = 'auto' | 'commit' | 'manual';

/** Settings of a session; a database has them for all of its sessions. */
export interface SessionOptions extends ScopeOptions {
  /** Whom the first `.load()` loads for. Default `peers`. */
  readonly fetchMode?: FetchMode;
  /** Default `auto`. */
  readonly flushMode?: FlushMode;
  /**
   * How `selectRelated` gets its objects: by a `join`, or in a `batch` for each relation. Default `auto`: by a join, but for
   * large limits on databases where that is slower.
   */
  readonly loadStrategy?: LoadStrategy;
  /**
   * Where the tables are of models that name no schema of their own: a schema of PostgreSQL, a database of MySQL. Names
   * are written with it, and nothing is set on a connection.
   */
  readonly schema?: string;
  /**
   * Where there are replicas: read from the `primary`, or from any `replica`, even one that lacks what this process wrote.
   * By default from a replica that has it.
   */
  readonly using?: ServerRole | undefined;
  /**
   * Where `performance` is on: how often a query has to be repeated to be suspected of an N+1. Default 5; `Infinity` looks for none.
   */
  readonly performanceThreshold?: number;
}

type Chosen = Exclude<keyof SessionOptions, 'schema' | 'performanceThreshold' | keyof ScopeOptions>;

const VALUES: Readonly<Record<Chosen, readonly string[]>> = {
  fetchMode: FETCH_MODES,
  flushMode: ['auto', 'commit', 'manual'],
  loadStrategy: ['auto', 'join', 'batch'],
  using: ['primary', 'replica'],
};

/** @throws ConfigError for an option that there is not, or a value that it does not have. */
export function checkSessionOptions(options: SessionOptions, others: readonly string[] = []): void {
  checkScopeOptions(own(options));
  for (const [name, value] of Object.entries(own(options))) {
    if (others.includes(name) || SCOPE_OPTIONS.includes(name)) continue;
    if (name === 'schema') {
      if (value !== undefined && typeof value !== 'string')
        throw new ConfigError("The option 'schema' is the name of a schema.", { field: name });
      continue;
    }
    if (name === 'performanceThreshold') {
      if (value !== undefined && !(typeof value === 'number' && value >= 2))
        throw new ConfigError("The option 'performanceThreshold' is a number from 2.", { field: name });
      continue;
    }
    const allowed = Object.hasOwn(VALUES, name) ? VALUES[name as keyof typeof VALUES] : undefined;
    if (allowed === undefined)
      throw new ConfigError(`A session has no option '${name}'.`, {
        field: name,
        remedy: suggest(name, [...Object.keys(VALUES), 'schema', 'performanceThreshold', ...SCOPE_OPTIONS, ...others]),
      });
    if (value !== undefined && !allowed.includes(value as string))
      throw new ConfigError(`The option '${name}' is one of: ${allowed.join(', ')}.`, { field: name });
  }
}
