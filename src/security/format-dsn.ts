import { ConfigError } from '../utils/errors.ts';
import type { ParsedDsn } from './dsn.ts';
import { encode } from './escapes.ts';
import type { DsnHost } from './hosts.ts';
import { isPart } from './place.ts';

/**
 * Write a DSN: the reverse of `parseDsn`, escaped where it has to be. The result holds the password.
 *
 * @example
 * ```ts
 * import { formatDsn } from 'blazeorm';
 * export const dsn = formatDsn({
 *   scheme: 'postgres',
 *   path: '',
 *   user: 'ann',
 *   hosts: [{ host: '::1', port: 5433 }],
 *   database: 'app',
 *   options: { poolSize: '5' },
 * }); // 'postgres://ann@[::1]:5433/app?poolSize=5'
 * ```
 * @throws ConfigError for parts that no DSN can say.
 */
export function formatDsn(parsed: ParsedDsn): string {
  const { scheme, hosts, options } = parsed;
  if (scheme === 'sqlite') return `sqlite:${formatPath(parsed.path)}${formatQuery(Object.entries(options))}`;
  const taken = Object.keys(options).find((name) => isPart(scheme, name));
  if (taken !== undefined)
    throw new ConfigError(`The option '${taken}' is a part of its own.`, {
      field: taken,
      remedy: 'Give it as user, password, hosts or database.',
    });
  const [only] = hosts;
  // How MySQL's drivers write it; in the authority it is libpq's.
  const socket = scheme !== 'postgres' && hosts.length === 1 && only && 'socket' in only ? only.socket : undefined;
  const places = socket === undefined ? hosts.map(formatHost).join(',') : '';
  const path = parsed.database === undefined ? (places === '' ? '/' : '') : `/${encode(parsed.database)}`;
  const query = [...(socket === undefined ? [] : [['socket', socket] as const]), ...Object.entries(options)];
  return `${scheme}://${formatUser(parsed)}${places}${path}${formatQuery(query)}`;
}

function formatUser({ user, password }: ParsedDsn): string {
  if (user === undefined && password === undefined) return '';
  return `${encode(user ?? '')}${password === undefined ? '' : `:${encode(password)}`}@`;
}

function formatHost(host: DsnHost): string {
  if ('socket' in host) return encode(host.socket);
  const name = host.host.includes(':') ? `[${encode(host.host, ':')}]` : encode(host.host);
  return host.port === undefined ? name : `${name}:${host.port}`;
}

/** Slashes stay, except a first one that would be read as something else: `//x`, `/C:/x`. */
function formatPath(path: string): string {
  const text = encode(path, '/:\\@');
  return /^\/(?:\/|[a-z]:[\\/])/i.test(path) ? `%2F${text.slice(1)}` : text;
}

function formatQuery(options: readonly (readonly [string, string])[]): string {
  if (options.length === 0) return '';
  return `?${options.map(([name, value]) => `${encode(name)}=${encode(value, '/:,')}`).join('&')}`;
}
