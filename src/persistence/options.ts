import type { ServerRole } from '../core/types/index.ts';
import { ConfigError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';

/** Whom the first `.load()` of a relation loads for: all that came from the same query, this one alone, or nobody. */
export type FetchMode = 'peers' | 'one' | 'raise';

/** When pending changes are written before a query: inside transactions, at commit only, or when told to. */
export type FlushMode = 'auto' | 'commit' | 'manual';

/** Settings of a session; a database has them for all of its sessions. */
export interface SessionOptions {
  /** Whom the first `.load()` loads for. Default `peers`. */
  readonly fetchMode?: FetchMode;
  /** Default `auto`. */
  readonly flushMode?: FlushMode;
  /**
   * Where there are replicas: read from the `primary`, or from any `replica`, even one that lacks what this process wrote.
   * By default from a replica that has it.
   */
  readonly using?: ServerRole | undefined;
}

const VALUES: Readonly<Record<keyof SessionOptions, readonly string[]>> = {
  fetchMode: ['peers', 'one', 'raise'],
  flushMode: ['auto', 'commit', 'manual'],
  using: ['primary', 'replica'],
};

/** @throws ConfigError for an option that there is not, or a value that it does not have. */
export function checkSessionOptions(options: SessionOptions, others: readonly string[] = []): void {
  for (const [name, value] of Object.entries(options)) {
    if (others.includes(name)) continue;
    const allowed = Object.hasOwn(VALUES, name) ? VALUES[name as keyof SessionOptions] : undefined;
    if (allowed === undefined)
      throw new ConfigError(`A session has no option '${name}'.`, {
        field: name,
        remedy: suggest(name, [...Object.keys(VALUES), ...others]),
      });
    if (value !== undefined && !allowed.includes(value as string))
      throw new ConfigError(`The option '${name}' is one of: ${allowed.join(', ')}.`, { field: name });
  }
}
