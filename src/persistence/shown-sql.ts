import type { StatementEvent } from '../adapters/statement-events.ts';
import { StatementRecord } from '../adapters/statement-record.ts';
import { withoutLiterals, withoutTexts } from '../utils/sql-literals.ts';
import { quotesOf } from '../utils/sql-tokens.ts';
import { RAW } from './statement-origin.ts';

/**
 * The text of a statement as it may be written down. The library's own statements hold no values. Raw SQL may: its literals are `?`; of
 * scripts, those of migrations for example, the texts are, while numbers there are lengths and scales.
 */
export function shownSql(event: StatementEvent): string {
  const { sql, kind, database } = event;
  if (StatementRecord.origin(event) === RAW) return withoutLiterals(sql, quotesOf(database.dialect));
  return kind === 'script' ? withoutTexts(sql, quotesOf(database.dialect)) : sql;
}
