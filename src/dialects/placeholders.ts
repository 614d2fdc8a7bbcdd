/**
 * What stands for a value in a statement, found by reading it as its database does: texts, quoted names and comments are
 * passed over, so that a question mark in them is one.
 */

/** How the SQL of a database is told apart. */
export interface Lexicon {
  /** Whatever begins at a place and is no placeholder; sticky. */
  readonly skipped: RegExp;
  /** A placeholder; sticky. */
  readonly placeholder: RegExp;
  /** Whether comments stand in comments. */
  readonly nestedComments: boolean;
}

/** A placeholder in a statement. */
export interface Placeholder {
  readonly start: number;
  readonly text: string;
}

const WORD = String.raw`[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*`;
const TEXT = `'(?:[^']|'')*'`;
const ESCAPED = (quote: string): string => String.raw`${quote}(?:[^${quote}\\]|\\[^]|${quote}${quote})*${quote}`;
const QUOTED = (quote: string): string => `${quote}(?:[^${quote}]|${quote}${quote})*${quote}`;
const LINE = '--[^\\n]*';

const lexicon = (skipped: readonly string[], placeholder: string, nestedComments = false): Lexicon => ({
  skipped: new RegExp(skipped.join('|'), 'y'),
  placeholder: new RegExp(placeholder, 'y'),
  nestedComments,
});

/** https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
export const POSTGRES_LEXICON = lexicon(
  [`[eE]${ESCAPED("'")}`, WORD, TEXT, QUOTED('"'), String.raw`\$(${WORD.replace('$', '')})?\$[^]*?\$\1\$`, LINE],
  String.raw`\$\d+`,
  true,
);

/** https://dev.mysql.com/doc/refman/9.7/en/language-structure.html; a comment that MySQL runs is read too. */
export const MYSQL_LEXICON = lexicon(
  [
    WORD,
    ESCAPED("'"),
    ESCAPED('"'),
    QUOTED('`'),
    String.raw`--(?:[ \t\r\f\v][^\n]*|(?=\n)|$)`,
    '#[^\\n]*',
    String.raw`/\*!\d*`,
  ],
  String.raw`\?`,
);

/** https://sqlite.org/lang_expr.html#parameters */
export const SQLITE_LEXICON = lexicon(
  [WORD, TEXT, QUOTED('"'), QUOTED('`'), String.raw`\[[^\]]*\]`, LINE],
  String.raw`\?\d*|[:@$][\w$\u0080-\uffff]+`,
);

/** The placeholders of a statement, in the order of the text. */
export function placeholdersIn(sql: string, { skipped, placeholder, nestedComments }: Lexicon): Placeholder[] {
  const found: Placeholder[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0];
  };
  while (at < sql.length) {
    const passed = match(skipped);
    const text = passed === undefined ? match(placeholder) : undefined;
    if (text !== undefined) found.push({ start: at, text });
    if (passed ?? text) at += (passed ?? text)!.length;
    else if (sql.startsWith('/*', at)) at = commentEnd(sql, at, nestedComments);
    else at++;
  }
  return found;
}

/** Where a comment ends that begins here; one that does not end reaches to the end of the statement. */
function commentEnd(sql: string, start: number, nested: boolean): number {
  let depth = 1;
  for (let at = start + 2; at < sql.length; at++) {
    if (sql.startsWith('*/', at)) {
      if (--depth === 0) return at + 2;
      at++;
    } else if (nested && sql.startsWith('/*', at)) {
      depth++;
      at++;
    }
  }
  return sql.length;
}
