import { ConfigError } from '../utils/errors.ts';
import type { OptionParser } from './option-parsers.ts';

/** How a connection is encrypted, and what of the server's certificate is checked. */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

const MODES: ReadonlyMap<string, TlsMode> = new Map([
  ['disable', 'disable'],
  ['require', 'require'],
  ['verify-ca', 'verify-ca'],
  ['verify-full', 'verify-full'],
  // Who just asks for TLS gets all of it.
  ['true', 'verify-full'],
  ['1', 'verify-full'],
  ['false', 'disable'],
  ['0', 'disable'],
]);

/** MySQL's names, and how its driver says whether it verifies. */
const MYSQL_MODES: ReadonlyMap<string, TlsMode> = new Map([
  ['disabled', 'disable'],
  ['required', 'require'],
  ['verify_ca', 'verify-ca'],
  ['verify_identity', 'verify-full'],
]);

const FALLS_BACK = new Set(['prefer', 'allow', 'preferred']);

const mode =
  (modes: ReadonlyMap<string, TlsMode>, upperCase: boolean): OptionParser<TlsMode> =>
  (text, name) => {
    const lower = text.toLowerCase();
    const found = modes.get(upperCase ? lower : text);
    if (found !== undefined) return found;
    if (FALLS_BACK.has(lower))
      throw new ConfigError(`The option '${name}' does not take '${lower}': it may fall back to plaintext.`, {
        field: name,
        remedy: 'Use tls=verify-full, or tls=disable where that is meant.',
      });
    const names = [...modes.keys()].filter((key) => !/true|false|\d/.test(key));
    throw new ConfigError(
      `The option '${name}' is one of: ${names.map((key) => (upperCase ? key.toUpperCase() : key)).join(', ')}.`,
      { field: name },
    );
  };

export const tlsMode = mode(MODES, false);
export const mysqlTlsMode = mode(MYSQL_MODES, true);
