import { sqlTokens } from '../sql-tokens.ts';
import type { SqlQuotes, SqlToken } from '../sql-tokens.ts';

/** Two placeholders or more, and rows of them. */
const LIST = /\((?:\?|\$\d+)(?:, ?(?:\?|\$\d+))+\)/g;
const ROWS = /(\(\?(?:, …)?\)|\(\$\d+\))(?:, ?(?:\(\?(?:, …)?\)|\(\$\d+\)))+/g;
const LONGEST = 2_000;

/**
 * What statements have in common that differ in values alone: literals are placeholders, lists of them have no length, and
 * comments are gone. It holds no value.
 */
export function fingerprintOf(sql: string, quotes: SqlQuotes = 'standard'): string {
  const text = Array.from(sqlTokens(sql, quotes), shown)
    .join('')
    .replace(LIST, '(?, …)')
    .replace(ROWS, '$1, …')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function shown({ kind, text }: SqlToken): string {
  if (kind === 'text' || kind === 'number') return '?';
  return kind === 'comment' ? ' ' : text;
}

const LONGEST_SHOWN = 300;

/** A fingerprint for a message: without what is selected. */
export function shortened(fingerprint: string): string {
  const from = /^SELECT /i.test(fingerprint) ? endOfList(fingerprint) : undefined;
  const text = from === undefined ? fingerprint : `SELECT … ${fingerprint.slice(from)}`;
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 1)}…`;
}

/** Where the FROM stands that ends the list of what is selected: not one in parentheses, or in a name. */
function endOfList(text: string): number | undefined {
  let depth = 0;
  for (const { 0: part, index } of text.matchAll(/"(?:[^"]|"")*"|`(?:[^`]|``)*`|[()]|\bFROM /gi)) {
    if (part === '(') depth++;
    else if (part === ')') depth--;
    else if (depth === 0 && /^FROM /i.test(part)) return index;
  }
  return undefined;
}
