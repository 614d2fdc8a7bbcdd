import { areWritesHeard } from '../core/listeners.ts';
import type { FlushStatement } from '../core/types/index.ts';
import { SessionStateError } from '../utils/errors.ts';
import { inOwnTransaction, inSavepoint } from './atomic.ts';
import { nothingCascaded } from './cascades.ts';
import type { Cascades } from './cascades.ts';
import { explainSteps } from './explain-flush.ts';
import { Flushes } from './flushes.ts';
import type { PlannedFlush } from './flushes.ts';
import { inHooksOf, insideHook, isInHooksOf } from './hook-scope.ts';
import { Journal } from './journal.ts';
import type { Lifecycle } from './lifecycle.ts';
import { refuseBroken } from './open-transaction.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { journalStart } from './restore.ts';
import { settledLater } from './settled-later.ts';
import type { TransactionScope } from './transaction-scope.ts';
import type { Workspace } from './workspace.ts';
import type { Written } from './written.ts';

/** Runs a function in a transaction of the session. */
type InTransaction = (fn: () => Promise<void>) => Promise<void>;

/** When a session flushes: each flush all or nothing, in a savepoint of the open transaction, in its end, or in a transaction of its own. */
export class SessionFlushes {
  readonly #scope: TransactionScope;
  readonly #lifecycle: Lifecycle;
  readonly #cascades: Cascades;
  readonly #flushes: Flushes;
  readonly #inTransaction: InTransaction;

  constructor(scope: TransactionScope, lifecycle: Lifecycle, cascades: Cascades, inTransaction: InTransaction) {
    const { workspace, work } = scope;
    this.#scope = scope;
    this.#lifecycle = lifecycle;
    this.#cascades = cascades;
    this.#inTransaction = inTransaction;
    this.#flushes = new Flushes(
      { workspace, work, lifecycle, cascades },
      {
        isReadOnly: () => scope.open?.readOnly === true,
        isWatched: () => this.#isWatched,
        owner: scope.owner,
        hooked: (run) => this.#hooked(run),
      },
    );
  }

  /** Write everything that is pending, atomically: in the open transaction, or in one of its own. */
  async flush(workspace = this.#scope.workspace): Promise<void> {
    const scope = this.#scope;
    if (isInHooksOf(scope)) throw insideHook('flush');
    scope.refuseStopped();
    if (scope.open === undefined && this.#asksBefore && scope.hasUnwritten) return this.#flushAsking();
    return scope.serialised(() =>
      scope.open === undefined ? this.#flushAlone() : this.#flushInside(scope.open, workspace),
    );
  }

  /**
   * The flush that ends a transaction or savepoint: if it fails, all of that is rolled back, so it needs no savepoint. What hooks
   * leave behind after it is written too.
   */
  async flushLast(): Promise<void> {
    const scope = this.#scope;
    for (let round = 0; round < LAST_FLUSHES; round++) {
      let told = false;
      await scope.serialised(async () => {
        const flush = await this.#flushes.prepare();
        await this.#flushOnto(scope.open!, scope.workspace, flush, () => undefined);
        await this.#flushes.tell(flush.written);
        told = flush.written.length > 0;
      });
      if (!told || !scope.hasUnwritten) return;
    }
    throw new SessionStateError(
      `After ${LAST_FLUSHES} flushes at the end of a transaction its hooks still left something to write.`,
      { remedy: 'Let a hook of afterSave, afterDelete or afterFlush change something only where it has to.' },
    );
  }

  /** Inside a transaction, what is pending is written before models are read that it concerns; outside, only a warning. */
  beforeRead(workspace: Workspace): Promise<void> | undefined {
    if (this.#scope.open !== undefined) return this.flush(workspace);
    workspace.engine.warnOnce(
      'BLAZE_UNWRITTEN',
      'A query outside of a transaction read tables for which the session holds unwritten changes: it does not see them. Call session.commit() first.',
    );
    return undefined;
  }

  /** Which tables raw SQL reads is not known: inside a transaction all that is pending is written first. */
  beforeRaw(): Promise<void> | undefined {
    return this.#scope.flushesBeforeReads && this.#scope.hasUnwritten ? this.flush() : undefined;
  }

  /** What a flush would send now; nothing of it is, and all is as before. */
  async explain(): Promise<readonly FlushStatement[]> {
    const { workspace, work } = this.#scope;
    let statements: readonly FlushStatement[] = [];
    await this.#scope.serialised(async () => {
      await workspace.engine.connect();
      const added = new Set(work.added);
      const cascaded = nothingCascaded();
      try {
        if (this.#cascades.isConcerned) await this.#cascades.follow(cascaded);
        const { steps } = this.#flushes.plan(cascaded);
        const { connection, done } = await workspace.borrow('read', 'to explain a flush', 'primary');
        done();
        statements = await explainSteps(workspace, connection, steps, (e) => added.has(e), cascaded.why);
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

  /** Whether rules or hooks have a say in the flush that is to come. */
  get #isWatched(): boolean {
    return this.#lifecycle.isWatched && this.#scope.hasUnwritten;
  }

  /** What they ask for they see as it is written: in a transaction that is the session's. */
  async #flushAsking(): Promise<void> {
    await this.#inTransaction(async () => (this.#scope.flushMode === 'manual' ? this.flush() : undefined));
    this.#scope.outside = undefined;
  }

  async #flushAlone(): Promise<void> {
    const { workspace, work } = this.#scope;
    await this.#restoring(undefined, async () => {
      const flush = await this.#flushes.prepare();
      if (flush.steps.length === 0) return work.settle(flush.taken);
      return inOwnTransaction(this.#scope, workspace, 'a flush', (connection, seal) =>
        this.#flushes.write(workspace, connection, new Journal(), flush, seal),
      );
    });
    this.#scope.outside = undefined;
  }

  async #flushInside(open: OpenTransaction, workspace: Workspace): Promise<void> {
    refuseBroken(open);
    let written = NOTHING;
    if (this.#isWatched)
      await this.#restoring(open, () =>
        inSavepoint(this.#scope, open, workspace, async (seal) => {
          const flush = await this.#flushes.prepare();
          await this.#flushOnto(open, workspace, flush, seal);
          written = flush.written;
        }),
      );
    else {
      const flush = await this.#flushes.prepare();
      if (flush.steps.length === 0) return this.#scope.work.settle(flush.taken);
      await inSavepoint(this.#scope, open, workspace, (seal) => this.#flushOnto(open, workspace, flush, seal));
    }
    try {
      await this.#flushes.tell(written);
    } catch (error) {
      // What it objects to is written: only the whole transaction can take that back.
      open.broken = error;
      throw error;
    }
  }

  async #flushOnto(
    { connection, journals }: OpenTransaction,
    workspace: Workspace,
    flush: PlannedFlush,
    seal: () => unknown,
  ): Promise<void> {
    if (flush.steps.length === 0) {
      this.#scope.work.settle(flush.taken);
      await seal();
      return;
    }
    const journal = new Journal();
    await this.#flushes.write(workspace, connection, journal, flush, seal);
    journal.written.push(...flush.written);
    journals.at(-1)!.absorb(journal);
  }

  /**
   * A flush with rules or hooks: if it fails, what these did to memory is taken back too, so that what was pending is, and
   * nothing else. Without them there is nothing to take back, and no journal.
   */
  async #restoring(open: OpenTransaction | undefined, flush: () => Promise<void>): Promise<void> {
    if (!this.#isWatched) return flush();
    const scope = this.#scope;
    const journal = new Journal(journalStart(scope.workspace, scope.work));
    const around = scope.outside;
    if (open === undefined) scope.outside = journal;
    else open.journals.push(journal);
    try {
      await flush();
    } catch (error) {
      scope.undo(journal, open);
      throw error;
    } finally {
      scope.outside = around;
      if (open !== undefined) open.journals.length = open.journals.indexOf(journal);
    }
    scope.journal.absorb(journal);
  }

  /**
   * Rules and hooks are waited for until the transaction has to end. One that is left running then condemns all of it: what
   * it still sends must not last.
   */
  async #hooked(run: () => Promise<void>): Promise<void> {
    const { open } = this.#scope;
    const running = inHooksOf(this.#scope, run);
    if (open?.cancellation === undefined) return running;
    const hooks = (open.hooks = settledLater(running));
    try {
      await open.cancellation.race(running);
    } catch (error) {
      if (!hooks.settled) open.broken ??= error;
      throw error;
    }
  }
}

const NOTHING: readonly Written[] = [];
/** How often hooks may give the end of a transaction something more to write: SQLAlchemy's number. */
const LAST_FLUSHES = 100;
