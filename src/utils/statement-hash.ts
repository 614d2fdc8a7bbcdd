import { createHash } from 'node:crypto';
import { withoutSqlComment } from './sql-comment.ts';

/** A short name for statements of one text, whatever their tags: the same in every process, and no two texts of a program share it. */
export function statementHash(sql: string): string {
  return createHash('sha256').update(withoutSqlComment(sql)).digest('hex').slice(0, 16);
}
