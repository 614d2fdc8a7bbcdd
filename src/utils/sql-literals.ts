import { sqlTokens } from './sql-tokens.ts';
import type { SqlQuotes, SqlToken } from './sql-tokens.ts';

/** The statement with `?` for each text, number and truth value that is written in it. */
export function withoutLiterals(sql: string, quotes: SqlQuotes): string {
  return replaced(sql, quotes, ({ kind, text }) => kind === 'text' || kind === 'number' || isTruth(kind, text));
}

/** The statement with `?` for each text that is written in it. */
export function withoutTexts(sql: string, quotes: SqlQuotes): string {
  return replaced(sql, quotes, ({ kind }) => kind === 'text');
}

/** What is written in it as texts, without their marks. */
export function textsIn(sql: string, quotes: SqlQuotes): string[] {
  return Array.from(sqlTokens(sql, quotes)).flatMap(({ kind, text }) =>
    kind === 'text' ? text.replace(/^(?:[a-z]?['"]|\$\w*\$)|(?:['"]|\$\w*\$)$/gi, '') : [],
  );
}

function replaced(sql: string, quotes: SqlQuotes, isHidden: (token: SqlToken) => boolean): string {
  return Array.from(sqlTokens(sql, quotes), (token) => (isHidden(token) ? '?' : token.text)).join('');
}

const isTruth = (kind: string, text: string): boolean => kind === 'word' && /^(?:true|false)$/i.test(text);
