import type { StatementDatabase, StatementEvent } from '../adapters/statement-events.ts';
import { statementHash } from '../utils/statement-hash.ts';
import { errorRecord, SafeLogger } from '../utils/logging.ts';
import type { Logger, LogLevel } from '../utils/logging.ts';
import { shownSql } from './shown-sql.ts';
import type { RetryEvent, UnitEvent } from './unit-events.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What a database tells its logger: structured records, without values of parameters. What is thrown is logged as a warning at most, since
 * whoever catches it knows what it means; `error` is for what nobody else is told.
 */
export class DatabaseLog {
  readonly #logger: SafeLogger;
  readonly #database: StatementDatabase;

  constructor(logger: Logger, database: StatementDatabase) {
    this.#logger = new SafeLogger(logger);
    this.#database = database;
  }

  readonly statement = (event: StatementEvent): void => {
    const failed = event.error !== undefined;
    this.write(failed ? 'warn' : 'debug', () => statementFields(event), failed ? 'statement failed' : 'statement');
  };

  readonly unit = (event: UnitEvent | RetryEvent): void => {
    const [level, message] = headOf(event);
    this.write(level, () => unitFields(event), message);
  };

  /** One of the library's warnings, which the process has been told too. */
  warning(code: string, message: string): void {
    this.write('warn', () => ({ event: 'warning', code }), message);
  }

  /** @param fields What the record has beside the database; made only if somebody reads it. What is `undefined` is left out. */
  write(level: LogLevel, fields: () => Fields, message: string): void {
    const { dialect, name } = this.#database;
    this.#logger.write(level, () => defined({ dialect, database: name, ...fields() }), message);
  }
}

/** What a record says of a statement. */
export function statementFields(event: StatementEvent): Fields {
  const { kind, durationMs, rows, runs, session, transaction, correlationId, subject, error } = event;
  const sql = shownSql(event);
  return {
    event: 'statement',
    kind,
    sql,
    fingerprint: statementHash(sql),
    durationMs: rounded(durationMs),
    rows,
    runs: runs === 1 ? undefined : runs,
    model: subject?.model,
    relation: subject?.relation,
    session,
    transaction,
    correlationId,
    error: error === undefined ? undefined : errorRecord(error),
  };
}

function headOf(event: UnitEvent | RetryEvent): readonly [LogLevel, string] {
  if (event.kind === 'retry') return ['info', 'transaction is run again'];
  if (event.kind === 'flush') return ['debug', event.error === undefined ? 'flush' : 'flush failed'];
  const what = event.nested ? 'nested transaction' : 'transaction';
  if (event.outcome === 'unknown') return ['warn', `nobody knows how a ${what} ended`];
  return ['debug', `${what} ${event.outcome}`];
}

function unitFields({ kind, database: _database, ...event }: UnitEvent | RetryEvent): Fields {
  if (!('startedAt' in event)) return { event: kind, ...event, error: errorRecord(event.error) };
  const { startedAt: _startedAt, durationMs, error, ...rest } = event;
  const failure = error === undefined ? undefined : errorRecord(error);
  return { event: kind, durationMs: rounded(durationMs), ...rest, error: failure };
}

/** Microseconds are as exact as it gets. */
const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
