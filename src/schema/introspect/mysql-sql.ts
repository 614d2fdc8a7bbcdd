import { isSymbol, nameOf, tokensOf, unwrapped } from './tokens.ts';

/**
 * An expression of MySQL's `information_schema`, which writes it with backslashes before its quotes, the character set before
 * its texts (`_utf8mb4\'draft\'`), and the bytes of other alphabets as a character each: as it would be written by hand.
 */
export function mysqlExpression(text: string, isMaria: boolean): string {
  const plain = isMaria
    ? text
    : oneCharacter(text).replaceAll(/\\([\s\S])/g, (_, sign: string) => CONTROLS[sign] ?? sign);
  return unwrapped(withDoubledQuotes(plain)).replaceAll(/(?<=^|[^\w$])_utf8mb[34](?=')/g, '');
}

/** Bytes that came as characters, as the characters that they are. */
function oneCharacter(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[^\u0000-\u00ff]/.test(text)) return text;
  const read = Buffer.from(text, 'latin1').toString('utf8');
  return read.includes('\ufffd') ? text : read;
}

/** What a letter behind a backslash stands for. */
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', Z: '\u001a' };

/** Quotes in a text by two quotes, and not behind a backslash: so all readers of SQL agree where it ends. */
function withDoubledQuotes(sql: string): string {
  return sql.replaceAll(/'(?:[^'\\]|''|\\[\s\S])*'/g, (text) => text.replaceAll("\\'", "''"));
}

/** A view's query without the name of the database before tables and columns, where it is meant to be found anywhere. */
export function unqualified(query: string, database: string, tables: readonly string[]): string {
  // An alias may be called like the database; one that is a table of it is the likely case.
  if (tables.includes(database)) return query;
  const tokens = tokensOf(query);
  let from = 0;
  let text = '';
  for (const [i, token] of tokens.entries()) {
    const isDatabase = token.kind === 'name' && token.text.startsWith('`') && nameOf(token) === database;
    if (!isDatabase || !isSymbol(tokens[i + 1], '.') || isSymbol(tokens[i - 1], '.')) continue;
    text += query.slice(from, token.start);
    from = tokens[i + 1]!.end;
  }
  return text + query.slice(from);
}
