import type { Channel } from 'node:diagnostics_channel';
import type { StatementDatabase } from '../adapters/statement-events.ts';
import { correlationId } from '../utils/correlation.ts';
import { CommitOutcomeUnknownError } from '../utils/errors.ts';
import { ReportedOnce } from '../utils/reported-once.ts';
import { flushChannel, retryChannel, transactionChannel } from './unit-events.ts';
import type { FlushCounts, FlushEvent, RetryEvent, TransactionEvent, UnitEvent } from './unit-events.ts';

export type UnitObserver = (event: UnitEvent | RetryEvent) => void;

/** Somebody who is around units of work from their beginning: makes spans of them. */
export interface UnitTracing {
  /** Run the unit. When it is over, observers are given the same event. Fails only with what `run` fails with. */
  around<T>(event: UnitEvent, run: () => T): T;
}

type Writable<E> = { -readonly [K in keyof E]: E[K] };
type Own<E extends UnitEvent> = Pick<E, Exclude<keyof E, keyof UnitEvent> | 'kind'>;
/** Whose work it is. The number of a transaction is known only after it has begun. */
export type Owner = () => Pick<UnitEvent, 'session' | 'transaction'>;

/** Who listens to the units of work of one database: transactions, flushes, and what is run again. */
export class Units {
  readonly #database: StatementDatabase;
  readonly #observers = new Set<UnitObserver>();
  readonly #faults = new ReportedOnce('BLAZE_OBSERVER', 'What listens to transactions');
  tracing: UnitTracing | undefined;

  constructor(database: StatementDatabase) {
    this.#database = database;
  }

  /** Listen from now on. Gives what ends it. */
  add(observer: UnitObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Run a transaction, or a savepoint, and tell how it ended. */
  transaction<T>(
    { nested, readOnly = false, isolation }: { nested: boolean; readOnly?: boolean; isolation?: string | undefined },
    owner: Owner,
    run: () => Promise<T>,
  ): Promise<T> {
    if (!this.#isHeard(transactionChannel)) return run();
    const own = { kind: 'transaction', outcome: 'committed', nested, readOnly, isolation } as const;
    const event: Writable<TransactionEvent> = this.#begun(own, owner);
    return this.#observed(transactionChannel, event, owner, run, (error) => {
      event.outcome = error instanceof CommitOutcomeUnknownError ? 'unknown' : 'rolled back';
    });
  }

  /** Run a flush, and tell what it wrote: `counts` is asked only where somebody listens. */
  flush(counts: () => FlushCounts, owner: Owner, run: () => Promise<void>): Promise<void> {
    if (!this.#isHeard(flushChannel)) return run();
    const event: Writable<FlushEvent> = this.#begun({ kind: 'flush', ...counts() }, owner);
    return this.#observed(flushChannel, event, owner, run, () => undefined);
  }

  /** A transaction is about to be run again. */
  retried(attempts: number, error: unknown): void {
    if (!this.#isHeard(retryChannel)) return;
    const event: RetryEvent = {
      kind: 'retry',
      database: this.#database,
      correlationId: correlationId(),
      attempts,
      error,
    };
    this.#tell(retryChannel, event);
  }

  #isHeard(channel: Channel): boolean {
    return this.#observers.size > 0 || this.tracing !== undefined || channel.hasSubscribers;
  }

  #begun<E extends UnitEvent>(own: Own<E>, owner: Owner): Writable<E> {
    const basics = {
      database: this.#database,
      ...owner(),
      correlationId: correlationId(),
      startedAt: performance.now(),
      durationMs: 0,
      error: undefined,
    };
    // Named cast: what events have in common, and what is one kind's own, is all of it.
    return { ...own, ...basics } as unknown as Writable<E>;
  }

  async #observed<T>(
    channel: Channel,
    event: Writable<UnitEvent>,
    owner: Owner,
    run: () => Promise<T>,
    failed: (error: unknown) => void,
  ): Promise<T> {
    try {
      return await (this.tracing === undefined ? run() : this.tracing.around(event, run));
    } catch (error) {
      event.error = error;
      failed(error);
      throw error;
    } finally {
      event.durationMs = performance.now() - event.startedAt;
      event.transaction = owner().transaction;
      this.#tell(channel, event);
    }
  }

  #tell(channel: Channel, event: UnitEvent | RetryEvent): void {
    for (const observer of this.#observers) {
      try {
        observer(event);
      } catch (error) {
        this.#faults.report(error);
      }
    }
    if (channel.hasSubscribers) channel.publish(event);
  }
}
