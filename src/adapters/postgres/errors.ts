import { safeCause } from '../../security/driver-errors.ts';
import {
  BlazeError,
  CheckViolationError,
  ConfigError,
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
} from '../../utils/errors.ts';
import type { ErrorDetails } from '../../utils/errors.ts';
import { tlsProblem } from '../tls-errors.ts';

/** What `pg` gives of a server's error (https://www.postgresql.org/docs/current/protocol-error-fields.html). */
interface ServerError {
  readonly code?: unknown;
  readonly severity?: unknown;
  readonly message?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
  readonly detail?: string;
}

/**
 * A driver's error as one of ours, by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), without
 * values: neither the parameters, nor what the server quotes of rows.
 */
export function wrapError(error: unknown, sql: string | undefined, parameters: readonly unknown[] = []): Error {
  if (error instanceof BlazeError) return error;
  const given = (error ?? {}) as ServerError;
  const cause = safeCause(error, sql, parameters);
  const text = cause?.message ?? '';
  const details: ErrorDetails = { sql, cause };
  if (typeof given.severity !== 'string' || typeof given.code !== 'string') {
    return new ConnectionError('The connection to PostgreSQL was lost.', {
      ...details,
      remedy: 'What was not committed is not kept: run the transaction again.',
    });
  }
  const named: ErrorDetails = { ...details, model: given.table, constraint: given.constraint };
  switch (given.code) {
    case '23505':
      return uniqueViolation(given, named);
    case '23503':
    case '23001':
      return new ForeignKeyViolationError('A row refers to one that does not exist, or is still referred to.', named);
    case '23502':
      return new NotNullViolationError(`The column ${given.column ?? ''} must have a value.`, {
        ...named,
        fields: given.column === undefined ? undefined : [given.column],
      });
    case '23514':
      return new CheckViolationError(`The check '${given.constraint ?? ''}' failed.`, named);
    case '22001':
      return new DataError('A text is too long for its column.', details);
    case '22003':
      // The server quotes a number that was given, and none that was computed.
      return new DataError(
        text.includes('"') ? 'A number is out of range for its column.' : `PostgreSQL refused the statement: ${text}`,
        details,
      );
    case '2201B':
      return new InvalidValueError('A regular expression of the query is not valid.', details);
    case '40001':
      return new SerializationError('The transaction met a concurrent one, and cannot be serialised.', details);
    case '40P01':
      return new DeadlockError('The transaction was ended to resolve a deadlock.', details);
    case '55P03':
      return new LockTimeoutError('A lock was not to be had in time.', details);
    case '57014':
      return new QueryTimeoutError('The statement was cancelled.', details);
    case '25006':
      return new ReadOnlyError('The database is open for reading only.', {
        ...details,
        remedy: 'Write in a transaction without readOnly, on a connection that may write.',
      });
    case '25P02':
      return new TransactionAbortedError('PostgreSQL has aborted this transaction: nothing of it is kept.', {
        ...details,
        remedy: 'Let its function throw, and run it again.',
      });
    case '26000':
    case '42P05':
      return new ConfigError('PostgreSQL does not have the statements that this connection has prepared.', {
        ...details,
        remedy:
          'If a pooler stands between, such as PgBouncer in transaction mode, say pooler=transaction in the DSN. Otherwise leave out DEALLOCATE and DISCARD.',
      });
    default:
      break;
  }
  if (given.code.startsWith('08') || given.code.startsWith('57P'))
    return new ConnectionError('The connection to PostgreSQL was lost.', details);
  if (given.code.startsWith('23')) return new IntegrityError(`A constraint failed: ${text}`, named);
  return new DatabaseError(`PostgreSQL refused the statement: ${text}`, details);
}

/** The error of a server that cannot be connected to. Says what to look at, and never quotes the password. */
export function openError(error: unknown): Error {
  if (error instanceof BlazeError) return error;
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  const known: Readonly<Record<string, readonly [string, string]>> = {
    '28P01': ['The server refused user and password.', 'Check them in the DSN.'],
    '28000': ['The server refused the user.', 'Check the user in the DSN, and pg_hba.conf of the server.'],
    '3D000': ['The database does not exist.', 'Create it, or check its name in the DSN.'],
    '53300': ['The server has no connections left.', 'Make poolSize smaller, or max_connections of the server larger.'],
    // What the driver objects to before it answers the server.
    NO_PASSWORD: ['The server wants a password.', 'Give it in the DSN.'],
    ECONNREFUSED: ['No server answers there.', 'Check host and port in the DSN, and that the server runs.'],
    ENOTFOUND: ['The host is unknown.', 'Check the host in the DSN.'],
    EAI_AGAIN: ['The host is unknown.', 'Check the host in the DSN.'],
    ETIMEDOUT: ['The server did not answer in time.', 'Check host and port in the DSN, or raise connectTimeout.'],
  };
  const said = /client password must be/.test(message) ? 'NO_PASSWORD' : /timeout/.test(message) ? 'ETIMEDOUT' : code;
  const [what, remedy] = tlsProblem(error) ??
    (typeof said === 'string' ? known[said] : undefined) ?? [
      'The connection cannot be opened.',
      'Check the DSN, and that the server runs.',
    ];
  return new ConnectionError(what, { remedy, cause: safeCause(error) });
}

/** The detail names the columns, `Key (author_id, title)=(…) already exists.`, unless an expression is indexed. */
function uniqueViolation({ table, detail }: ServerError, named: ErrorDetails): UniqueViolationError {
  const list = /^Key \(([^()]+)\)=\(/.exec(detail ?? '')?.[1];
  const fields = list?.split(', ').map((name) => name.replaceAll('"', ''));
  const shown = fields?.map((name) => `${table}.${name}`).join(', ') ?? 'key';
  return new UniqueViolationError(`A row with the same ${shown} exists.`, { ...named, ...(fields && { fields }) });
}
