import { cutQuery, schemeOf } from './dsn.ts';
import { decode } from './escapes.ts';
import { checkedHost, parseAuthority, parsePort } from './hosts.ts';
import { isKeywords, parseKeywords } from './keywords.ts';
import { mayShowName } from './option-names.ts';
import { cutServerUri } from './server-uri.ts';

/**
 * A DSN fit to be shown: user, password and the values of options are hidden. Of a DSN that is not well formed nothing
 * is shown, since any part of it may belong to a password whose `@`, `/` or space somebody forgot to escape.
 *
 * @example
 * ```ts
 * import { redactDsn } from 'blazeorm';
 * export const shown = redactDsn('postgres://ann:secret@db.example.org/app'); // 'postgres://***@db.example.org/app'
 * ```
 */
export function redactDsn(dsn: string): string {
  if (typeof dsn !== 'string') return '***';
  if (isKeywords(dsn)) return attempt(() => redactKeywords(dsn)) ?? '***';
  const { written, scheme } = schemeOf(dsn) ?? {};
  if (written === undefined || scheme === undefined) return dsn === ':memory:' ? dsn : '***';
  const rest = dsn.slice(written.length);
  const [body, query] = cutQuery(rest);
  const options = query === undefined ? '' : `?${query.split('&').map(redactOption).join('&')}`;
  if (scheme === 'sqlite') return written + redactPath(body) + options;
  if (!rest.startsWith('//')) return `${written}***`;
  // An @ among the options may be where the password ends.
  const server = query?.includes('@') ? undefined : attempt(() => redactServer(scheme, body));
  return server === undefined ? `${written}//***` : written + server + options;
}

function attempt(show: () => string): string | undefined {
  try {
    return show();
  } catch {
    return undefined;
  }
}

/** A file has no user; if something looks like one, it is hidden all the same. */
function redactPath(body: string): string {
  const at = body.lastIndexOf('@');
  return at < 0 ? body : `${body.startsWith('//') ? '//' : ''}***@${body.slice(at + 1)}`;
}

function redactServer(scheme: string, body: string): string {
  const { userinfo, places, path } = cutServerUri(scheme, body);
  parseAuthority(places, decode);
  return `//${userinfo === undefined ? '' : '***@'}${places}${path}`;
}

/** Where to is shown, up to the first value that is not: what follows it may be its end, if nobody quoted it. */
function redactKeywords(dsn: string): string {
  let secret = false;
  const words = parseKeywords(dsn).map(([name, value]) => {
    secret ||= !isPlace(name, value);
    return mayShowName(name) ? `${name}=${secret ? '***' : value}` : '***';
  });
  return words.join(' ');
}

function isPlace(name: string, value: string): boolean {
  if (name === 'host') value.split(',').forEach(checkedHost);
  else if (name === 'port') value.split(',').forEach(parsePort);
  return name === 'host' || name === 'port' || name === 'dbname';
}

function redactOption(pair: string): string {
  const name = /^[a-z_-]+(?==)/i.exec(pair)?.[0];
  return name === undefined || !mayShowName(name) ? '***' : `${name}=***`;
}
