import { isIPv6 } from 'node:net';
import { ConfigError } from '../utils/errors.ts';

/** Where a server listens: a name or address, with a port if one is given, or the path of a Unix socket. */
export type DsnHost = { readonly host: string; readonly port?: number } | { readonly socket: string };

/** A place as it is written: the name may be missing, and may be the path of a socket. */
export interface WrittenHost {
  readonly name: string;
  readonly port: number | undefined;
}

/** `h1:1,[::1]:2,%2Ftmp` as it stands after the `@`, each part decoded by `decode`. */
export function parseAuthority(text: string, decode: (text: string) => string): WrittenHost[] {
  return text === '' ? [] : text.split(',').map((item) => parseItem(item, decode));
}

function parseItem(item: string, decode: (text: string) => string): WrittenHost {
  const [, address, name, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(item) ?? [];
  if (address === undefined && name === undefined)
    throw new ConfigError('The DSN has a host that is neither a name nor an address.', {
      field: 'host',
      remedy: 'An IPv6 address stands in brackets, as in [::1]:5432; in a user or password, write @ : / ? as escapes.',
    });
  const host = decode(address ?? name ?? '');
  if (address !== undefined && !isIPv6(host)) throw noHost();
  return { name: checkedHost(host), port: port === undefined || port === '' ? undefined : parsePort(port) };
}

/** `5432`, and nothing else that `Number` takes. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new ConfigError('The port is a whole number from 1 to 65535.', { field: 'port' });
  return port;
}

/** Only what can be a name, an address or the path of a socket; nothing else gets into a connection. */
export function checkedHost(host: string): string {
  if (host === '' || isSocket(host) || isIPv6(host) || /^[\p{L}\p{N}\p{M}_.-]+$/u.test(host)) return host;
  throw noHost();
}

function noHost(): ConfigError {
  return new ConfigError('The host is neither a name nor an address nor the path of a socket.', { field: 'host' });
}

/** An absolute path: `/run/mysqld.sock`, `C:/tmp`, `\\.\pipe\mysql`. */
export function isSocket(host: string): boolean {
  return /^(?:\/|\\\\|[a-z]:[\\/])/i.test(host) && !host.includes('\0');
}

/** PostgreSQL's sockets are files of this name in a directory, which is what one gives. */
const POSTGRES_SOCKET = /[\\/]\.s\.PGSQL\.(\d+)$/;

/** `/tmp` with a port is the file in it. */
function socketFile(path: string, port: number): string {
  return POSTGRES_SOCKET.test(path) ? path : `${path.replace(/[\\/]+$/, '')}/.s.PGSQL.${port}`;
}

/** The place that was written, once name and port are known. */
export function dsnHost(scheme: string, { name, port }: WrittenHost): DsnHost {
  if (!isSocket(name)) return { host: name === '' ? 'localhost' : name, ...(port === undefined ? {} : { port }) };
  if (port === undefined) return { socket: name };
  const written = POSTGRES_SOCKET.exec(name)?.[1];
  if (scheme !== 'postgres' || (written !== undefined && Number(written) !== port))
    throw new ConfigError('The DSN gives a socket and a port.', {
      fields: ['host', 'port'],
      remedy: 'Leave one of them out.',
    });
  return { socket: socketFile(name, port) };
}
