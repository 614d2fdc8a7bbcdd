import { ConfigError } from '../utils/errors.ts';

/** Whether a text is libpq's other form: `host=db user=ann password='a b'`. */
export function isKeywords(text: string): boolean {
  return /^\s*[a-z_]+\s*=/i.test(text);
}

/**
 * The pairs of a keyword string, in order. Values may be quoted (`'a b'`); a backslash takes what follows it as it is.
 *
 * @throws ConfigError that quotes nothing.
 */
export function parseKeywords(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  const pair = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'(?!\S)|((?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*)?(?!\S))\s*/isy;
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text);
    if (match === null)
      throw new ConfigError('The DSN is no list of keyword=value.', {
        remedy: String.raw`Quote a value with a space, as in password='a b', and write \' and \\ for ' and \ in it.`,
      });
    const [, name = '', quoted, plain = ''] = match;
    pairs.push([name, (quoted ?? plain).replace(/\\(.)/gs, '$1')]);
  }
  return pairs;
}
