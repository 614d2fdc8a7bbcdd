/**
 * One hierarchy of errors. Each class has a stable `code`; each message names the model, the field and the remedy,
 * and never a value that came from outside.
 */

/** What every error of the library may carry. */
export interface ErrorDetails {
  readonly model?: string | undefined;
  readonly field?: string | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly constraint?: string | undefined;
  /** What is not offered, as the end of a sentence that begins with "refuses". */
  readonly feature?: string | undefined;
  /** What the reader can do about it; appended to the message. */
  readonly remedy?: string | undefined;
  readonly sql?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The root of every error that BlazeORM throws.
 *
 * @example
 * ```ts
 * import { BlazeError } from 'blazeorm';
 * export const isOurs = (error: unknown): boolean => error instanceof BlazeError && error.code.startsWith('E_');
 * ```
 */
export class BlazeError extends Error {
  /** Stable, machine-readable: safe to switch on across versions. */
  readonly code: string = 'E_BLAZE';
  readonly model: string | undefined;
  readonly field: string | undefined;
  readonly fields: readonly string[] | undefined;
  readonly constraint: string | undefined;
  readonly remedy: string | undefined;
  readonly sql: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    const text = details.remedy === undefined ? message : `${message} ${details.remedy}`;
    super(text, details.cause === undefined ? undefined : { cause: details.cause });
    Object.defineProperty(this, 'name', { value: new.target.name, configurable: true });
    this.model = details.model;
    this.field = details.field;
    this.fields = details.fields;
    this.constraint = details.constraint;
    this.remedy = details.remedy ?? remedyIn(message);
    this.sql = details.sql;
    for (const key of ['model', 'field', 'fields', 'constraint', 'remedy', 'sql'] as const) {
      if (this[key] === undefined) delete (this as Partial<Record<typeof key, unknown>>)[key];
    }
  }
}

/** Messages that say what is wanted, "takes an integer, not a string" or "…: give it one", need no second sentence for it. */
function remedyIn(message: string): string | undefined {
  const wanted = /\btakes (.+?)(?:, not [^,]+)?\.$/.exec(message) ?? /\bis (an? .+?), not [^,]+\.$/.exec(message);
  if (wanted !== null) return `Give it ${wanted[1]}.`;
  const told = /: ((?:give|make|use|write|take|name|say|add|keep) .+)$/.exec(message)?.[1];
  return told === undefined ? undefined : told[0]!.toUpperCase() + told.slice(1);
}

/** Models contradict themselves or each other; lists every problem found. */
export class DefinitionError extends BlazeError {
  override readonly code = 'E_DEFINITION';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], details: ErrorDetails = {}) {
    super(
      problems.length === 1
        ? problems[0]!
        : `${problems.length} problems in the models:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
      details,
    );
    this.problems = problems;
  }
}

/** A name that the model does not have: a field, a relation, a path, a constructor key, an alias. */
export class UnknownFieldError extends BlazeError {
  override readonly code = 'E_UNKNOWN_FIELD';
}

/** A value that the field cannot hold, or that cannot stand in this place. */
export class InvalidValueError extends BlazeError {
  override readonly code: string = 'E_INVALID_VALUE';
}

/** What is wrong with one field of an entity. */
export interface FieldProblem {
  /** Stable, for translations: `required`, `type`, `length`, `choice`, that of a rule, or `invalid`. */
  readonly code: string;
  readonly message: string;
}

/** Problems by field; what `clean()` says of the whole entity stands under `''`. */
export type FieldProblems = Readonly<Record<string, readonly FieldProblem[]>>;

/**
 * An entity that was to be saved, or was checked by `fullClean`, is not valid: all that is wrong with it, by field.
 *
 * @example
 * ```ts
 * import { ValidationError } from 'blazeorm';
 * export const messages = (error: unknown): string[] =>
 *   error instanceof ValidationError ? Object.values(error.errors).flat().map(({ message }) => message) : [];
 * ```
 */
export class ValidationError extends InvalidValueError {
  override readonly code = 'E_VALIDATION';
  readonly errors: FieldProblems;

  constructor(message: string, details: ErrorDetails & { readonly errors?: FieldProblems } = {}) {
    super(message, details);
    this.errors = details.errors ?? {};
  }

  /** All of these problems of one entity as one error. */
  static of(model: string, errors: FieldProblems, cause?: unknown): ValidationError {
    const names = Object.keys(errors);
    const [only] = names;
    const problems = names.flatMap((name) => errors[name]!.map((problem) => sentence(model, name, problem)));
    const message =
      problems.length === 1
        ? problems[0]!
        : `${model} has ${problems.length} values that are not valid:\n${problems.map((text) => `  - ${text}`).join('\n')}`;
    return new ValidationError(message, {
      model,
      field: names.length === 1 && only !== '' ? only : undefined,
      fields: names.length === 1 ? undefined : names.filter((name) => name !== ''),
      errors,
      cause,
    });
  }
}

function sentence(model: string, field: string, { message }: FieldProblem): string {
  const text = field === '' ? `${model}: ${message}` : `${model}.${field} ${message}`;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A call that makes no sense as it stands: a limit of -1, `selectRelated` across a to-many relation, … */
export class InvalidQueryError extends BlazeError {
  override readonly code = 'E_INVALID_QUERY';
}

/** A text that is no cursor of the page that was asked for: cut off, made up, or of another model or order. */
export class InvalidCursorError extends BlazeError {
  override readonly code = 'E_INVALID_CURSOR';
}

/** A scope that is required has no value in this session. */
export class ScopeValueError extends BlazeError {
  override readonly code = 'E_SCOPE_VALUE';
}

/** A row of a model that is read only, a view for example, was to be written. */
export class ReadOnlyModelError extends BlazeError {
  override readonly code = 'E_READ_ONLY_MODEL';
}

/** The dialect lacks what the query needs. Thrown when the query is compiled, before any SQL is sent. */
export class UnsupportedError extends BlazeError {
  override readonly code = 'E_UNSUPPORTED';
  /** What is not offered, by name, where it is a database that does not: `schemas of a session`. */
  readonly feature: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details);
    this.feature = details.feature;
    if (this.feature === undefined) delete (this as { feature?: string | undefined }).feature;
  }
}

/** A relation or field was read that has not been loaded. */
export class NotLoadedError extends BlazeError {
  override readonly code = 'E_NOT_LOADED';
}

/** A model was used where no session is current, or an entity that belongs to none. */
export class NoSessionError extends BlazeError {
  override readonly code = 'E_NO_SESSION';
}

/** The session, or an entity in it, is in a state in which the call is impossible. */
export class SessionStateError extends BlazeError {
  override readonly code = 'E_SESSION_STATE';
}

/** The codec of a custom column threw; its own error is the `cause`. */
export class CodecError extends BlazeError {
  override readonly code = 'E_CODEC';
}

/** A row whose discriminator says a class that no model knows. */
export class UnknownDiscriminatorError extends BlazeError {
  override readonly code = 'E_UNKNOWN_DISCRIMINATOR';
}

/** `get()` or `one()` found no row. */
export class NotFoundError extends BlazeError {
  override readonly code = 'E_NOT_FOUND';
}

/** `get()` or `one()` found more than one row. */
export class MultipleResultsError extends BlazeError {
  override readonly code = 'E_MULTIPLE_RESULTS';
}

/** `update()` or `delete()` on a set that has no filter, without `.unfiltered()`. */
export class UnfilteredWriteError extends BlazeError {
  override readonly code = 'E_UNFILTERED_WRITE';
}

/** New rows that need each other's keys, with no nullable key to break the circle. */
export class CircularDependencyError extends BlazeError {
  override readonly code = 'E_CIRCULAR_DEPENDENCY';
}

/** An UPDATE or DELETE of a tracked row met no row, or a newer version of it. */
export class StaleObjectError extends BlazeError {
  override readonly code = 'E_STALE_OBJECT';
  #entities: readonly object[];

  constructor(message: string, details: ErrorDetails = {}, entities: readonly object[] = []) {
    super(message, details);
    this.#entities = entities;
  }

  /** Whose rows were not met; where the database could not be asked, all that were written together. Not shown in logs. */
  get entities(): readonly object[] {
    return this.#entities;
  }

  /** For the session: only these of them. */
  narrow(entities: readonly object[]): void {
    if (entities.length > 0) this.#entities = entities;
  }
}

/** A configuration or DSN that cannot be used. Never quotes the DSN. */
export class ConfigError extends BlazeError {
  override readonly code = 'E_CONFIG';
}

/**
 * The second-level cache could not be told: of a transaction's changes, where it is strict and the transaction was rolled back; or what
 * `invalidate()` or `clear()` were called for.
 */
export class CacheUnavailableError extends BlazeError {
  override readonly code = 'E_CACHE_UNAVAILABLE';
}

/** The driver package is not installed; says what to install. */
export class DriverMissingError extends BlazeError {
  override readonly code = 'E_DRIVER_MISSING';
}

/** The database could not be reached or opened, or the connection was lost. */
export class ConnectionError extends BlazeError {
  override readonly code: string = 'E_CONNECTION';
}

/** No connection came free in time; names who holds them. */
export class AcquireTimeoutError extends ConnectionError {
  override readonly code = 'E_ACQUIRE_TIMEOUT';
}

/** The database refused a statement. Parameters are never part of it. */
export class DatabaseError extends BlazeError {
  override readonly code: string = 'E_DATABASE';
}

/** Something was to be written where only reading is allowed: in a transaction with `readOnly`, or a database that takes no writes. */
export class ReadOnlyError extends DatabaseError {
  override readonly code = 'E_READ_ONLY';
}

/** A value does not fit where it was to be stored, or computed: a text too long, a number out of range. */
export class DataError extends DatabaseError {
  override readonly code = 'E_DATA';
}

/** A constraint of the database was violated. */
export class IntegrityError extends DatabaseError {
  override readonly code: string = 'E_INTEGRITY';
}

export class UniqueViolationError extends IntegrityError {
  override readonly code = 'E_UNIQUE_VIOLATION';
}

export class ForeignKeyViolationError extends IntegrityError {
  override readonly code = 'E_FOREIGN_KEY_VIOLATION';
}

export class NotNullViolationError extends IntegrityError {
  override readonly code = 'E_NOT_NULL_VIOLATION';
}

export class CheckViolationError extends IntegrityError {
  override readonly code = 'E_CHECK_VIOLATION';
}

/** A lock could not be had in time (`SQLITE_BUSY`, 55P03, 1205 …). */
export class LockTimeoutError extends DatabaseError {
  override readonly code = 'E_LOCK_TIMEOUT';
}

/** The connection was lost while COMMIT was under way: nobody knows whether the transaction is kept. Never retried. */
export class CommitOutcomeUnknownError extends DatabaseError {
  override readonly code = 'E_COMMIT_OUTCOME_UNKNOWN';
}

/** The transaction lost against a concurrent one (40001): run again, it may succeed. */
export class SerializationError extends DatabaseError {
  override readonly code = 'E_SERIALIZATION';
}

/** The transaction was the one that the database ended to resolve a deadlock (40P01, 1213). */
export class DeadlockError extends DatabaseError {
  override readonly code = 'E_DEADLOCK';
}

/** A statement took longer than it was given, or somebody at the server cancelled it. */
export class QueryTimeoutError extends DatabaseError {
  override readonly code = 'E_QUERY_TIMEOUT';
}

/** The application's own `AbortSignal` stopped the work. `cause` is the signal's reason. */
export class QueryAbortedError extends BlazeError {
  override readonly code = 'E_QUERY_ABORTED';
}

/** The transaction was rolled back, or has ended, while it was still in use. */
export class TransactionAbortedError extends DatabaseError {
  override readonly code = 'E_TRANSACTION_ABORTED';
}
