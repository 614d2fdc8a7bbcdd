/** What a piece of SQL is. Spaces and comments are pieces too: together the pieces are the text. */
export type SqlTokenKind = 'word' | 'name' | 'text' | 'number' | 'parameter' | 'comment' | 'space' | 'sign';

export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly text: string;
}

/** How texts are quoted: as the standard says, or as MySQL and MariaDB have it. */
export type SqlQuotes = 'standard' | 'mysql';

/** How the texts of a dialect are quoted. */
export const quotesOf = (dialect: string): SqlQuotes =>
  dialect === 'mysql' || dialect === 'mariadb' ? 'mysql' : 'standard';

type Pieces = readonly (readonly [SqlTokenKind, string])[];

const NUMBERS_AND_WORDS: Pieces = [
  ['number', String.raw`0[xX][\da-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?`],
  ['word', String.raw`[\p{L}_][\p{L}\p{N}_$]*`],
  ['space', String.raw`\s+`],
  ['sign', String.raw`[\s\S]`],
];

/** In order of precedence. What is not closed goes on to the end. */
const PIECES: Readonly<Record<SqlQuotes, Pieces>> = {
  // `E'…'`, in which a backslash escapes, and `$tag$…$tag$` are PostgreSQL's; backticks SQLite takes too.
  standard: [
    ['comment', String.raw`/\*[\s\S]*?(?:\*/|$)|--[^\n]*`],
    [
      'text',
      String.raw`[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|[a-zA-Z]?'(?:[^']|'')*(?:'|$)|\$(?<tag>[a-zA-Z_]*)\$[\s\S]*?(?:\$\k<tag>\$|$)`,
    ],
    ['name', '"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)'],
    ['parameter', String.raw`\?|\$\d+`],
    ...NUMBERS_AND_WORDS,
  ],
  mysql: [
    ['comment', String.raw`/\*[\s\S]*?(?:\*/|$)|(?:--\s|#)[^\n]*`],
    ['text', String.raw`[a-zA-Z]?'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)`],
    ['name', '`(?:[^`]|``)*(?:`|$)'],
    ['parameter', String.raw`\?`],
    ...NUMBERS_AND_WORDS,
  ],
};

const PATTERNS: Readonly<Record<SqlQuotes, RegExp>> = {
  standard: patternOf(PIECES.standard),
  mysql: patternOf(PIECES.mysql),
};

function patternOf(pieces: Pieces): RegExp {
  return new RegExp(pieces.map(([, piece], index) => `(?<kind${index}>${piece})`).join('|'), 'gu');
}

/**
 * SQL cut into pieces. For showing and summing up, not for deciding: nothing is refused.
 *
 * @returns The pieces in order; joined, their texts are the SQL.
 */
export function* sqlTokens(sql: string, quotes: SqlQuotes): Generator<SqlToken, undefined, undefined> {
  for (const { 0: text, groups } of sql.matchAll(PATTERNS[quotes])) {
    const index = PIECES[quotes].findIndex((_, i) => groups![`kind${i}`] !== undefined);
    yield { kind: PIECES[quotes][index]![0], text };
  }
  return undefined;
}
