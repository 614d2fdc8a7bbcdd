import type { BeginOptions } from '../adapters/adapter.ts';
import { withinBounds } from '../adapters/bounded-executor.ts';
import type { Cancellation } from '../adapters/cancellation.ts';
import type { Executor } from '../adapters/executor.ts';
import { givenBounds } from '../core/bounds.ts';
import { describe } from '../core/value-types.ts';
import type { TransactionOptions } from '../core/types/index.ts';
import { CommitOutcomeUnknownError, InvalidQueryError, SessionStateError } from '../utils/errors.ts';
import { insideHook, isInHooksOf } from './hook-scope.ts';
import { Journal } from './journal.ts';
import type { Lifecycle } from './lifecycle.ts';
import { ended, opened, parallel, refuseBroken, refuseUnawaited } from './open-transaction.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { journalStart } from './restore.ts';
import type { SessionFlushes } from './session-flushes.ts';
import { settledLater } from './settled-later.ts';
import type { SettledLater } from './settled-later.ts';
import { resolveStale } from './stale.ts';
import { abandon, commit, takeBack } from './transaction-end.ts';
import { beginOptions, refuseInside } from './transaction-options.ts';
import { currentJournal } from './transaction-scope.ts';
import type { TransactionScope } from './transaction-scope.ts';
import type { Written } from './written.ts';

/** Transactions and savepoints of a session, and the memory that goes back with them. */
export class Transactions {
  readonly #scope: TransactionScope;
  readonly #flushes: SessionFlushes;
  readonly #lifecycle: Lifecycle;
  #opening = false;
  /** How the transaction ended that was the last, for hooks. */
  #end: { readonly event: 'afterCommit' | 'afterRollback'; readonly written: readonly Written[] } | undefined;

  constructor(scope: TransactionScope, flushes: SessionFlushes, lifecycle: Lifecycle) {
    this.#scope = scope;
    this.#flushes = flushes;
    this.#lifecycle = lifecycle;
  }

  /** Forget what is pending: entities go back to their rows. What still runs in a transaction that was stopped is waited for. */
  async discard(): Promise<void> {
    const scope = this.#scope;
    while (scope.isLeftRunning) await scope.open!.left;
    scope.refuseInside('rollback()');
    scope.undo(scope.outside);
    scope.outside = undefined;
  }

  /** Run the closure in a transaction, or in a savepoint of the open one. */
  async run<T>(fn: () => Promise<T>, options: TransactionOptions): Promise<T> {
    const nested = this.#scope.open !== undefined;
    const { units } = this.#scope.workspace.engine;
    return units.transaction({ ...options, nested }, this.#scope.owner, () => this.#run(fn, options));
  }

  async #run<T>(fn: () => Promise<T>, options: TransactionOptions): Promise<T> {
    if (typeof fn !== 'function') throw new InvalidQueryError(`transaction() takes a function, not ${describe(fn)}.`);
    const scope = this.#scope;
    const begin = beginOptions(options);
    refuseInside(options, scope.open !== undefined || isInHooksOf(scope));
    if (isInHooksOf(scope)) throw insideHook('transaction');
    scope.refuseStopped();
    const bounds = givenBounds(options);
    const { open } = scope;
    if (open !== undefined && (options.isolation !== undefined || options.readOnly !== undefined)) {
      throw new SessionStateError(
        'A nested transaction is a savepoint: isolation and readOnly belong to the outermost.',
      );
    }
    if (open?.ended === true) throw ended(open);
    if (bounds === undefined)
      return open === undefined
        ? this.#ended(() => this.#outermost(fn, begin, scope.outer, undefined))
        : this.#nested(open, fn, open.executor, open.cancellation);
    const { executor, cancellation } = withinBounds(scope.executor, 'transaction', bounds);
    try {
      cancellation.check();
      if (open !== undefined) return await this.#nested(open, fn, executor, cancellation);
      return await this.#ended(() => this.#outermost(fn, begin, executor, cancellation));
    } finally {
      cancellation.end();
    }
  }

  /** When all is over, the session's transaction too, whoever wants to know how it ended is told. */
  async #ended<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } finally {
      const end = this.#end;
      this.#end = undefined;
      if (end !== undefined) await this.#lifecycle.ended(end.event, end.written);
    }
  }

  /* ---------- a transaction ---------- */

  async #outermost<T>(
    fn: () => Promise<T>,
    begin: BeginOptions,
    executor: Executor,
    cancellation: Cancellation | undefined,
  ): Promise<T> {
    if (this.#opening) throw parallel();
    this.#opening = true;
    try {
      const open = await this.#begin(begin, executor, cancellation);
      try {
        return await this.#through(open, fn, executor);
      } finally {
        executor.release(open.connection);
      }
    } finally {
      this.#opening = false;
    }
  }

  async #begin(
    begin: BeginOptions,
    executor: Executor,
    cancellation: Cancellation | undefined,
  ): Promise<OpenTransaction> {
    const scope = this.#scope;
    const { engine } = scope.workspace;
    await engine.connect();
    const isReading = begin.readOnly === true;
    const connection = await executor.acquire({
      mode: isReading ? 'read' : 'write',
      purpose: 'a transaction',
      server: 'primary',
    });
    try {
      await executor.begin(connection, begin);
    } catch (error) {
      executor.release(connection);
      throw error;
    }
    scope.begun(executor, connection);
    engine.cache?.begin(connection, begin.isolation);
    const journal = new Journal(journalStart(scope.workspace, scope.work));
    return (scope.open = opened({ connection, readOnly: isReading, executor, cancellation }, journal));
  }

  /** The function, and the end that it leads to. */
  async #through<T>(open: OpenTransaction, fn: () => Promise<T>, executor: Executor): Promise<T> {
    const scope = this.#scope;
    const { connection, cancellation } = open;
    const [journal] = open.journals as [Journal]; // Named cast: the one that it was opened with.
    const running = currentJournal.run(journal, fn);
    const left = cancellation === undefined ? undefined : settledLater(running);
    try {
      const result = await (cancellation === undefined ? running : cancellation.race(running));
      refuseUnawaited(open, journal);
      if (scope.flushMode !== 'manual') await this.#flushes.flushLast();
      refuseBroken(open);
      open.ended = true;
      await commit(scope, executor, connection);
      this.#end = { event: 'afterCommit', written: journal.written };
      if (scope.flushMode === 'manual') scope.outside.outdate(journal);
      else scope.outside = undefined;
      return result;
    } catch (error) {
      if (left?.settled === false || open.hooks?.settled === false) open.stopped = error;
      await this.#rollback(open, error);
      await resolveStale(error, scope.workspace, connection);
      if (!(error instanceof CommitOutcomeUnknownError))
        this.#end = { event: 'afterRollback', written: journal.written };
      throw error;
    } finally {
      this.#leave(open, left);
    }
  }

  /** What still runs, a function or a hook, stays in its transaction, which has ended: what it sends would be no part of any. */
  #leave(open: OpenTransaction, running: SettledLater | undefined): void {
    const leave = (): void => {
      if (this.#scope.open === open) this.#scope.open = undefined;
    };
    const left = [running, open.hooks].flatMap((work) => (work?.settled === false ? [work.promise] : []));
    if (left.length > 0) open.left = Promise.all(left).then(leave);
    else leave();
  }

  /** Memory goes back whatever the database says; what it says is added to the error that led here. */
  async #rollback(open: OpenTransaction, cause: unknown): Promise<void> {
    open.ended = true;
    // A flush that nobody awaited: what it sent after ROLLBACK would stay.
    while (this.#scope.flushing !== undefined) await this.#scope.flushing;
    this.#scope.undo(open.journals[0]!, open);
    await abandon(this.#scope, open.connection, cause);
  }

  /* ---------- a savepoint ---------- */

  async #nested<T>(
    open: OpenTransaction,
    fn: () => Promise<T>,
    executor: Executor,
    cancellation: Cancellation | undefined,
  ): Promise<T> {
    if (open.nesting || currentJournal.getStore() !== open.journals.at(-1)) throw parallel();
    refuseBroken(open);
    const name = `blaze_${open.journals.length}`;
    const outer = { executor: open.executor, cancellation: open.cancellation };
    Object.assign(open, { executor, cancellation });
    try {
      const journal = await this.#savepoint(open, name);
      try {
        const result = await currentJournal.run(journal, fn);
        if (open.ended) throw ended(open);
        refuseUnawaited(open, journal);
        if (this.#scope.flushMode !== 'manual') await this.#flushes.flushLast();
        await this.#scope.sender.releaseSavepoint(open.connection, name);
        open.journals.pop();
        open.journals.at(-1)!.absorb(journal);
        return result;
      } catch (error) {
        await this.#rollbackTo(open, journal, name, error);
        await resolveStale(error, this.#scope.workspace, open.connection);
        await this.#lifecycle.ended('afterRollback', journal.written);
        throw error;
      }
    } finally {
      Object.assign(open, outer);
    }
  }

  async #savepoint(open: OpenTransaction, name: string): Promise<Journal> {
    const scope = this.#scope;
    open.nesting = true;
    try {
      if (scope.flushMode !== 'manual') await this.#flushes.flush();
      if (open.ended) throw ended(open);
      await scope.sender.savepoint(open.connection, name);
      // It may have ended while the server answered.
      if (open.ended) throw ended(open);
      const journal = new Journal(journalStart(scope.workspace, scope.work));
      open.journals.push(journal);
      open.scopes.add(journal);
      return journal;
    } finally {
      open.nesting = false;
    }
  }

  async #rollbackTo(open: OpenTransaction, journal: Journal, name: string, cause: unknown): Promise<void> {
    // Not awaited, and its transaction has ended: that took everything back.
    if (open.ended) return;
    this.#scope.undo(journal, open);
    open.journals.length = open.journals.indexOf(journal);
    await takeBack(this.#scope, open, name, cause);
  }
}
