import { isSymbol, isWord, nameOf, tokensOf, unwrapped } from './tokens.ts';
import type { Token } from './tokens.ts';

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
  if (!/[\u0080-\u00ff]/.test(text) || /[\u0100-\uffff]/.test(text)) return text;
  const read = Buffer.from(text, 'latin1').toString('utf8');
  return read.includes('\ufffd') ? text : read;
}

/** What a letter behind a backslash stands for. */
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', Z: '\u001a' };

/** Quotes in a text by two quotes, and not behind a backslash: so all readers of SQL agree where it ends. */
function withDoubledQuotes(sql: string): string {
  return sql.replaceAll(/`(?:[^`]|``)*`|'(?:[^'\\]|''|\\[\s\S])*'/g, (part) =>
    part.startsWith("'") ? part.replaceAll(/\\([\s\S])/g, (pair, sign: string) => (sign === "'" ? "''" : pair)) : part,
  );
}

/**
 * SQL without the name of the database before what stands in it: tables, their columns, functions and sequences. It is to be found
 * in any database. The server writes all of them with it, and an alias, which may be called the same, before a column alone.
 */
export function unqualified(sql: string, database: string): string {
  const text = withDoubledQuotes(sql);
  const tokens = tokensOf(text);
  let from = 0;
  let bare = '';
  for (const [i, token] of tokens.entries()) {
    const isName = token.kind === 'name' && token.text.startsWith('`') && nameOf(token) === database;
    if (!isName || !isSymbol(tokens[i + 1], '.') || isSymbol(tokens[i - 1], '.') || isAlias(tokens, i)) continue;
    bare += text.slice(from, token.start);
    from = tokens[i + 1]!.end;
  }
  return bare + text.slice(from);
}

const BEFORE_OBJECTS = ['FROM', 'JOIN', 'STRAIGHT_JOIN', 'NEXTVAL', 'LASTVAL', 'SETVAL'];

/** Whether the first of two names is that of an alias, whose column the second one is. */
function isAlias(tokens: readonly Token[], i: number): boolean {
  if (isSymbol(tokens[i + 3], '.') || isSymbol(tokens[i + 3], '(')) return false;
  let before = i - 1;
  while (isSymbol(tokens[before], '(')) before--;
  return !BEFORE_OBJECTS.some((word) => isWord(tokens[before], word));
}
