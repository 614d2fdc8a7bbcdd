import { AsyncLocalStorage } from 'node:async_hooks';
import type { Connection } from '../adapters/adapter.ts';
import type { Executor } from '../adapters/executor.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { SessionStateError } from '../utils/errors.ts';
import { hasChanges } from './change-set.ts';
import { isInHooksOf } from './hook-scope.ts';
import { Journal } from './journal.ts';
import { stillRunning } from './open-transaction.ts';
import type { OpenTransaction } from './open-transaction.ts';
import type { FlushMode } from './options.ts';
import { undoTransaction } from './restore.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Owner } from './units.ts';
import type { Workspace, WorkspaceOwner } from './workspace.ts';

/** The transaction or savepoint that an async scope is in: a nested one must begin inside the innermost. */
export const currentJournal = new AsyncLocalStorage<Journal>();

/**
 * Where a session is: outside of transactions, or in one and its savepoints. Says who may go on, by what, and where changes of
 * memory are noted. It sends nothing: `Transactions`, `SessionFlushes` and `atomic` do.
 */
export class TransactionScope {
  readonly workspace: Workspace;
  readonly work: UnitOfWork;
  readonly flushMode: FlushMode;
  open: OpenTransaction | undefined = undefined;
  /** The flush, or write beside the unit of work, that is under way. */
  flushing: Promise<void> | undefined = undefined;
  /** With the bounds of the session. */
  readonly #executor: Executor;
  #outside: Journal | undefined = undefined;
  /** The number of the transaction that is open, or was last, for who listens. */
  #number: number | undefined = undefined;

  constructor(workspace: Workspace, work: UnitOfWork, flushMode: FlushMode, executor: Executor) {
    this.workspace = workspace;
    this.work = work;
    this.flushMode = flushMode;
    this.#executor = executor;
  }

  /** What statements go through here and now. @throws SessionStateError while a function that was stopped still runs. */
  get executor(): Executor {
    this.refuseStopped();
    return this.sender;
  }

  /** The same, for what ends a transaction that was stopped. */
  get sender(): Executor {
    return this.open === undefined ? this.#executor : this.open.executor;
  }

  /** The executor outside of transactions. */
  get outer(): Executor {
    return this.#executor;
  }

  /** The innermost transaction or savepoint, if one is open. @throws SessionStateError while a function that was stopped still runs. */
  get current(): WorkspaceOwner['currentTransaction'] {
    this.refuseStopped();
    const { open } = this;
    if (open === undefined) return undefined;
    return { connection: open.connection, journal: open.journals.at(-1)!, readOnly: open.readOnly };
  }

  /** Where a change of a collection is noted, so that it can be taken back. */
  get journal(): Journal {
    return this.open?.journals.at(-1) ?? this.outside;
  }

  /** Of the transaction and of each savepoint in it. */
  get journals(): readonly Journal[] {
    return this.open?.journals ?? NO_JOURNALS;
  }

  /** What has been done to collections since the last write, while no transaction is open. */
  get outside(): Journal {
    return (this.#outside ??= new Journal());
  }

  set outside(journal: Journal | undefined) {
    this.#outside = journal;
  }

  /** Whether the transaction has ended before what runs in it. */
  get isStopped(): boolean {
    return this.open?.ended === true && this.open.stopped !== undefined;
  }

  /** Whether anything is not written yet. */
  get hasUnwritten(): boolean {
    const { identityMap, compiled } = this.workspace;
    return !this.work.isEmpty || hasChanges(identityMap, identityMap.models(), compiled);
  }

  /** Whether something is pending that a query of these models would not see, and should. */
  hides(models: ReadonlySet<ModelMeta>): boolean {
    if (this.flushing !== undefined || this.flushMode === 'manual') return false;
    if (this.open !== undefined && this.flushMode === 'commit') return false;
    const { identityMap, compiled } = this.workspace;
    return this.work.concerns(models) || hasChanges(identityMap, models, compiled);
  }

  /** Whether a query may count on what is pending being written before it. */
  get flushesBeforeReads(): boolean {
    return this.open !== undefined && this.flushing === undefined && this.flushMode === 'auto';
  }

  /** Whose units of work these are, to who listens. */
  get owner(): Owner {
    return () => ({ session: this.#executor.source.session, transaction: this.#number });
  }

  /** A transaction has begun on a connection. */
  begun(executor: Executor, connection: Connection): void {
    this.#number = executor.transactionOf(connection);
  }

  /** One flush, or other write, at a time. */
  async serialised(write: () => Promise<void>): Promise<void> {
    while (this.flushing !== undefined) await this.flushing;
    // Whoever waits for it has a write of his own to make: its error is for the one who asked for it.
    let settle = noop;
    this.flushing = new Promise((resolve) => (settle = resolve));
    try {
      await write();
    } finally {
      this.flushing = undefined;
      settle();
    }
  }

  /** Undo a journal and those of the savepoints inside of it. */
  undo(journal: Journal, { journals }: Pick<OpenTransaction, 'journals'> = { journals: [journal] }): void {
    for (const inner of journals.slice(journals.indexOf(journal) + 1)) journal.absorb(inner);
    undoTransaction(this.workspace, this.work, journal);
  }

  /** Whether a function that was stopped still runs, seen from outside of it. */
  get isLeftRunning(): boolean {
    const { open } = this;
    if (open?.stopped === undefined || isInHooksOf(this)) return false;
    const scope = currentJournal.getStore();
    return scope === undefined || !open.scopes.has(scope);
  }

  /** @throws SessionStateError outside of a function that was stopped and still runs; inside of it, statements are refused by the bounds. */
  refuseStopped(): void {
    if (this.isLeftRunning) throw stillRunning(this.open!.stopped);
  }

  /** @throws SessionStateError inside of a transaction. */
  refuseInside(call: string): void {
    this.refuseStopped();
    if (this.open === undefined) return;
    throw new SessionStateError(`${call} was called inside a transaction that ends by itself.`, {
      remedy: 'Throw an error to roll it back; return to commit it.',
    });
  }
}

const NO_JOURNALS: readonly Journal[] = [];

function noop(): void {}
