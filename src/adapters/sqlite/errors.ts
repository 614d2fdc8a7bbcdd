import { safeCause } from '../../security/driver-errors.ts';
import {
  BlazeError,
  CheckViolationError,
  ConnectionError,
  DatabaseError,
  DataError,
  ForeignKeyViolationError,
  IntegrityError,
  LockTimeoutError,
  NotNullViolationError,
  ReadOnlyError,
  UniqueViolationError,
} from '../../utils/errors.ts';
import type { ErrorDetails } from '../../utils/errors.ts';

/** Result codes, and those extended ones that say more (https://sqlite.org/rescode.html). */
const CODES: Readonly<Record<string, number>> = {
  SQLITE_BUSY: 5,
  SQLITE_LOCKED: 6,
  SQLITE_READONLY: 8,
  SQLITE_CANTOPEN: 14,
  SQLITE_CONSTRAINT: 19,
  SQLITE_NOTADB: 26,
  SQLITE_CONSTRAINT_CHECK: 275,
  SQLITE_CONSTRAINT_FOREIGNKEY: 787,
  SQLITE_CONSTRAINT_NOTNULL: 1299,
  SQLITE_CONSTRAINT_PRIMARYKEY: 1555,
  SQLITE_CONSTRAINT_TRIGGER: 1811,
  SQLITE_CONSTRAINT_UNIQUE: 2067,
  SQLITE_CONSTRAINT_ROWID: 2579,
};

const KNOWN: ReadonlySet<number> = new Set(Object.values(CODES));
const SQLITE_ERROR = 1;

/**
 * A driver's error as one of ours, by result code and never by the words around it, without values; constraints by what
 * SQLite names.
 */
export function wrapError(error: unknown, sql: string | undefined, parameters: readonly unknown[] = []): Error {
  // From a function of ours that refuses a computed value.
  if (error instanceof DataError)
    return new DataError(error.message, {
      model: error.model,
      field: error.field,
      fields: error.fields,
      sql,
      cause: error,
    });
  if (error instanceof BlazeError) return error;
  const code = resultCode(error);
  const text = error instanceof Error ? error.message : '';
  const cause = safeCause(error, sql, parameters);
  const shown = cause?.message ?? '';
  const details: ErrorDetails = { sql, cause };
  switch (code) {
    case 1555:
    case 2067:
    case 2579:
      return new UniqueViolationError(`A row with the same ${columnsIn(text).join(', ') || 'key'} exists.`, {
        ...details,
        ...namesIn(text),
      });
    case 787:
    case 1811:
      return new ForeignKeyViolationError('A row refers to one that does not exist, or is still referred to.', details);
    case 1299:
      return new NotNullViolationError(`The column ${columnsIn(text).join(', ')} must have a value.`, {
        ...details,
        ...namesIn(text),
      });
    case 275:
      return new CheckViolationError(`The check '${afterColon(text)}' failed.`, {
        ...details,
        constraint: afterColon(text),
      });
    case 5:
    case 6:
      return new LockTimeoutError('The database is locked by another connection.', {
        ...details,
        remedy: 'Try again, or wait longer with the option busyTimeout.',
      });
    case 8:
      return new ReadOnlyError('The database is open for reading only.', {
        ...details,
        remedy: 'Write in a transaction without readOnly, on a connection that may write.',
      });
    case 14:
    case 26:
      return new ConnectionError(
        code === 14 ? 'The database file cannot be opened.' : 'The file is not a SQLite database.',
        details,
      );
    case undefined:
      // Without a result code it is the driver that objects, not SQLite: the connection is closed, a value cannot be bound.
      return new DatabaseError(`The SQLite driver refused the statement: ${shown}`, details);
    case 19:
      return new IntegrityError(`A constraint failed: ${shown}`, details);
    default:
      return new DatabaseError(`SQLite refused the statement: ${shown}`, details);
  }
}

/** The error of a file that cannot be opened: a lock is waited for elsewhere, all else means that there is no connection. */
export function openError(error: unknown): Error {
  const wrapped = wrapError(error, undefined);
  if (wrapped instanceof LockTimeoutError) return wrapped;
  const notADatabase = resultCode(error) === 26;
  return new ConnectionError(
    notADatabase ? 'The file is not a SQLite database.' : 'The database file cannot be opened.',
    {
      remedy: notADatabase
        ? 'Check the path in the DSN.'
        : 'Check that its folder exists, and that this process may read and write there.',
      cause: safeCause(error),
    },
  );
}

/** An extended code that is told apart here, else the plain one; undefined for what did not come from SQLite. */
function resultCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  // better-sqlite3 gives names, node:sqlite numbers.
  if (typeof errcode === 'number') return KNOWN.has(errcode) ? errcode : errcode & 0xff;
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined;
  return CODES[code] ?? CODES[code.split('_').slice(0, 2).join('_')] ?? SQLITE_ERROR;
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
