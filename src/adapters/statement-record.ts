// As a global it is looked up anew each time, which took as long as reading the clock.
import { performance } from 'node:perf_hooks';
import { correlationId } from '../utils/correlation.ts';
import { statementKind } from './statement-kind.ts';
import type { StatementDatabase, StatementEvent, StatementKind, StatementSubject } from './statement-events.ts';
import type { Describe, Sending } from './statement-source.ts';

/** A statement while it runs, and the event that it becomes. What costs anything is found out when it is asked for. */
export class StatementRecord implements StatementEvent {
  readonly sql: string;
  readonly runs: number;
  readonly startedAt: number;
  durationMs = 0;
  rows: number | undefined = undefined;
  error: unknown = undefined;
  readonly database: StatementDatabase;
  readonly session: number | undefined;
  readonly transaction: number | undefined;
  readonly correlationId: string | undefined;
  // Private: no log of an event shows values.
  readonly #sending: Sending;
  readonly #describe: Describe | undefined;
  #subject: StatementSubject | null | undefined;

  constructor(
    sending: Sending,
    database: StatementDatabase,
    describe: Describe | undefined,
    session: number | undefined,
    transaction: number | undefined,
  ) {
    this.sql = sending.sql;
    this.runs = sending.runs;
    this.startedAt = performance.now();
    this.database = database;
    this.session = session;
    this.transaction = transaction;
    this.correlationId = correlationId();
    this.#sending = sending;
    this.#describe = describe;
  }

  /** The values of its parameters: for what stays inside of the library. */
  static parameters(event: StatementEvent): readonly unknown[] | undefined {
    return event instanceof StatementRecord ? event.#sending.parameters : undefined;
  }

  /** What it was made of. */
  static origin(event: StatementEvent): object | undefined {
    return event instanceof StatementRecord ? event.#sending.origin : undefined;
  }

  get kind(): StatementKind {
    return this.#sending.kind ?? statementKind(this.sql);
  }

  get subject(): StatementSubject | undefined {
    if (this.#subject === undefined) {
      const { origin } = this.#sending;
      this.#subject = (origin && this.#describe?.(origin)) ?? null;
    }
    return this.#subject ?? undefined;
  }

  succeeded(result: unknown): this {
    this.durationMs = performance.now() - this.startedAt;
    this.rows = rowsOf(result);
    return this;
  }

  failed(error: unknown): this {
    this.durationMs = performance.now() - this.startedAt;
    this.error = error;
    return this;
  }
}

/** How many rows the answer of a driver is about. */
function rowsOf(result: unknown): number | undefined {
  if (Array.isArray(result)) return result.length;
  if (typeof result !== 'object' || result === null) return undefined;
  // Named cast: what the methods of a connection give.
  const { rows, changes } = result as { rows?: readonly unknown[]; changes?: number | readonly number[] };
  if (rows !== undefined) return rows.length;
  return typeof changes === 'object' ? changes.reduce((sum, count) => sum + count, 0) : changes;
}
