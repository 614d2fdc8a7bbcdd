import { mayShowName } from '../security/option-names.ts';
import { ConfigError } from '../utils/errors.ts';
import { nearest, suggest } from '../utils/naming.ts';
import { SERVER_ALIASES } from './server-aliases.ts';
import { SERVER_PARSERS } from './server-options.ts';
import { SQLITE_PARSERS } from './sqlite-options.ts';

const isSqlite = (scheme: string): boolean => scheme === 'sqlite';

/** Refuse every option that a connection of this scheme does not have, by name where the name may be shown. */
export function checkNames(scheme: string, names: Iterable<string>, from: 'dsn' | 'code'): void {
  const known = isSqlite(scheme) ? SQLITE_PARSERS : SERVER_PARSERS;
  for (const name of names) if (!Object.hasOwn(known, name)) throw unknownOption(scheme, name, from);
}

function unknownOption(scheme: string, name: string, from: 'dsn' | 'code'): ConfigError {
  const [known, others] = isSqlite(scheme) ? [SQLITE_PARSERS, SERVER_PARSERS] : [SERVER_PARSERS, SQLITE_PARSERS];
  if (Object.hasOwn(others, name))
    return new ConfigError(
      `The option '${name}' is ${isSqlite(scheme) ? 'for servers' : "SQLite's"}, not for ${scheme}.`,
      {
        field: name,
        remedy: suggest(name, Object.keys(known)),
      },
    );
  const alias = isSqlite(scheme) ? undefined : SERVER_ALIASES[scheme]?.find((item) => item.name === name);
  if (alias !== undefined)
    return new ConfigError(`There is no connection option '${name}'.`, {
      field: name,
      remedy: `Outside of a DSN it is called '${alias.option}'.`,
    });
  // In the DSN of a server it may be the end of a password whose & was not escaped.
  const near = name.length > 3 && /^[a-z_-]+$/i.test(name) && nearest(name, Object.keys(known)) !== undefined;
  if (from === 'code' || isSqlite(scheme) || mayShowName(name) || near)
    return new ConfigError(`There is no connection option '${name}'.`, {
      field: name,
      remedy: suggest(name, Object.keys(known)),
    });
  return new ConfigError('The DSN has an option that there is not.', {
    remedy: `Use one of: ${Object.keys(known).join(', ')}. Write & in a value as %26.`,
  });
}
