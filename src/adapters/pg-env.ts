import { parsedKeywords } from '../security/dsn.ts';
import type { ParsedDsn } from '../security/dsn.ts';
import { ConfigError } from '../utils/errors.ts';
import { tlsMode } from './tls-mode.ts';

/** Variables by name, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const KEYWORDS = [
  ['PGHOST', 'host'],
  ['PGPORT', 'port'],
  ['PGUSER', 'user'],
  ['PGPASSWORD', 'password'],
  ['PGDATABASE', 'dbname'],
] as const;

/** What libpq's variables say. An empty one counts as not set. */
export function parsePgEnv(env: Environment): { readonly place: ParsedDsn; readonly given: Record<string, string> } {
  const keywords: Record<string, string> = {};
  for (const [variable, keyword] of KEYWORDS) {
    const value = env[variable];
    if (value !== undefined && value !== '') keywords[keyword] = value;
  }
  const mode = env['PGSSLMODE'] || undefined;
  if (mode === undefined && Object.keys(keywords).length === 0)
    throw new ConfigError('None of the variables of PostgreSQL is set.', {
      remedy: `Set ${KEYWORDS.map(([variable]) => variable).join(', ')} or PGSSLMODE.`,
    });
  return {
    place: parsedKeywords('postgres', keywords),
    given: mode === undefined ? {} : { tls: tlsMode(mode, 'PGSSLMODE') },
  };
}
