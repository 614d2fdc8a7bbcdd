import type { FetchMode } from '../core/fetch-mode.ts';
import type { SessionApi } from '../core/types/index.ts';
import { Additions } from './additions.ts';
import { Cascades } from './cascades.ts';
import { Creator } from './creator.ts';
import { Expirer } from './expirer.ts';
import { Lifecycle } from './lifecycle.ts';
import { BatchLoader } from './loading/batched.ts';
import { PeerLoader } from './loading/peers.ts';
import { Merger } from './merger.ts';
import { SessionRunner } from './runner.ts';
import { SessionFlushes } from './session-flushes.ts';
import type { TransactionScope } from './transaction-scope.ts';
import { Transactions } from './transactions.ts';
import { unwrittenRows } from './unwritten-rows.ts';

/** What a session works with, each made when it is first asked for: many sessions do one thing, and most of them only read. */
export class SessionParts {
  readonly #session: SessionApi;
  readonly #scope: TransactionScope;
  readonly #fetchMode: FetchMode;
  #reading: Reading | undefined = undefined;
  #peers: PeerLoader | undefined = undefined;
  #lifecycle: Lifecycle | undefined = undefined;
  #additions: Additions | undefined = undefined;
  #cascades: Cascades | undefined = undefined;
  #flushes: SessionFlushes | undefined = undefined;
  #transactions: Transactions | undefined = undefined;

  constructor(session: SessionApi, scope: TransactionScope, fetchMode: FetchMode) {
    this.#session = session;
    this.#scope = scope;
    this.#fetchMode = fetchMode;
  }

  /** Answers queries. */
  get runner(): SessionRunner {
    return (this.#reading ??= reading(this.#scope)).runner;
  }

  /** Loads relations of many entities at once. */
  get batch(): BatchLoader {
    return (this.#reading ??= reading(this.#scope)).batch;
  }

  /** Loads relations of single entities, and of those that came with them. */
  get peers(): PeerLoader {
    return (this.#peers ??= new PeerLoader(this.#scope.workspace, this.batch, this.#fetchMode));
  }

  get lifecycle(): Lifecycle {
    const { workspace, work } = this.#scope;
    return (this.#lifecycle ??= new Lifecycle(this.#session, workspace, work));
  }

  get additions(): Additions {
    return (this.#additions ??= new Additions(this.#scope.workspace, this.#scope.work));
  }

  get cascades(): Cascades {
    return (this.#cascades ??= new Cascades(this.#scope.workspace, this.#scope.work, this.batch));
  }

  get flushes(): SessionFlushes {
    return (this.#flushes ??= new SessionFlushes(this.#scope, this.lifecycle, this.cascades, (fn) =>
      this.transactions.run(fn, {}),
    ));
  }

  get transactions(): Transactions {
    return (this.#transactions ??= new Transactions(this.#scope, this.flushes, this.lifecycle));
  }

  /** @param add What a call of the session's `add()` would do. */
  merger(add: (entity: object) => void): Merger {
    const { workspace, work } = this.#scope;
    return new Merger({ workspace, work, batch: this.batch, runner: this.runner, add });
  }

  get expirer(): Expirer {
    const { workspace, journal, current } = this.#scope;
    return new Expirer(workspace, journal, current !== undefined);
  }
}

interface Reading {
  readonly runner: SessionRunner;
  readonly batch: BatchLoader;
}

/** The runner asks the loader, and the loader the runner. */
function reading(scope: TransactionScope): Reading {
  const { workspace, work } = scope;
  const batch = new BatchLoader(workspace, {
    // What is loaded inside a transaction shows what is not committed: a rollback forgets it.
    before: (collection) => scope.current?.journal.touchCollection(collection),
    changed: work.collections,
    rows: (link) => unwrittenRows(workspace, work, link),
  });
  const runner = new SessionRunner(workspace, work, batch, (through) => new Creator(through, work, scope));
  batch.use(runner);
  return { runner, batch };
}
