import { ConfigError } from '../utils/errors.ts';

/** A DSN in its parts. Passwords stay in it: it is never logged, and `redactDsn` is what may be shown. */
export interface ParsedDsn {
  /** `sqlite`, `postgres`, `mysql`, `mariadb`. */
  readonly scheme: string;
  /** For SQLite: the file, or `:memory:`. */
  readonly path: string;
  readonly options: Readonly<Record<string, string>>;
}

const SCHEME = /^([a-z][a-z\d+.-]*):/i;

/**
 * Parse a DSN. For SQLite: `sqlite:app.db`, `sqlite:///var/data/app.db`, `sqlite::memory:`, `file:app.db`, each with
 * options as in `?busyTimeout=5000`. Percent escapes are decoded; `C:\data\app.db` needs none.
 *
 * @throws ConfigError that says what is wrong and never quotes the DSN.
 */
export function parseDsn(dsn: string): ParsedDsn {
  if (typeof dsn !== 'string' || dsn === '') throw new ConfigError("A DSN is a text such as 'sqlite:app.db'.");
  if (dsn === ':memory:') return { scheme: 'sqlite', path: ':memory:', options: {} };
  const scheme = SCHEME.exec(dsn)?.[1]?.toLowerCase();
  if (scheme === undefined)
    throw new ConfigError('The DSN has no scheme.', { remedy: "Begin it with one, as in 'sqlite:app.db'." });
  const rest = dsn.slice(scheme.length + 1);
  const normal = SCHEMES.get(scheme);
  if (normal === undefined)
    throw new ConfigError('The DSN has an unknown scheme.', {
      remedy: `Use one of: ${[...new Set(SCHEMES.values())].join(', ')}.`,
    });
  const question = rest.indexOf('?');
  const body = question < 0 ? rest : rest.slice(0, question);
  return {
    scheme: normal,
    path: normal === 'sqlite' ? sqlitePath(body) : body,
    options: question < 0 ? {} : parseOptions(rest.slice(question + 1)),
  };
}

const SCHEMES = new Map([
  ['sqlite', 'sqlite'],
  ['sqlite3', 'sqlite'],
  ['file', 'sqlite'],
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mariadb'],
]);

/** `/C:/data` in a URL is `C:/data` on the disk. */
const WINDOWS_DRIVE = /^\/([a-z]:[\\/])/i;

/** `//` begins an authority, which a file has none of; `///x` is absolute, `//x` and `x` are relative. */
function sqlitePath(body: string): string {
  const path = decode(body.startsWith('//') ? body.slice(2) : body).replace(WINDOWS_DRIVE, '$1');
  if (path === '')
    throw new ConfigError('The DSN names no file.', {
      remedy: "Name one, as in 'sqlite:app.db', or use 'sqlite::memory:'.",
    });
  if (path.includes('\0'))
    throw new ConfigError('The DSN names a file with a NUL character.', { remedy: 'Take it out.' });
  return path;
}

function parseOptions(query: string): Record<string, string> {
  // Without a prototype, so that no name means anything but an option.
  const options = Object.create(null) as Record<string, string>;
  for (const pair of query.split('&').filter((item) => item !== '')) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    if (Object.hasOwn(options, name))
      throw new ConfigError(`The DSN gives the option '${name}' twice.`, { field: name });
    options[name] = equals < 0 ? 'true' : decode(pair.slice(equals + 1));
  }
  return options;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new ConfigError('The DSN has a percent sign that is no escape.', {
      remedy: 'Write a plain percent sign as %25.',
      cause: error,
    });
  }
}

/**
 * A DSN fit to be shown: user, password and the values of options are hidden.
 *
 * @example
 * ```ts
 * import { redactDsn } from 'blazeorm';
 * export const shown = redactDsn('postgres://ann:secret@db.example.org/app'); // 'postgres://***@db.example.org/app'
 * ```
 */
export function redactDsn(dsn: string): string {
  const scheme = SCHEME.exec(dsn)?.[0];
  const kind = scheme === undefined ? undefined : SCHEMES.get(scheme.slice(0, -1).toLowerCase());
  if (scheme === undefined || kind === undefined) return '***';
  const rest = dsn.slice(scheme.length);
  // Anything up to the last @ may belong to a password: it may hold ?, / and @ that somebody forgot to escape.
  const at = rest.lastIndexOf('@');
  if (kind !== 'sqlite' && !rest.startsWith('//')) return `${scheme}***`;
  const [place = '', query] = (at < 0 ? rest : rest.slice(at + 1)).split(/\?(.*)/s);
  const user = at < 0 ? '' : `${rest.startsWith('//') ? '//' : ''}***@`;
  return scheme + user + place + (query === undefined ? '' : `?${query.split('&').map(redactOption).join('&')}`);
}

function redactOption(pair: string): string {
  const name = /^[a-z_]+(?==)/i.exec(pair)?.[0];
  return name === undefined ? '***' : `${name}=***`;
}
