import { ConfigError } from '../utils/errors.ts';
import { decode, refuseNul } from './escapes.ts';
import { parseAuthority } from './hosts.ts';
import type { Authority } from './place.ts';

/** A DSN of a server, cut and not yet decoded. */
interface ServerUri {
  /** `ann:secret`; undefined without an `@`. */
  readonly userinfo: string | undefined;
  /** `h1:1,h2`. */
  readonly places: string;
  /** With its slash, or empty. */
  readonly path: string;
}

/** Cut `//user:password@host:port/database`, of which the options have been taken off. */
export function cutServerUri(scheme: string, text: string): ServerUri {
  if (!text.startsWith('//'))
    throw new ConfigError(`A DSN for ${scheme} begins with '${scheme}://'.`, {
      remedy: `Write it as in '${scheme}://user@host/database'.`,
    });
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(text) ?? [];
  const pieces = authority.split('@');
  if (pieces.length > 2 || path.includes('@'))
    throw new ConfigError('The DSN has an @ that does not end the user and password.', {
      remedy: 'Write @ : / ? in a user, a password or a name as %40 %3A %2F %3F.',
    });
  if (path.includes('/', 1))
    throw new ConfigError('The DSN has a slash in the name of the database.', {
      field: 'database',
      remedy: 'Write it as %2F.',
    });
  return { userinfo: pieces.length === 2 ? pieces[0] : undefined, places: pieces.at(-1) ?? '', path };
}

/** The parts of `//user:password@host:port/database`, decoded. */
export function parseServerUri(scheme: string, text: string): Authority {
  const { userinfo, places, path } = cutServerUri(scheme, text);
  const colon = userinfo?.indexOf(':') ?? -1;
  const user = colon < 0 ? userinfo : userinfo?.slice(0, colon);
  return {
    user: user === undefined ? undefined : refuseNul(decode(user), 'user'),
    password: colon < 0 ? undefined : refuseNul(decode(userinfo?.slice(colon + 1) ?? ''), 'password'),
    hosts: parseAuthority(places, decode),
    database: refuseNul(decode(path.slice(1)), 'database'),
  };
}
