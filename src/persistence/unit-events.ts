import { channel } from 'node:diagnostics_channel';
import type { StatementDatabase } from '../adapters/statement-events.ts';

/** What events of units of work have in common. */
interface UnitBasics {
  readonly database: StatementDatabase;
  /** As in `StatementEvent`. */
  readonly session: number | undefined;
  readonly transaction: number | undefined;
  readonly correlationId: string | undefined;
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** What it failed with: the application's own error may be among them, and hold anything. */
  readonly error: unknown;
}

/** A transaction is over, or a savepoint that was asked for as a nested one. Of its statements each has an event of its own. */
export interface TransactionEvent extends UnitBasics {
  readonly kind: 'transaction';
  /** `unknown`: the connection was lost while COMMIT was under way. */
  readonly outcome: 'committed' | 'rolled back' | 'unknown';
  readonly nested: boolean;
  readonly readOnly: boolean;
  readonly isolation: string | undefined;
}

/** Rows of entities and links, as they were planned. */
export interface FlushCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** Entities were written, or that failed. */
export interface FlushEvent extends UnitBasics, FlushCounts {
  readonly kind: 'flush';
}

export type UnitEvent = TransactionEvent | FlushEvent;

/** A transaction collided with another one, and is run again. */
export interface RetryEvent {
  readonly kind: 'retry';
  readonly database: StatementDatabase;
  readonly correlationId: string | undefined;
  /** How often it was tried so far. */
  readonly attempts: number;
  readonly error: unknown;
}

// `diagnostics_channel`s; nobody listening costs one check for each unit.
export const transactionChannel = channel('blazeorm:transaction');
export const flushChannel = channel('blazeorm:flush');
export const retryChannel = channel('blazeorm:retry');
