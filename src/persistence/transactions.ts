import { AsyncLocalStorage } from 'node:async_hooks';
import type { BeginOptions, Connection } from '../adapters/adapter.ts';
import { withinBounds } from '../adapters/bounded-executor.ts';
import type { Cancellation } from '../adapters/cancellation.ts';
import type { Executor } from '../adapters/executor.ts';
import { givenBounds } from '../core/bounds.ts';
import { areWritesHeard } from '../core/listeners.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import type { FlushStatement, TransactionOptions } from '../core/types/index.ts';
import { CommitOutcomeUnknownError, ConnectionError, InvalidQueryError, SessionStateError } from '../utils/errors.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import { own } from '../utils/own.ts';
import { nothingCascaded } from './cascades.ts';
import type { Cascades } from './cascades.ts';
import { hasChanges } from './change-set.ts';
import { explainSteps } from './explain-flush.ts';
import { Flushes } from './flushes.ts';
import type { PlannedFlush } from './flushes.ts';
import type { FlushMode } from './options.ts';
import type { Lifecycle } from './lifecycle.ts';
import { Journal } from './journal.ts';
import { inHooksOf, insideHook, isInHooksOf } from './hook-scope.ts';
import { retried } from './retry.ts';
import { journalStart, undoFlush, undoTransaction } from './restore.ts';
import { settledLater } from './settled-later.ts';
import type { Owner } from './units.ts';
import type { SettledLater } from './settled-later.ts';
import {
  ended,
  notRolledBack,
  parallel,
  readOnly,
  refuseBroken,
  refuseUnawaited,
  stillRunning,
} from './open-transaction.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { beginOptions, refuseInside } from './transaction-options.ts';
import { resolveStale } from './stale.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace, WorkspaceOwner } from './workspace.ts';
import type { Written } from './written.ts';

/** The transaction or savepoint that an async scope is in: a nested one must begin inside the innermost. */
const currentJournal = new AsyncLocalStorage<Journal>();

/** Writes on a connection, notes in the journal what it does to memory before it is done, and gives what it does then. */
export type AtomicWork = (connection: Connection, journal: Journal) => Promise<() => void>;

/** When a session writes, and how it comes back: flushes, transactions, savepoints, and the memory that goes with them. */
export class Transactions {
  readonly #workspace: Workspace;
  readonly #work: UnitOfWork;
  readonly #lifecycle: Lifecycle;
  readonly #cascades: Cascades;
  #flushesMade: Flushes | undefined;
  readonly #flushMode: FlushMode;
  /** With the bounds of the session. */
  readonly #executor: Executor;
  #open: OpenTransaction | undefined;
  #opening = false;
  /** That of the transaction that is open, or was last, for who listens. */
  #number: number | undefined;
  #flushing: Promise<void> | undefined;
  /** What has been done to collections since the last write, while no transaction is open. */
  #outside = new Journal();
  /** How the transaction ended that was the last, for hooks. */
  #end: { readonly event: 'afterCommit' | 'afterRollback'; readonly written: readonly Written[] } | undefined;

  constructor(
    workspace: Workspace,
    work: UnitOfWork,
    lifecycle: Lifecycle,
    cascades: Cascades,
    flushMode: FlushMode,
    executor: Executor,
  ) {
    this.#executor = executor;
    this.#workspace = workspace;
    this.#work = work;
    this.#lifecycle = lifecycle;
    this.#cascades = cascades;
    this.#flushMode = flushMode;
  }

  /** Made by the first flush: many sessions only read. */
  get #flushes(): Flushes {
    return (this.#flushesMade ??= new Flushes(
      { workspace: this.#workspace, work: this.#work, lifecycle: this.#lifecycle, cascades: this.#cascades },
      {
        isReadOnly: () => this.#open?.readOnly === true,
        isWatched: () => this.#isWatched,
        owner: this.#owner,
        hooked: (run) => this.#hooked(run),
      },
    ));
  }

  /** Whose units of work these are, to who listens. */
  get #owner(): Owner {
    return () => ({ session: this.#executor.source.session, transaction: this.#number });
  }

  /** What statements go through here and now. */
  get executor(): Executor {
    this.#refuseStopped();
    return this.#sender;
  }

  get #sender(): Executor {
    return this.#open === undefined ? this.#executor : this.#open.executor;
  }

  /** The innermost transaction or savepoint, if one is open. */
  get current(): WorkspaceOwner['currentTransaction'] {
    this.#refuseStopped();
    const open = this.#open;
    if (open === undefined) return undefined;
    return { connection: open.connection, journal: open.journals.at(-1)!, readOnly: open.readOnly };
  }

  /** Whether the transaction has ended before what runs in it. */
  get isStopped(): boolean {
    return this.#open?.ended === true && this.#open.stopped !== undefined;
  }

  /** Where a change of a collection is noted, so that it can be taken back. */
  get journal(): Journal {
    return this.#open?.journals.at(-1) ?? this.#outside;
  }

  /** Of the transaction and of each savepoint in it. */
  get journals(): readonly Journal[] {
    return this.#open?.journals ?? [];
  }

  /** Whether anything is not written yet. */
  get hasUnwritten(): boolean {
    const { identityMap, compiled } = this.#workspace;
    return !this.#work.isEmpty || hasChanges(identityMap, identityMap.models(), compiled);
  }

  /** Whether a flush is running: what comes now is for the next one. */
  get isFlushing(): boolean {
    return this.#flushing !== undefined;
  }

  /** Whether a query may count on what is pending being written before it. */
  get flushesBeforeReads(): boolean {
    return this.#open !== undefined && this.#flushing === undefined && this.#flushMode === 'auto';
  }

  /** Inside a transaction, what is pending for these models is written before they are read; outside, only a warning. */
  beforeRead(reads: ReadonlySet<ModelMeta>, workspace: Workspace): Promise<void> | undefined {
    if (this.#flushing !== undefined || this.#flushMode === 'manual') return undefined;
    const { identityMap, compiled, engine } = this.#workspace;
    if (this.#open !== undefined && this.#flushMode === 'commit') return undefined;
    if (!this.#work.concerns(reads) && !hasChanges(identityMap, reads, compiled)) return undefined;
    if (this.#open !== undefined) return this.flush(workspace);
    engine.warnOnce(
      'BLAZE_UNWRITTEN',
      'A query outside of a transaction read tables for which the session holds unwritten changes: it does not see them. Call session.commit() first.',
    );
    return undefined;
  }

  /** Which tables raw SQL reads is not known: inside a transaction all that is pending is written first. */
  beforeRaw(): Promise<void> | undefined {
    if (this.#open === undefined || this.#flushing !== undefined || this.#flushMode !== 'auto' || !this.hasUnwritten)
      return undefined;
    return this.flush();
  }

  /** Write everything that is pending, atomically: in the open transaction, or in one of its own. */
  async flush(workspace = this.#workspace): Promise<void> {
    if (isInHooksOf(this)) throw insideHook('flush');
    this.#refuseStopped();
    if (this.#open === undefined && this.#asksBefore && this.hasUnwritten) return this.#flushAsking();
    return this.#serialised(() =>
      this.#open === undefined ? this.#flushAlone() : this.#flushInside(this.#open, workspace),
    );
  }

  /** What a flush would send now; nothing of it is, and all is as before. */
  async explain(): Promise<readonly FlushStatement[]> {
    let statements: readonly FlushStatement[] = [];
    await this.#serialised(async () => {
      await this.#workspace.engine.connect();
      const added = new Set(this.#work.added);
      const cascaded = nothingCascaded();
      try {
        if (this.#cascades.isConcerned) await this.#cascades.follow(cascaded);
        const { steps } = this.#flushes.plan(cascaded);
        const { connection, done } = await this.#workspace.borrow('read', 'to explain a flush', 'primary');
        done();
        statements = await explainSteps(this.#workspace, connection, steps, (e) => added.has(e), cascaded.why);
      } finally {
        this.#cascades.restore(cascaded);
      }
    });
    return statements;
  }

  /** Whether hooks, or relations with cascades, send statements of their own before a flush. */
  get #asksBefore(): boolean {
    return areWritesHeard() || this.#cascades.isConcerned;
  }

  /** What they ask for they see as it is written: in a transaction that is the session's. */
  async #flushAsking(): Promise<void> {
    await this.run(async () => (this.#flushMode === 'manual' ? this.flush() : undefined), {});
    this.#outside = new Journal();
  }

  /**
   * The flush that ends a transaction or savepoint: if it fails, all of that is rolled back, so it needs no savepoint. What hooks
   * leave behind after it is written too.
   */
  async #flushLast(): Promise<void> {
    for (let round = 0; round < LAST_FLUSHES; round++) {
      let told = false;
      await this.#serialised(async () => {
        const flush = await this.#flushes.prepare();
        await this.#flushOnto(this.#open!, this.#workspace, flush, () => undefined);
        await this.#flushes.tell(flush.written);
        told = flush.written.length > 0;
      });
      if (!told || !this.hasUnwritten) return;
    }
    throw new SessionStateError(
      `After ${LAST_FLUSHES} flushes at the end of a transaction its hooks still left something to write.`,
      { remedy: 'Let a hook of afterSave, afterDelete or afterFlush change something only where it has to.' },
    );
  }

  /** One flush at a time. */
  async #serialised(flush: () => Promise<void>): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
    // Whoever waits for it has a flush of his own to make: its error is for the one who asked for it.
    let settle = noop;
    this.#flushing = new Promise((resolve) => (settle = resolve));
    try {
      await flush();
    } finally {
      this.#flushing = undefined;
      settle();
    }
  }

  /** Forget what is pending: entities go back to their rows. What still runs in a transaction that was stopped is waited for. */
  async discard(): Promise<void> {
    while (this.#isLeftRunning) await this.#open!.left;
    this.#refuseInside('rollback()');
    undoTransaction(this.#workspace, this.#work, this.#outside);
    this.#outside = new Journal();
  }

  /** Run the closure in a transaction, or in a savepoint of the open one. */
  async run<T>(fn: () => Promise<T>, options: TransactionOptions): Promise<T> {
    const nested = this.#open !== undefined;
    const { units } = this.#workspace.engine;
    return units.transaction({ ...options, nested }, this.#owner, () => this.#run(fn, options));
  }

  async #run<T>(fn: () => Promise<T>, options: TransactionOptions): Promise<T> {
    if (typeof fn !== 'function') throw new InvalidQueryError(`transaction() takes a function, not ${describe(fn)}.`);
    const begin = beginOptions(options);
    refuseInside(options, this.#open !== undefined || isInHooksOf(this));
    if (isInHooksOf(this)) throw insideHook('transaction');
    this.#refuseStopped();
    const bounds = givenBounds(options);
    const open = this.#open;
    if (open !== undefined && (options.isolation !== undefined || options.readOnly !== undefined)) {
      throw new SessionStateError(
        'A nested transaction is a savepoint: isolation and readOnly belong to the outermost.',
      );
    }
    if (open?.ended === true) throw ended(open);
    if (bounds === undefined)
      return open === undefined
        ? this.#ended(() => this.#outermost(fn, begin, this.#executor, undefined))
        : this.#nested(open, fn, open.executor, open.cancellation);
    const { executor, cancellation } = withinBounds(this.executor, 'transaction', bounds);
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

  async #outermost<T>(
    fn: () => Promise<T>,
    begin: BeginOptions,
    executor: Executor,
    cancellation: Cancellation | undefined,
  ): Promise<T> {
    if (this.#opening) throw parallel();
    this.#opening = true;
    try {
      await this.#workspace.engine.connect();
      const connection = await executor.acquire({
        mode: begin.readOnly === true ? 'read' : 'write',
        purpose: 'a transaction',
        server: 'primary',
      });
      try {
        await executor.begin(connection, begin);
        this.#number = executor.transactionOf(connection);
        this.#workspace.engine.cache?.begin(connection, begin.isolation);
        const journal = new Journal(journalStart(this.#workspace, this.#work));
        const open: OpenTransaction = {
          connection,
          readOnly: begin.readOnly === true,
          executor,
          journals: [journal],
          nesting: false,
          ended: false,
          broken: undefined,
          stopped: undefined,
          left: undefined,
          cancellation,
          writing: 0,
          hooks: undefined,
          scopes: new WeakSet([journal]),
        };
        this.#open = open;
        const running = currentJournal.run(journal, fn);
        const left = cancellation === undefined ? undefined : settledLater(running);
        try {
          const result = await (cancellation === undefined ? running : cancellation.race(running));
          refuseUnawaited(open, journal);
          if (this.#flushMode !== 'manual') await this.#flushLast();
          refuseBroken(open);
          open.ended = true;
          await this.#commit(executor, connection);
          this.#end = { event: 'afterCommit', written: journal.written };
          if (this.#flushMode === 'manual') this.#outside.outdate(journal);
          else this.#outside = new Journal();
          return result;
        } catch (error) {
          if (left?.settled === false || open.hooks?.settled === false) open.stopped = error;
          await this.#rollback(open, error);
          await resolveStale(error, this.#workspace, connection);
          if (!(error instanceof CommitOutcomeUnknownError))
            this.#end = { event: 'afterRollback', written: journal.written };
          throw error;
        } finally {
          this.#leave(open, left);
        }
      } finally {
        executor.release(connection);
      }
    } finally {
      this.#opening = false;
    }
  }

  /** What still runs, a function or a hook, stays in its transaction, which has ended: what it sends would be no part of any. */
  #leave(open: OpenTransaction, running: SettledLater | undefined): void {
    const leave = (): void => {
      if (this.#open === open) this.#open = undefined;
    };
    const left = [running, open.hooks].flatMap((work) => (work?.settled === false ? [work.promise] : []));
    if (left.length > 0) open.left = Promise.all(left).then(leave);
    else leave();
  }

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
        if (this.#flushMode !== 'manual') await this.#flushLast();
        await this.#sender.releaseSavepoint(open.connection, name);
        open.journals.pop();
        open.journals.at(-1)!.absorb(journal);
        return result;
      } catch (error) {
        await this.#rollbackTo(open, journal, name, error);
        await resolveStale(error, this.#workspace, open.connection);
        await this.#lifecycle.ended('afterRollback', journal.written);
        throw error;
      }
    } finally {
      Object.assign(open, outer);
    }
  }

  async #savepoint(open: OpenTransaction, name: string): Promise<Journal> {
    open.nesting = true;
    try {
      if (this.#flushMode !== 'manual') await this.flush();
      if (open.ended) throw ended(open);
      await this.#sender.savepoint(open.connection, name);
      // It may have ended while the server answered.
      if (open.ended) throw ended(open);
      const journal = new Journal(journalStart(this.#workspace, this.#work));
      open.journals.push(journal);
      open.scopes.add(journal);
      return journal;
    } finally {
      open.nesting = false;
    }
  }

  /** Memory goes back whatever the database says; what it says is added to the error that led here. */
  async #rollback(open: OpenTransaction, cause: unknown): Promise<void> {
    open.ended = true;
    // A flush that nobody awaited: what it sent after ROLLBACK would stay.
    while (this.#flushing !== undefined) await this.#flushing;
    this.#undo(open, open.journals[0]!);
    await this.#abandon(open.connection, cause);
  }

  async #rollbackTo(open: OpenTransaction, journal: Journal, name: string, cause: unknown): Promise<void> {
    // Not awaited, and its transaction has ended: that took everything back.
    if (open.ended) return;
    this.#undo(open, journal);
    open.journals.length = open.journals.indexOf(journal);
    await this.#takeBack(open, name, cause);
  }

  /** Undo a journal and those of the savepoints inside of it. */
  #undo({ journals }: OpenTransaction, journal: Journal): void {
    for (const inner of journals.slice(journals.indexOf(journal) + 1)) journal.absorb(inner);
    undoTransaction(this.#workspace, this.#work, journal);
  }

  /** What cannot be taken back alone condemns the whole transaction. */
  async #takeBack(open: OpenTransaction, name: string, cause: unknown): Promise<void> {
    try {
      await this.#sender.rollbackToSavepoint(open.connection, name);
    } catch (error) {
      // Where the connection is lost there is nothing left to be taken back, and that is what has to be known.
      open.broken = cause instanceof ConnectionError ? cause : notRolledBack(cause, error);
      throw open.broken;
    }
  }

  async #flushAlone(): Promise<void> {
    await this.#restoring(undefined, async () => {
      const flush = await this.#flushes.prepare();
      if (flush.steps.length === 0) return this.#work.settle(flush.taken);
      return this.#alone(this.#workspace, 'a flush', (connection, seal) =>
        this.#flushes.write(this.#workspace, connection, new Journal(), flush, seal),
      );
    });
    this.#outside = new Journal();
  }

  /**
   * A flush with rules or hooks: if it fails, what these did to memory is taken back too, so that what was pending is, and
   * nothing else. Without them there is nothing to take back, and no journal.
   */
  async #restoring(open: OpenTransaction | undefined, flush: () => Promise<void>): Promise<void> {
    if (!this.#isWatched) return flush();
    const journal = new Journal(journalStart(this.#workspace, this.#work));
    const around = this.#outside;
    if (open === undefined) this.#outside = journal;
    else open.journals.push(journal);
    try {
      await flush();
    } catch (error) {
      if (open !== undefined) this.#undo(open, journal);
      else undoTransaction(this.#workspace, this.#work, journal);
      throw error;
    } finally {
      this.#outside = around;
      if (open !== undefined) open.journals.length = open.journals.indexOf(journal);
    }
    this.journal.absorb(journal);
  }

  /** In a transaction of its own, which `seal` commits. */
  #alone(
    workspace: Workspace,
    purpose: string,
    write: (connection: Connection, seal: () => unknown) => Promise<void>,
  ): Promise<void> {
    const run = (): Promise<void> => this.#inOwnTransaction(workspace, purpose, write);
    return workspace.engine.units.transaction({ nested: false }, this.#owner, run);
  }

  async #inOwnTransaction(
    { executor, engine }: Workspace,
    purpose: string,
    write: (connection: Connection, seal: () => unknown) => Promise<void>,
  ): Promise<void> {
    await engine.connect();
    const connection = await executor.acquire({ mode: 'write', purpose });
    try {
      await executor.begin(connection, WRITES);
      this.#number = executor.transactionOf(connection);
      engine.cache?.begin(connection, undefined);
      try {
        await write(connection, () => this.#commit(executor, connection));
      } catch (error) {
        await this.#abandon(connection, error);
        await resolveStale(error, this.#workspace, connection);
        throw error;
      }
    } finally {
      executor.release(connection);
    }
  }

  /** What a second-level cache keeps of the rows is shown to nobody meanwhile. */
  #commit(executor: Executor, connection: Connection): MaybePromise<void> {
    const { cache } = this.#workspace.engine;
    return cache === undefined
      ? executor.commit(connection)
      : cache.commit(connection, () => executor.commit(connection));
  }

  async #abandon(connection: Connection, cause: unknown): Promise<void> {
    this.#workspace.engine.cache?.forget(connection);
    try {
      await this.#sender.rollback(connection);
    } catch (error) {
      throw notRolledBack(cause, error);
    }
  }

  async #flushInside(open: OpenTransaction, workspace: Workspace): Promise<void> {
    refuseBroken(open);
    let written = NOTHING;
    if (this.#isWatched)
      await this.#restoring(open, () =>
        this.#inside(open, workspace, async (seal) => {
          const flush = await this.#flushes.prepare();
          await this.#flushOnto(open, workspace, flush, seal);
          written = flush.written;
        }),
      );
    else {
      const flush = await this.#flushes.prepare();
      if (flush.steps.length === 0) return this.#work.settle(flush.taken);
      await this.#inside(open, workspace, (seal) => this.#flushOnto(open, workspace, flush, seal));
    }
    try {
      await this.#flushes.tell(written);
    } catch (error) {
      // What it objects to is written: only the whole transaction can take that back.
      open.broken = error;
      throw error;
    }
  }

  /** In a savepoint, which `seal` releases: statements that succeeded before the one that failed must not stay behind. */
  async #inside(
    open: OpenTransaction,
    { executor }: Workspace,
    write: (seal: () => unknown) => Promise<void>,
  ): Promise<void> {
    const { connection } = open;
    // Hooks of a flush may write in bulk: a savepoint of the same name would take the place of the one around.
    const name = open.writing === 0 ? 'blaze_flush' : `blaze_flush_${open.writing}`;
    await executor.savepoint(connection, name);
    open.writing++;
    try {
      await write(() => executor.releaseSavepoint(connection, name));
    } catch (error) {
      await this.#takeBack(open, name, error);
      await resolveStale(error, this.#workspace, connection);
      throw error;
    } finally {
      open.writing--;
    }
  }

  /**
   * Write something beside the unit of work, atomically: in a savepoint of the open transaction, or in a transaction of
   * its own, which is run again when it collides with another: `work` must bear that. It gives what shows in memory, once
   * it is done, what is in the database then.
   */
  atomic(workspace: Workspace, purpose: string, model: ModelMeta, work: AtomicWork): Promise<void> {
    const run = async (): Promise<void> => {
      const open = this.#open;
      const write = async (connection: Connection, seal: () => unknown, journal: Journal): Promise<void> => {
        try {
          const accept = await work(connection, journal);
          await seal();
          accept();
        } catch (error) {
          undoFlush(journal);
          throw error;
        }
      };
      if (open?.readOnly === true) throw readOnly(model);
      if (open === undefined)
        return retried(
          () => this.#alone(workspace, purpose, (connection, seal) => write(connection, seal, new Journal())),
          workspace.engine.units,
        );
      refuseBroken(open);
      const journal = new Journal();
      await this.#inside(open, workspace, (seal) => write(open.connection, seal, journal));
      open.journals.at(-1)!.absorb(journal);
    };
    // A flush waits for its hooks: what these write comes before its statements, or after them.
    return isInHooksOf(this) ? run() : this.#serialised(run);
  }

  async #flushOnto(
    { connection, journals }: OpenTransaction,
    workspace: Workspace,
    flush: PlannedFlush,
    seal: () => unknown,
  ): Promise<void> {
    if (flush.steps.length === 0) {
      this.#work.settle(flush.taken);
      await seal();
      return;
    }
    const journal = new Journal();
    await this.#flushes.write(workspace, connection, journal, flush, seal);
    journal.written.push(...flush.written);
    journals.at(-1)!.absorb(journal);
  }

  /** Whether rules or hooks have a say in the flush that is to come. */
  get #isWatched(): boolean {
    return this.#lifecycle.isWatched && this.hasUnwritten;
  }

  /**
   * Rules and hooks are waited for until the transaction has to end. One that is left running then condemns all of it: what
   * it still sends must not last.
   */
  async #hooked(run: () => Promise<void>): Promise<void> {
    const open = this.#open;
    const running = inHooksOf(this, run);
    if (open?.cancellation === undefined) return running;
    const hooks = (open.hooks = settledLater(running));
    try {
      await open.cancellation.race(running);
    } catch (error) {
      if (!hooks.settled) open.broken ??= error;
      throw error;
    }
  }

  /** @throws SessionStateError outside of a function that was stopped and still runs; inside of it, statements are refused by the bounds. */
  #refuseStopped(): void {
    if (this.#isLeftRunning) throw stillRunning(this.#open!.stopped);
  }

  /** Whether a function that was stopped still runs, seen from outside of it. */
  get #isLeftRunning(): boolean {
    const open = this.#open;
    if (open?.stopped === undefined || isInHooksOf(this)) return false;
    const scope = currentJournal.getStore();
    return scope === undefined || !open.scopes.has(scope);
  }

  #refuseInside(call: string): void {
    this.#refuseStopped();
    if (this.#open === undefined) return;
    throw new SessionStateError(`${call} was called inside a transaction that ends by itself.`, {
      remedy: 'Throw an error to roll it back; return to commit it.',
    });
  }
}

const NOTHING: readonly Written[] = [];
/** How often hooks may give the end of a transaction something more to write: SQLAlchemy's number. */
const LAST_FLUSHES = 100;

function noop(): void {}

const WRITES: BeginOptions = own({});
