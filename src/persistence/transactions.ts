import { AsyncLocalStorage } from 'node:async_hooks';
import type { Connection } from '../adapters/adapter.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import type { TransactionOptions } from '../core/types/index.ts';
import { InvalidQueryError, SessionStateError } from '../utils/errors.ts';
import { collectChanges, hasChanges } from './change-set.ts';
import type { FlushMode } from './engine.ts';
import { Flusher } from './flusher.ts';
import { planFlush } from './flush-plan.ts';
import type { FlushStep } from './flush-plan.ts';
import { Journal } from './journal.ts';
import { journalStart, undoFlush, undoTransaction } from './restore.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

/** The transaction or savepoint that an async scope is in: a nested one must begin inside the innermost. */
const currentJournal = new AsyncLocalStorage<Journal>();

interface OpenTransaction {
  readonly connection: Connection;
  /** Of the transaction itself, and of each savepoint in it. */
  readonly journals: Journal[];
}

/** When a session writes, and how it comes back: flushes, transactions, savepoints, and the memory that goes with them. */
export class Transactions {
  readonly #workspace: Workspace;
  readonly #work: UnitOfWork;
  readonly #flushMode: FlushMode;
  #open: OpenTransaction | undefined;
  #opening = false;
  #flushing: Promise<void> | undefined;

  constructor(workspace: Workspace, work: UnitOfWork, flushMode: FlushMode) {
    this.#workspace = workspace;
    this.#work = work;
    this.#flushMode = flushMode;
  }

  /** The innermost transaction or savepoint, if one is open. */
  get current(): { readonly connection: Connection; readonly journal: Journal } | undefined {
    const open = this.#open;
    return open === undefined ? undefined : { connection: open.connection, journal: open.journals.at(-1)! };
  }

  /** Inside a transaction, what is pending for these models is written before they are read; outside, only a warning. */
  beforeRead(reads: ReadonlySet<ModelMeta>): Promise<void> | undefined {
    if (this.#flushing !== undefined || this.#flushMode === 'manual') return undefined;
    const { identityMap, compiled, engine } = this.#workspace;
    if (this.#open !== undefined && this.#flushMode === 'commit') return undefined;
    if (!this.#work.concerns(reads) && !hasChanges(identityMap, reads, compiled)) return undefined;
    if (this.#open !== undefined) return this.flush();
    engine.warnOnce('BLAZE_UNWRITTEN', 'A query outside of a transaction read tables for which the session holds unwritten changes: it does not see them. Call session.commit() first.');
    return undefined;
  }

  /** Write everything that is pending, atomically: in the open transaction, or in one of its own. */
  flush(): Promise<void> {
    return this.#serialised(() => (this.#open === undefined ? this.#flushAlone() : this.#flushInside(this.#open)));
  }

  /** The flush that ends a transaction or savepoint: if it fails, all of that is rolled back, so it needs no savepoint. */
  #flushLast(): Promise<void> {
    return this.#serialised(() => this.#flushOnto(this.#open!, this.#plan(), () => undefined));
  }

  /** One flush at a time. */
  async #serialised(flush: () => Promise<void>): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
    const flushing = flush();
    this.#flushing = flushing.finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  /** Forget what is pending: entities go back to their rows. */
  discard(): void {
    this.#refuseInside('rollback()');
    undoTransaction(this.#workspace, this.#work, new Journal({ dirty: new Map(), added: new Set(), deleted: new Set(), collections: new Set() }));
  }

  /** Run the closure in a transaction, or in a savepoint of the open one. */
  async run<T>(fn: () => Promise<T>, options: TransactionOptions): Promise<T> {
    if (this.#open === undefined) return this.#outermost(fn, options);
    if (options.isolation !== undefined || options.readOnly !== undefined) {
      throw new SessionStateError('A nested transaction is a savepoint: isolation and readOnly belong to the outermost.');
    }
    return this.#nested(this.#open, fn);
  }

  async #outermost<T>(fn: () => Promise<T>, options: TransactionOptions): Promise<T> {
    if (this.#opening) throw parallel();
    this.#opening = true;
    const { executor, engine } = this.#workspace;
    try {
      await engine.connect();
      const connection = await executor.acquire({ mode: options.readOnly === true ? 'read' : 'write', purpose: 'a transaction' });
      try {
        await executor.begin(connection, beginOptions(options));
        const journal = new Journal(journalStart(this.#workspace, this.#work));
        this.#open = { connection, journals: [journal] };
        try {
          const result = await currentJournal.run(journal, fn);
          if (this.#flushMode !== 'manual') await this.#flushLast();
          await executor.commit(connection);
          return result;
        } catch (error) {
          await this.#rollback(connection, journal, error);
          throw error;
        } finally {
          this.#open = undefined;
        }
      } finally {
        executor.release(connection);
      }
    } finally {
      this.#opening = false;
    }
  }

  async #nested<T>(open: OpenTransaction, fn: () => Promise<T>): Promise<T> {
    if (currentJournal.getStore() !== open.journals.at(-1)) throw parallel();
    await this.flush();
    const { executor } = this.#workspace;
    const { connection, journals } = open;
    const name = `blaze_${journals.length}`;
    await executor.savepoint(connection, name);
    const journal = new Journal(journalStart(this.#workspace, this.#work));
    journals.push(journal);
    try {
      const result = await currentJournal.run(journal, fn);
      await this.#flushLast();
      await executor.releaseSavepoint(connection, name);
      journals.pop();
      journals.at(-1)!.absorb(journal);
      return result;
    } catch (error) {
      journals.length = journals.indexOf(journal);
      await executor.rollbackToSavepoint(connection, name);
      undoTransaction(this.#workspace, this.#work, journal);
      throw error;
    }
  }

  /** Memory goes back whatever the database says; what it says is added to the error that led here. */
  async #rollback(connection: Connection, journal: Journal, cause: unknown): Promise<void> {
    undoTransaction(this.#workspace, this.#work, this.#open?.journals[0] ?? journal);
    try {
      await this.#workspace.executor.rollback(connection);
    } catch (error) {
      throw new AggregateError([cause, error], 'The transaction failed, and so did its rollback.');
    }
  }

  async #flushAlone(): Promise<void> {
    const { executor, engine } = this.#workspace;
    const steps = this.#plan();
    if (steps.length === 0) return this.#work.clear();
    await engine.connect();
    const connection = await executor.acquire({ mode: 'write', purpose: 'a flush' });
    const journal = new Journal();
    try {
      await executor.begin(connection, {});
      try {
        await this.#write(connection, journal, steps, () => executor.commit(connection));
      } catch (error) {
        await executor.rollback(connection);
        throw error;
      }
    } finally {
      executor.release(connection);
    }
  }

  async #flushInside(open: OpenTransaction): Promise<void> {
    const steps = this.#plan();
    if (steps.length === 0) return this.#work.clear();
    const { executor } = this.#workspace;
    const { connection } = open;
    const name = 'blaze_flush';
    // Statements that succeeded before the one that failed must not stay behind.
    await executor.savepoint(connection, name);
    try {
      await this.#flushOnto(open, steps, () => executor.releaseSavepoint(connection, name));
    } catch (error) {
      await executor.rollbackToSavepoint(connection, name);
      throw error;
    }
  }

  async #flushOnto({ connection, journals }: OpenTransaction, steps: readonly FlushStep[], seal: () => unknown): Promise<void> {
    if (steps.length === 0) return this.#work.clear();
    const journal = new Journal();
    await this.#write(connection, journal, steps, seal);
    journals.at(-1)!.absorb(journal);
  }

  #plan(): readonly FlushStep[] {
    const { identityMap, compiled } = this.#workspace;
    return planFlush(collectChanges(identityMap, this.#work, compiled));
  }

  /** Run the steps, make them last, and only then change what memory says. */
  async #write(connection: Connection, journal: Journal, steps: readonly FlushStep[], seal: () => unknown): Promise<void> {
    const flusher = new Flusher(this.#workspace, connection, journal);
    try {
      await flusher.run(steps);
      await seal();
    } catch (error) {
      undoFlush(journal);
      throw error;
    }
    flusher.accept();
    for (const collection of this.#work.collections) {
      journal.touchCollection(collection);
      collection.settle();
    }
    this.#work.clear();
  }

  #refuseInside(call: string): void {
    if (this.#open === undefined) return;
    throw new SessionStateError(`${call} was called inside a transaction that ends by itself.`, { remedy: 'Throw an error to roll it back; return to commit it.' });
  }
}

function parallel(): SessionStateError {
  return new SessionStateError('This session is already in a transaction that did not begin here.', {
    remedy: 'Await one transaction before the next, or use a session for each.',
  });
}

const OPTIONS = new Set(['isolation', 'readOnly', 'retry']);

function beginOptions(options: TransactionOptions): { isolation?: string; readOnly?: boolean } {
  for (const key of Object.keys(options)) if (!OPTIONS.has(key)) throw new InvalidQueryError(`A transaction has no option '${key}'.`, { field: key });
  const { isolation, readOnly } = options;
  if (readOnly !== undefined && typeof readOnly !== 'boolean') throw new InvalidQueryError(`readOnly is true or false, not ${describe(readOnly)}.`);
  return { ...(isolation === undefined ? {} : { isolation }), ...(readOnly === undefined ? {} : { readOnly }) };
}
