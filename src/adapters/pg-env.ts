import { parsedKeywords } from '../security/dsn.ts';
import type { ParsedDsn } from '../security/dsn.ts';
import { ConfigError } from '../utils/errors.ts';
import { withoutAliases } from './server-aliases.ts';
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

const OPTIONS = [
  ['PGSSLMODE', 'sslmode'],
  ['PGSSLROOTCERT', 'sslrootcert'],
  ['PGSSLCERT', 'sslcert'],
  ['PGSSLKEY', 'sslkey'],
  ['PGAPPNAME', 'application_name'],
  ['PGCONNECT_TIMEOUT', 'connect_timeout'],
] as const;

/** What says where to connect or how safely, and is not taken; values with which it says nothing. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  PGHOSTADDR: [],
  PGSERVICE: [],
  PGOPTIONS: [],
  PGTARGETSESSIONATTRS: ['any'],
  PGREQUIREAUTH: [],
  PGREQUIREPEER: [],
  PGREQUIRESSL: ['0'],
  PGCHANNELBINDING: ['prefer', 'disable'],
  PGGSSENCMODE: ['prefer', 'disable'],
  PGSSLCRL: [],
  PGSSLCRLDIR: [],
  PGSSLMINPROTOCOLVERSION: ['TLSv1.2'],
  PGSSLMAXPROTOCOLVERSION: [],
  PGSSLNEGOTIATION: ['postgres'],
};

/**
 * What libpq's variables say. An empty one counts as not set.
 *
 * @throws ConfigError if none is set, or one that would have no effect.
 */
export function parsePgEnv(env: Environment): { readonly place: ParsedDsn; readonly given: Record<string, string> } {
  const read = (variables: readonly (readonly [variable: string, name: string])[]): Record<string, string> =>
    Object.fromEntries(
      variables.flatMap(([variable, name]) => (env[variable] ? [[name, env[variable]] as const] : [])),
    );
  const [keywords, options] = [read(KEYWORDS), read(OPTIONS)];
  for (const [variable, harmless] of Object.entries(REFUSED))
    if (env[variable] && !harmless.includes(env[variable]))
      throw new ConfigError(`The variable ${variable} has no effect here.`, {
        field: variable,
        remedy: 'Unset it, and give what it says in a DSN or as an option, if there is one for it.',
      });
  if (Object.keys(keywords).length === 0 && Object.keys(options).length === 0)
    throw new ConfigError('None of the variables of PostgreSQL is set.', {
      remedy: `Set ${KEYWORDS.map(([variable]) => variable).join(', ')} or PGSSLMODE.`,
    });
  // Once by itself, for an error that names the variable.
  if (options['sslmode'] !== undefined) tlsMode(options['sslmode'], 'PGSSLMODE');
  return { place: parsedKeywords('postgres', keywords), given: withoutAliases('postgres', options) };
}
