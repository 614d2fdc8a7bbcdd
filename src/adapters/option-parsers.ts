import { ConfigError } from '../utils/errors.ts';

/** The value of an option from its text, which may stand in a DSN; errors name the option and never quote the text. */
export type OptionParser<T = string | number | boolean> = (text: string, name: string) => T;

/** What timers and SQLite take: 32 bits. */
const MAX_INTEGER = 2_147_483_647;

const integer =
  (least: number, unit: string): OptionParser<number> =>
  (text, name) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > MAX_INTEGER)
      throw new ConfigError(`The option '${name}' is a whole number${unit}${least === 0 ? '' : ` from ${least}`}.`, {
        field: name,
      });
    return value;
  };

export const milliseconds = integer(0, ' of milliseconds');
/** For waits that have to end some time, and cannot be none. */
export const someMilliseconds = integer(1, ' of milliseconds');
export const someSeconds = integer(1, ' of seconds');
export const atLeastOne = integer(1, '');

export const flag: OptionParser<boolean> = (text, name) => {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new ConfigError(`The option '${name}' is true or false.`, { field: name });
};

export const oneOf =
  <T extends string>(...allowed: readonly T[]): OptionParser<T> =>
  (text, name) => {
    const found = allowed.find((value) => value === text);
    if (found !== undefined) return found;
    throw new ConfigError(`The option '${name}' is one of: ${allowed.join(', ')}.`, { field: name });
  };

export const someText: OptionParser<string> = (text, name) => {
  if (text === '' || text.includes('\0'))
    throw new ConfigError(`The option '${name}' is a text, and not an empty one.`, { field: name });
  return text;
};

/** Options as they were given in code, as texts, without those that are `undefined`. */
export function texts(options: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
}
