import { safeCause } from '../../security/driver-errors.ts';
import {
  BlazeError,
  CheckViolationError,
  ConnectionError,
  DatabaseError,
  DataError,
  DeadlockError,
  ForeignKeyViolationError,
  IntegrityError,
  InvalidValueError,
  LockTimeoutError,
  NotNullViolationError,
  QueryTimeoutError,
  ReadOnlyError,
  SerializationError,
  TransactionAbortedError,
  UniqueViolationError,
  UnsupportedError,
} from '../../utils/errors.ts';
import type { ErrorDetails } from '../../utils/errors.ts';
import { tlsProblem } from '../tls-errors.ts';

/** What `mysql2` gives of a server's error. Its names for numbers are MySQL's, which are wrong for some of MariaDB's. */
interface ServerError {
  readonly errno?: unknown;
  readonly sqlState?: unknown;
  readonly sqlMessage?: string;
  readonly fatal?: unknown;
  readonly message?: string;
}

/**
 * Numbers after which nothing of the transaction is to be kept: a deadlock, and a lock that was waited for in vain. Not among
 * them is MySQL's 3572, a lock that was not waited for: only that statement is taken back. MariaDB says 1205 of both.
 */
const ABORTING = new Set([1205, 1213, 1020]);

/** Numbers by which a server says that it is going, or that this connection has ended. */
const LOST = new Set([1053, 1077, 1079, 1152, 1159, 1161, 1184, 1927, 4031]);

/** A server that has no part in its cluster: https://galeracluster.com/library/documentation/monitoring-cluster.html */
const UNREADY = 1047;

/** Numbers of a statement that ran for too long, or was cancelled. */
const TIMEOUTS = new Set([1317, 1969, 3024]);

/**
 * Whether a COMMIT with this answer may have been done: the connection was lost, it was interrupted, or the server tells
 * no more than that something went wrong (1180). Any other answer means that nothing is kept.
 */
export function leavesOutcomeOpen(error: Error): boolean {
  if (error instanceof ConnectionError) return numberOf(error.cause) !== UNREADY;
  return error instanceof QueryTimeoutError || numberOf(error.cause) === 1180;
}

export function abortsTransaction(error: unknown): boolean {
  return ABORTING.has(numberOf(error));
}

/** A statement that goes by text only. */
export function refusesToPrepare(error: unknown): boolean {
  return numberOf(error) === 1295;
}

function numberOf(error: unknown): number {
  return Number((error as ServerError | undefined)?.errno);
}

/**
 * A driver's error as one of ours, by number
 * (https://dev.mysql.com/doc/mysql-errors/9.0/en/server-error-reference.html, https://mariadb.com/kb/en/mariadb-error-codes/),
 * without values: neither the parameters, nor what the server quotes of rows.
 */
export function wrapError(error: unknown, sql: string | undefined, parameters: readonly unknown[] = []): Error {
  if (error instanceof BlazeError) return error;
  const { sqlState, sqlMessage, fatal, message } = (error ?? {}) as ServerError;
  const cause = safeCause(error, sql, parameters, 'mysql');
  const shown = cause?.message ?? '';
  const details: ErrorDetails = { sql, cause };
  const errno = numberOf(error);
  if (typeof sqlState !== 'string' || LOST.has(errno)) {
    if (/private property/.test(shown))
      return new UnsupportedError("The driver cannot read a column by a name such as '__proto__', and hangs up.", {
        ...details,
        remedy: 'Give it another name: SELECT `__proto__` AS …',
      });
    // What the driver refuses by itself, such as a parameter of a wrong type, leaves the connection as it was.
    if (error instanceof TypeError && fatal !== true) return new DatabaseError(shown, details);
    return new ConnectionError('The connection to the server was lost.', {
      ...details,
      remedy: 'What was not committed is not kept: run the transaction again.',
    });
  }
  const text = sqlMessage ?? message ?? '';
  switch (errno) {
    case UNREADY:
      return new ConnectionError('The server has no part in its cluster at the moment.', {
        ...details,
        remedy: 'What was not committed is not kept: run the transaction again, on another server.',
      });
    case 1062:
    case 1586:
      return uniqueViolation(text, details);
    case 1216:
    case 1217:
    case 1451:
    case 1452:
    case 1761:
    case 1762:
      return new ForeignKeyViolationError('A row refers to one that does not exist, or is still referred to.', {
        ...details,
        ...foreignKey(text),
      });
    case 1048:
    case 1364:
      return notNull(text, details);
    case 3819:
    case 4025: {
      const constraint = /[`']([^`']+)[`'] (?:is violated|failed)/.exec(text)?.[1];
      const model = /failed for `[^`]+`\.`([^`]+)`/.exec(text)?.[1];
      return new CheckViolationError(`The check '${constraint ?? ''}' failed.`, { ...details, model, constraint });
    }
    case 1406:
      return new DataError('A value is too long for its column.', { ...details, ...columnIn(text) });
    case 1264:
      return new DataError('A number is out of range for its column.', { ...details, ...columnIn(text) });
    case 1690:
      return new DataError(`The server refused the statement: ${text}`, details);
    case 3572:
      return new LockTimeoutError('A lock was not to be had at once.', details);
    case 1205:
      return new LockTimeoutError('A lock was not to be had in time: the transaction was rolled back.', details);
    case 1213:
      return new DeadlockError('The transaction was ended to resolve a deadlock.', details);
    case 1020:
      return new SerializationError('The transaction met a concurrent one, and cannot be serialised.', details);
    case 1146: {
      const table = /'([^']+)'/.exec(text)?.[1];
      return new DatabaseError(`There is no table${table === undefined ? '' : ` '${table}'`}.`, {
        ...details,
        remedy: 'Make it with a migration, or with db.createAll().',
      });
    }
    case 1792:
      return new ReadOnlyError('The database is open for reading only.', {
        ...details,
        remedy: 'Write in a transaction without readOnly, on a connection that may write.',
      });
    default:
      break;
  }
  if (TIMEOUTS.has(errno)) return stopped(sql, cause);
  if (isRegexProblem(errno)) return new InvalidValueError('A regular expression of the query is not valid.', details);
  if (sqlState === '40001')
    return new SerializationError('The transaction met a concurrent one, and cannot be serialised.', details);
  if (sqlState.startsWith('08')) return new ConnectionError('The connection to the server was lost.', details);
  if (sqlState.startsWith('23')) return new IntegrityError(`A constraint failed: ${shown}`, details);
  return new DatabaseError(`The server refused the statement: ${shown}`, details);
}

/** MySQL has a number for each thing that may be wrong with one, MariaDB one for all. */
function isRegexProblem(errno: number): boolean {
  return errno === 1139 || (errno >= 3685 && errno <= 3697);
}

/** A statement that was cancelled, at the server or before it was sent. */
export function stopped(sql: string | undefined, cause?: unknown): QueryTimeoutError {
  return new QueryTimeoutError('The statement was cancelled, or took too long.', { sql, cause });
}

/** What is left of a transaction that was rolled back because of an error before. */
export function aborted(cause: unknown): TransactionAbortedError {
  return new TransactionAbortedError('The transaction was rolled back after an error: nothing of it is kept.', {
    remedy: 'Let its function throw, and run it again.',
    cause,
  });
}

/** The error of a server that cannot be connected to. Says what to look at, and never quotes the password. */
export function openError(error: unknown): Error {
  if (error instanceof BlazeError) return error;
  const { code } = (error ?? {}) as { readonly code?: unknown };
  const errno = numberOf(error);
  const [what, remedy] = tlsProblem(error) ??
    SERVER_REFUSALS.get(errno) ??
    NETWORK_FAILURES.get(String(code)) ?? [
      'The connection cannot be opened.',
      'Check the DSN, and that the server runs.',
    ];
  return new ConnectionError(what, { remedy, cause: safeCause(error) });
}

const UNKNOWN_HOST = ['The host is unknown.', 'Check the host in the DSN.'] as const;
const REFUSED = ['The server refused user and password.', 'Check them in the DSN.'] as const;
const FULL = [
  'The server has no connections left.',
  'Make poolSize smaller, or max_connections of the server larger.',
] as const;

const SERVER_REFUSALS = new Map<number, readonly [string, string]>([
  [1045, REFUSED],
  [1698, REFUSED],
  [1044, ['The user may not use the database.', 'Check user and database in the DSN.']],
  [1049, ['The database does not exist.', 'Create it, or check its name in the DSN.']],
  [1040, FULL],
  [1203, FULL],
  [1226, FULL],
  [1130, ['The server lets nobody in from here.', 'Check the host of the user on the server.']],
]);

const NETWORK_FAILURES = new Map<string, readonly [string, string]>([
  ['ECONNREFUSED', ['No server answers there.', 'Check host and port in the DSN, and that the server runs.']],
  ['ENOTFOUND', UNKNOWN_HOST],
  ['EAI_AGAIN', UNKNOWN_HOST],
  ['ETIMEDOUT', ['The server did not answer in time.', 'Check host and port in the DSN, or raise connectTimeout.']],
  ['HANDSHAKE_SSL_ERROR', ['TLS with the server failed.', 'Check its certificate, and the options of TLS.']],
]);

/** `Data too long for column 'name' at row 1`, `… column 'name' …` */
function columnIn(text: string): ErrorDetails {
  const column = /for column '([^']+)'/.exec(text)?.[1];
  return { fields: column === undefined ? undefined : [column] };
}

/** `Duplicate entry '…' for key 'table.index'`; MariaDB leaves out the table. */
function uniqueViolation(text: string, details: ErrorDetails): UniqueViolationError {
  const name = /for key '([^']+)'$/.exec(text)?.[1];
  const point = name?.indexOf('.') ?? -1;
  const constraint = name?.slice(point + 1);
  const model = point < 0 ? undefined : name?.slice(0, point);
  const shown = constraint === undefined ? 'key' : constraint === 'PRIMARY' ? 'primary key' : `'${constraint}'`;
  return new UniqueViolationError(`A row with the same ${shown} exists.`, { ...details, model, constraint });
}

function notNull(text: string, details: ErrorDetails): NotNullViolationError {
  const column = /'([^']+)'/.exec(text)?.[1];
  return new NotNullViolationError(`The column ${column ?? ''} must have a value.`, {
    ...details,
    fields: column === undefined ? undefined : [column],
  });
}

/** ``a foreign key constraint fails (`database`.`table`, CONSTRAINT `name` …)``: the table that refers to the other. */
function foreignKey(text: string): ErrorDetails {
  const [, model, constraint] = /\(`[^`]+`\.`([^`]+)`, CONSTRAINT `([^`]+)`/.exec(text) ?? [];
  return { model, constraint };
}
