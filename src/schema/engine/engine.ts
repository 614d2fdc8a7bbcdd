import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { confirmDestructiveOperation } from '../../security/destructive.ts';
import type { Migration } from '../operations/operation.ts';
import { refuseUnsafePlans } from '../safety/plans.ts';
import type { Acknowledgement } from '../safety/refuse.ts';
import type { RunStep } from '../steps.ts';
import { destroyedBy } from './destructive.ts';
import { whileLocked } from './lock.ts';
import { inOrder, planBack, planForward } from './plan.ts';
import type { PlannedMigration } from './plan.ts';
import { MIGRATION_TABLE, MigrationRecord } from './record.ts';
import type { Recorded } from './record.ts';
import { MigrationRun } from './run.ts';
import type { Progress } from './run.ts';
import { withPatience } from './settings.ts';

/** The database that migrations are applied to, as the engine needs it. */
export interface MigrationTarget {
  readonly executor: Executor;
  readonly dialect: Dialect;
  /** Tells this database from others on the same server. */
  readonly scope: string;
  /** Run code of a migration: on this connection, in its transaction; without one with connections of its own. */
  readonly runCode: (step: RunStep, connection: Connection | undefined, progress: RunProgress) => Promise<void>;
}

export type RunProgress = (done: number, total?: number) => void;

export interface EngineOptions {
  /** Name of the table that remembers what was applied. Default `blaze_migration`. */
  readonly table?: string | undefined;
  /** Milliseconds to wait for the end of others that migrate. Default a minute. */
  readonly wait?: number | undefined;
  /** Milliseconds to wait for a lock on a table. Default five seconds: whoever waits for a lock holds up all behind him. */
  readonly lockTimeout?: number | undefined;
  /** How often a step is tried again whose lock could not be had. Default 5. */
  readonly retries?: number | undefined;
  /** Milliseconds that a statement may take. Default 0: for ever. */
  readonly statementTimeout?: number | undefined;
  /** Told of each step, before and after it. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ApplyOptions extends Acknowledgement {
  /** The last migration to apply; what stays applied on the way back. */
  readonly to?: string | undefined;
  /** Remember them as applied without doing anything: for a database that has it all already. */
  readonly fake?: boolean | undefined;
  /** What to do about SQL of the application of which nobody knows whether it was done, because the process died meanwhile. */
  readonly resume?: 'done' | 'again' | undefined;
}

export interface MigrationStatus {
  readonly name: string;
  readonly state: Recorded['state'] | 'pending';
  readonly at: Date | undefined;
}

const MINUTE = 60_000;
const LOCK_TIMEOUT = 5_000;
const RETRIES = 5;

/**
 * Applies migrations to a database, and takes them back: one migrator at a time, each step recorded, so that what was
 * interrupted goes on where it stopped.
 */
export class MigrationEngine {
  readonly #target: MigrationTarget;
  readonly #migrations: readonly Migration[];
  readonly #options: EngineOptions;
  readonly #record: MigrationRecord;

  constructor(target: MigrationTarget, migrations: readonly Migration[], options: EngineOptions = {}) {
    this.#target = target;
    this.#migrations = migrations;
    this.#options = options;
    this.#record = new MigrationRecord(target.executor, target.dialect, options.table ?? MIGRATION_TABLE);
  }

  /** Each migration, in order, and what is known of it. */
  async status(): Promise<MigrationStatus[]> {
    const recorded = await this.recorded();
    const byName = new Map(recorded.map((entry) => [entry.name, entry]));
    return inOrder(this.#migrations, recorded).map(({ name }) => {
      const entry = byName.get(name);
      return { name, state: entry?.state ?? 'pending', at: entry?.at };
    });
  }

  /** What would be applied, or taken back with `back`, and by which steps. */
  async plan(options: { readonly to?: string | undefined; readonly back?: boolean } = {}): Promise<PlannedMigration[]> {
    return this.#plan(await this.recorded(), options.back === true ? 'back' : 'forward', options.to);
  }

  /**
   * Apply what is pending.
   *
   * @throws MigrationHistoryError, ConfirmationRequiredError, UnsafeMigrationError before anything is done; MigrationLockError; MigrationError for what
   *   failed: what came before it stays applied, and it goes on from there the next time.
   */
  migrate(options: ApplyOptions = {}): Promise<PlannedMigration[]> {
    return this.#apply('forward', options);
  }

  /** Take back everything that comes after `to`; without it everything. */
  rollback(options: ApplyOptions = {}): Promise<PlannedMigration[]> {
    return this.#apply('back', options);
  }

  /** What the database remembers; nothing, where it was never migrated. */
  async recorded(): Promise<Recorded[]> {
    return this.#connected('read', async (connection) =>
      (await this.#record.exists(connection)) ? this.#record.read(connection) : [],
    );
  }

  async #apply(direction: 'forward' | 'back', options: ApplyOptions): Promise<PlannedMigration[]> {
    const { executor, dialect, scope } = this.#target;
    const { wait = MINUTE, lockTimeout = LOCK_TIMEOUT, statementTimeout = 0, table = MIGRATION_TABLE } = this.#options;
    const lock = { id: dialect.id, scope: `${scope}\0${table}`, wait };
    return this.#connected('write', (connection) =>
      whileLocked(executor, connection, lock, () =>
        withPatience(executor, connection, dialect.id, { lockTimeout, statementTimeout }, () =>
          this.#applyLocked(connection, direction, options),
        ),
      ),
    );
  }

  async #applyLocked(
    connection: Connection,
    direction: 'forward' | 'back',
    options: ApplyOptions,
  ): Promise<PlannedMigration[]> {
    await this.#record.prepare(connection);
    const plans = this.#plan(await this.#record.read(connection), direction, options.to);
    if (options.fake !== true)
      confirmDestructiveOperation(
        plans.flatMap(({ operations }) => operations.flatMap(destroyedBy)),
        options,
      );
    await refuseUnsafePlans(plans, this.#target.dialect, options);
    const run = new MigrationRun(this.#target, this.#record, connection, {
      retries: this.#options.retries ?? RETRIES,
      onProgress: this.#options.onProgress,
      fake: options.fake ?? false,
      resume: options.resume,
    });
    for (const plan of plans) await run.apply(plan);
    return plans;
  }

  #plan(recorded: readonly Recorded[], direction: 'forward' | 'back', to: string | undefined): PlannedMigration[] {
    const make = direction === 'forward' ? planForward : planBack;
    return make(this.#migrations, recorded, this.#target.dialect, to);
  }

  async #connected<T>(mode: 'read' | 'write', run: (connection: Connection) => Promise<T>): Promise<T> {
    const { executor } = this.#target;
    const connection = await executor.acquire({ mode, purpose: 'a migration', server: 'primary' });
    try {
      return await run(connection);
    } finally {
      executor.release(connection);
    }
  }
}
