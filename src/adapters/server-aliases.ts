import { ConfigError } from '../utils/errors.ts';
import { flag, someSeconds } from './option-parsers.ts';
import type { OptionParser } from './option-parsers.ts';
import type { ServerOptions } from './server-options.ts';
import { mysqlTlsMode, tlsMode } from './tls-mode.ts';

/** What another driver calls one of the options here, and how it says its value. */
interface Alias {
  readonly name: string;
  readonly option: keyof ServerOptions;
  readonly text?: OptionParser;
}

const SSL: Alias = { name: 'ssl', option: 'tls', text: tlsMode };

const LIBPQ: readonly Alias[] = [
  SSL,
  { name: 'sslmode', option: 'tls', text: tlsMode },
  { name: 'sslrootcert', option: 'tlsCa' },
  { name: 'sslcert', option: 'tlsCert' },
  { name: 'sslkey', option: 'tlsKey' },
  { name: 'connect_timeout', option: 'connectTimeout', text: (text, name) => someSeconds(text, name) * 1000 },
  { name: 'application_name', option: 'applicationName' },
  // Written by hosts for other libraries that have to be told.
  { name: 'pgbouncer', option: 'pooler', text: (text, name) => (flag(text, name) ? 'transaction' : 'auto') },
];

const MYSQL: readonly Alias[] = [SSL, { name: 'ssl-mode', option: 'tls', text: mysqlTlsMode }];

/** By scheme; they count in DSNs alone. */
export const SERVER_ALIASES: Readonly<Record<string, readonly Alias[]>> = {
  postgres: LIBPQ,
  mysql: MYSQL,
  mariadb: MYSQL,
};

/** The options of a DSN under the names that they have here; what is not known stays as it is. */
export function withoutAliases(
  scheme: string,
  options: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const result = Object.create(null) as Record<string, string>;
  const from = new Map<string, string>();
  for (const [name, text] of Object.entries(libpqRoots(scheme, options))) {
    const alias = SERVER_ALIASES[scheme]?.find((item) => item.name === name);
    const option = alias?.option ?? name;
    const before = from.get(option);
    if (before !== undefined)
      throw new ConfigError(`The options '${before}' and '${name}' are the same.`, {
        fields: [before, name],
        remedy: 'Give one of them.',
      });
    from.set(option, name);
    result[option] = String(alias?.text?.(text, name) ?? text);
  }
  return result;
}

/**
 * What libpq documents of `sslrootcert`: with `sslmode=require` it is checked, as by `verify-ca`; `system` means the
 * system's own, which only `verify-full` makes safe.
 */
function libpqRoots(scheme: string, options: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { sslrootcert, ...rest } = options;
  if (scheme !== 'postgres' || sslrootcert === undefined) return options;
  if (sslrootcert !== 'system') return rest['sslmode'] === 'require' ? { ...options, sslmode: 'verify-ca' } : options;
  const mode = rest['sslmode'] ?? rest['tls'] ?? rest['ssl'];
  if (mode === undefined) return { ...rest, sslmode: 'verify-full' };
  if (mode === 'verify-full' || mode === 'true' || mode === '1') return rest;
  throw new ConfigError("With sslrootcert=system anything less than 'verify-full' checks nothing.", {
    fields: ['sslrootcert', 'sslmode'],
    remedy: 'Say sslmode=verify-full.',
  });
}
