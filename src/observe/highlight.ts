import type { createColors } from 'picocolors';
import { unreachable } from '../utils/unreachable.ts';
import { sqlTokens } from '../utils/sql-tokens.ts';
import type { SqlQuotes, SqlTokenKind } from '../utils/sql-tokens.ts';

export type Colors = ReturnType<typeof createColors>;

/** What is written large: what a reader looks for first. The rest of the words are names and functions. */
const KEYWORDS = new Set(
  `SELECT FROM WHERE JOIN LEFT INNER CROSS LATERAL ON AND OR NOT IN IS NULL LIKE ILIKE BETWEEN EXISTS GROUP BY HAVING ORDER ASC DESC LIMIT
   OFFSET FETCH UNION ALL INTERSECT EXCEPT DISTINCT AS WITH RECURSIVE INSERT INTO VALUES UPDATE SET DELETE RETURNING CONFLICT DO NOTHING
   DUPLICATE KEY FOR SHARE SKIP LOCKED NOWAIT CASE WHEN THEN ELSE END CAST OVER PARTITION CREATE ALTER DROP TABLE INDEX VIEW COLUMN
   CONSTRAINT PRIMARY FOREIGN REFERENCES UNIQUE CHECK DEFAULT ADD RENAME TO BEGIN START TRANSACTION COMMIT ROLLBACK SAVEPOINT RELEASE
   EXPLAIN ANALYZE PRAGMA TRUE FALSE`.match(/\w+/g),
);

/**
 * SQL in colours, on one line, and nothing in it but printable characters: what stands in quotes may come from anywhere, and a terminal obeys
 * what it is sent.
 */
export function highlight(sql: string, quotes: SqlQuotes, colors: Colors): string {
  let line = '';
  for (const { kind, text } of sqlTokens(sql, quotes)) line += colored(kind, text, colors);
  return line.trim();
}

function colored(kind: SqlTokenKind, text: string, colors: Colors): string {
  switch (kind) {
    case 'word':
      return KEYWORDS.has(text.toUpperCase()) ? colors.bold(colors.blue(text)) : text;
    case 'name':
      return colors.cyan(printable(text));
    case 'text':
      return colors.green(printable(text));
    case 'number':
      return colors.magenta(text);
    case 'parameter':
      return colors.yellow(text);
    case 'comment':
      return colors.gray(printable(text));
    case 'space':
      return ' ';
    case 'sign':
      return printable(text);
    default:
      return unreachable(kind);
  }
}

/** Without what moves a cursor, hides or turns text: control characters, and those that change the direction. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}
