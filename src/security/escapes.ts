import { ConfigError } from '../utils/errors.ts';

/** Percent escapes to what they stand for. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new ConfigError('The DSN has a percent sign that is no escape.', {
      remedy: 'Write a plain percent sign as %25.',
      cause: error,
    });
  }
}

/** The reverse: all that means something in a DSN is escaped, except what `plain` lists. */
export function encode(text: string, plain = ''): string {
  if (!text.isWellFormed()) throw new ConfigError('A part of the DSN holds half a character (a lone surrogate).');
  return encodeURIComponent(text).replace(/%[\dA-F]{2}/g, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return plain.includes(character) ? character : escape;
  });
}

/** Servers end their texts at a NUL, so one inside would begin another setting. */
export function refuseNul(text: string, part: string): string {
  if (text.includes('\0')) throw new ConfigError(`The ${part} holds a NUL character.`, { field: part });
  return text;
}
