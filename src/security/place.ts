import { ConfigError } from '../utils/errors.ts';
import { refuseNul } from './escapes.ts';
import { checkedHost, dsnHost, isSocket, parsePort } from './hosts.ts';
import type { DsnHost, WrittenHost } from './hosts.ts';

/** Who connects to what, and where: what an authority says, and options may say instead. */
export interface Place {
  readonly user?: string;
  readonly password?: string;
  readonly hosts: readonly DsnHost[];
  readonly database?: string;
}

/** What stands before the options of a DSN. */
export interface Authority {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly hosts: readonly WrittenHost[];
  readonly database?: string | undefined;
}

type Part = 'host' | 'port' | 'user' | 'password' | 'database' | 'socket';

const SHARED = { host: 'host', port: 'port', user: 'user', password: 'password' } as const;

/** The options that say who and where, by scheme; all others are settings. */
const PARTS: Readonly<Record<string, Readonly<Record<string, Part>>>> = {
  postgres: { ...SHARED, dbname: 'database' },
  mysql: { ...SHARED, database: 'database', socket: 'socket', socketPath: 'socket' },
  mariadb: { ...SHARED, database: 'database', socket: 'socket', socketPath: 'socket' },
};

/** Whether an option says who or where, and so does not stay among the options. */
export function isPart(scheme: string, option: string): boolean {
  return Object.hasOwn(PARTS[scheme] ?? {}, option);
}

/** Join what the authority says with what options say; what both say has to be the same. */
export function parsePlace(
  scheme: string,
  authority: Authority,
  options: Readonly<Record<string, string>>,
): Place & { readonly options: Record<string, string> } {
  const rest = Object.create(null) as Record<string, string>;
  const parts: Partial<Record<Part, string>> = {};
  for (const [name, value] of Object.entries(options)) {
    const part = isPart(scheme, name) ? PARTS[scheme]?.[name] : undefined;
    if (part === undefined) rest[name] = value;
    else parts[part] = same(part, parts[part], refuseNul(value, name)) ?? value;
  }
  const user = same('user', authority.user || undefined, parts.user || undefined);
  const password = same('password', authority.password, parts.password);
  const database = same('database', authority.database || undefined, parts.database || undefined);
  return {
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    hosts: hostsOf(scheme, authority.hosts, parts).map((written) => dsnHost(scheme, written)),
    ...(database === undefined ? {} : { database }),
    options: rest,
  };
}

function same<T extends string | number>(part: Part, one: T | undefined, other: T | undefined): T | undefined {
  if (one !== undefined && other !== undefined && one !== other)
    throw new ConfigError(`The ${part} is given twice, and not the same.`, { field: part, remedy: 'Give it once.' });
  return one ?? other;
}

function hostsOf(
  scheme: string,
  authority: readonly WrittenHost[],
  parts: Readonly<Partial<Record<Part, string>>>,
): WrittenHost[] {
  const named = (parts.host || undefined)?.split(',').map((name) => ({ name: checkedHost(name), port: undefined }));
  const names = same('host', joined(authority), named && joined(named)) === undefined ? [] : (named ?? authority);
  const socket = parts.socket || undefined;
  if (socket !== undefined && !isSocket(socket))
    throw new ConfigError('The socket is an absolute path.', { field: 'socket' });
  // For MySQL, localhost means the socket.
  const places = socket === undefined || (names.length === 1 && names[0]?.name === 'localhost') ? [] : names;
  if (socket !== undefined) same('host', joined(places), socket);
  const written = withPorts(socket === undefined ? names : [{ name: socket, port: undefined }], authority, parts.port);
  if (written.length > 1 && written.some(({ name }) => name === ''))
    throw new ConfigError('The DSN has an empty host among others.', { field: 'host', remedy: 'Remove the comma.' });
  return written;
}

function joined(hosts: readonly WrittenHost[]): string | undefined {
  return hosts.map(({ name }) => name).join(',') || undefined;
}

/** One port for all, or one for each. */
function withPorts(
  names: readonly WrittenHost[],
  authority: readonly WrittenHost[],
  text: string | undefined,
): WrittenHost[] {
  const ports = text === undefined || text === '' ? [] : text.split(',').map(parsePort);
  const hosts = names.length === 0 && ports.length + authority.length > 0 ? [{ name: '', port: undefined }] : names;
  if (ports.length > 1 && ports.length !== hosts.length)
    throw new ConfigError('There are not as many ports as hosts.', {
      field: 'port',
      remedy: 'Give one for all, or one for each.',
    });
  return hosts.map(({ name }, index) => ({
    name,
    port: same('port', authority[index]?.port, ports.length > 1 ? ports[index] : ports[0]),
  }));
}
