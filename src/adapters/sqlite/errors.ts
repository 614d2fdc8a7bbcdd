import {
  BlazeError, CheckViolationError, ConnectionError, DatabaseError, ForeignKeyViolationError, IntegrityError, LockTimeoutError, NotNullViolationError, UniqueViolationError,
} from '../../utils/errors.ts';
import type { ErrorDetails } from '../../utils/errors.ts';

/** Extended result codes (https://sqlite.org/rescode.html). */
const CODES: Readonly<Record<string, number>> = {
  SQLITE_BUSY: 5,
  SQLITE_BUSY_SNAPSHOT: 517,
  SQLITE_LOCKED: 6,
  SQLITE_READONLY: 8,
  SQLITE_CANTOPEN: 14,
  SQLITE_NOTADB: 26,
  SQLITE_CONSTRAINT: 19,
  SQLITE_CONSTRAINT_CHECK: 275,
  SQLITE_CONSTRAINT_FOREIGNKEY: 787,
  SQLITE_CONSTRAINT_NOTNULL: 1299,
  SQLITE_CONSTRAINT_PRIMARYKEY: 1555,
  SQLITE_CONSTRAINT_TRIGGER: 1811,
  SQLITE_CONSTRAINT_UNIQUE: 2067,
  SQLITE_CONSTRAINT_ROWID: 2579,
};

/** A driver's error as one of ours, by result code and never by the words around it; constraints by what SQLite names. */
export function wrapError(error: unknown, sql: string | undefined): Error {
  if (error instanceof BlazeError) return error;
  const code = resultCode(error);
  const text = error instanceof Error ? error.message : '';
  const details: ErrorDetails = { sql, cause: error };
  switch (code) {
    case 1555:
    case 2067:
    case 2579:
      return new UniqueViolationError(`A row with the same ${columnsIn(text).join(', ') || 'key'} exists.`, { ...details, ...namesIn(text) });
    case 787:
    case 1811:
      return new ForeignKeyViolationError('A row refers to one that does not exist, or is still referred to.', details);
    case 1299:
      return new NotNullViolationError(`The column ${columnsIn(text).join(', ')} must have a value.`, { ...details, ...namesIn(text) });
    case 275:
      return new CheckViolationError(`The check '${afterColon(text)}' failed.`, { ...details, constraint: afterColon(text) });
    case 5:
    case 6:
    case 517:
      return new LockTimeoutError('The database is locked by another connection.', { ...details, remedy: 'Try again, or wait longer with the option busyTimeout.' });
    case 8:
      return new DatabaseError('The database is open for reading only.', details);
    case 14:
    case 26:
      return new ConnectionError(code === 14 ? 'The database file cannot be opened.' : 'The file is not a SQLite database.', details);
    default:
      return code !== undefined && (code & 0xff) === 19 ? new IntegrityError(`A constraint failed: ${text}`, details) : new DatabaseError(`SQLite refused the statement: ${text}`, details);
  }
}

function resultCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  // better-sqlite3 gives names, node:sqlite numbers.
  if (typeof errcode === 'number') return errcode;
  return typeof code === 'string' ? CODES[code] : undefined;
}

function afterColon(text: string): string {
  return text.slice(text.lastIndexOf(': ') + 2);
}

/** `UNIQUE constraint failed: post.author_id, post.title` → the columns. */
function columnsIn(text: string): string[] {
  return text.includes('failed: ') ? afterColon(text).split(', ') : [];
}

/** What the message names: `index 'name'`, or table and columns; the session turns them into model and fields. */
function namesIn(text: string): ErrorDetails {
  const named = afterColon(text);
  const index = /^index '(.+)'$/.exec(named);
  if (index !== null) return { constraint: index[1] };
  const columns = columnsIn(text);
  const table = columns[0]?.split('.').slice(0, -1).join('.');
  return { model: table, fields: columns.map((column) => column.slice(column.lastIndexOf('.') + 1)) };
}
