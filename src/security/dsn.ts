import { ConfigError } from '../utils/errors.ts';
import { decode } from './escapes.ts';
import { isKeywords, parseKeywords } from './keywords.ts';
import { mayShowName } from './option-names.ts';
import { parsePlace } from './place.ts';
import type { Place } from './place.ts';
import { parseServerUri } from './server-uri.ts';

/** A DSN in its parts. The password is in it: it is never logged, and `redactDsn` is what may be shown. */
export interface ParsedDsn extends Place {
  /** `sqlite`, `postgres`, `mysql`, `mariadb`. */
  readonly scheme: string;
  /** For SQLite: the file, or `:memory:`. Empty for servers. */
  readonly path: string;
  /** As they are written, without those that say who and where (`host`, `user`, `socket` …). */
  readonly options: Readonly<Record<string, string>>;
}

const SCHEME = /^([a-z][a-z\d+.-]*):/i;

const SCHEMES = new Map([
  ['sqlite', 'sqlite'],
  ['sqlite3', 'sqlite'],
  ['file', 'sqlite'],
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mariadb'],
]);

/** The scheme as it is written, with its colon, and as it is called here. */
export function schemeOf(dsn: string): { readonly written: string; readonly scheme: string | undefined } | undefined {
  const [written, name = ''] = SCHEME.exec(dsn) ?? [];
  return written === undefined ? undefined : { written, scheme: SCHEMES.get(name.toLowerCase()) };
}

/**
 * Parse a DSN. SQLite: `sqlite:app.db`, `sqlite:///var/data/app.db`, `sqlite::memory:`, `file:app.db`; `C:\data\app.db`
 * needs no escapes. Servers: `postgres://user:password@h1:5432,h2/database`, Unix sockets as `?host=/run/postgresql` or
 * `?socket=/run/mysqld.sock`, libpq's `host=db user=ann password='a b'`. Options as in `?poolSize=5`; percent escapes are
 * decoded everywhere. The result holds the password.
 *
 * @example
 * ```ts
 * import { parseDsn } from 'blazeorm';
 * export const { user, hosts, database } = parseDsn('postgres://ann:a%40b@[::1]:5433/app');
 * ```
 * @throws ConfigError that says what is wrong and never quotes the DSN.
 */
export function parseDsn(dsn: string): ParsedDsn {
  if (typeof dsn !== 'string' || dsn === '') throw new ConfigError("A DSN is a text such as 'sqlite:app.db'.");
  if (dsn === ':memory:') return { scheme: 'sqlite', path: ':memory:', hosts: [], options: {} };
  if (isKeywords(dsn)) return parsedKeywords('postgres', unique(parseKeywords(dsn)));
  const { written, scheme } = schemeOf(dsn) ?? {};
  if (written === undefined)
    throw new ConfigError('The DSN has no scheme.', { remedy: "Begin it with one, as in 'sqlite:app.db'." });
  if (scheme === undefined)
    throw new ConfigError('The DSN has an unknown scheme.', {
      remedy: `Use one of: ${[...new Set(SCHEMES.values())].join(', ')}.`,
    });
  const [body, query = ''] = cutQuery(dsn.slice(written.length));
  if (scheme === 'sqlite') return { scheme, path: sqlitePath(body), hosts: [], options: parseOptions(query) };
  const authority = parseServerUri(scheme, body);
  return { scheme, path: '', ...parsePlace(scheme, authority, parseOptions(query)) };
}

/** What libpq's keywords, or its environment, say. */
export function parsedKeywords(scheme: string, keywords: Readonly<Record<string, string>>): ParsedDsn {
  return { scheme, path: '', ...parsePlace(scheme, { hosts: [] }, keywords) };
}

/** What stands before the first `?`, and what follows it. */
export function cutQuery(text: string): [body: string, query: string | undefined] {
  const question = text.indexOf('?');
  return question < 0 ? [text, undefined] : [text.slice(0, question), text.slice(question + 1)];
}

/** `/C:/data` in a URL is `C:/data` on the disk; a file that is really called so has its slash escaped. */
const WINDOWS_DRIVE = /^\/(?=[a-z](?::|%3a)(?:[\\/]|%5c|%2f))/i;

/** `//` begins an authority, which a file has none of; `///x` is absolute, `//x` and `x` are relative. */
function sqlitePath(body: string): string {
  const path = decode((body.startsWith('//') ? body.slice(2) : body).replace(WINDOWS_DRIVE, ''));
  if (path === '')
    throw new ConfigError('The DSN names no file.', {
      remedy: "Name one, as in 'sqlite:app.db', or use 'sqlite::memory:'.",
    });
  if (path.includes('\0'))
    throw new ConfigError('The DSN names a file with a NUL character.', { remedy: 'Take it out.' });
  return path;
}

function parseOptions(query: string): Record<string, string> {
  const pairs = query.split('&').filter((item) => item !== '');
  return unique(
    pairs.map((pair): [string, string] => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [decode(pair), 'true'] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    }),
  );
}

function unique(pairs: readonly (readonly [name: string, value: string])[]): Record<string, string> {
  // Without a prototype, so that no name means anything but an option.
  const options = Object.create(null) as Record<string, string>;
  for (const [name, value] of pairs) {
    if (Object.hasOwn(options, name))
      throw new ConfigError(
        mayShowName(name) ? `The DSN gives the option '${name}' twice.` : 'The DSN gives an option twice.',
        mayShowName(name) ? { field: name } : { remedy: 'Write & in a value as %26.' },
      );
    options[name] = value;
  }
  return options;
}
