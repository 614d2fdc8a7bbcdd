import type { Connection } from '../../adapters/adapter.ts';
import type { Schema } from '../../core/ast/schema.ts';
import { confirmDestructiveOperation } from '../../security/destructive.ts';
import { own } from '../../utils/own.ts';
import { diffSchemas } from '../diff.ts';
import type { Migration, Operation } from '../operations/operation.ts';
import { refuseUnsafePlans } from '../safety/plans.ts';
import { destroyedBy } from './destructive.ts';
import { whileLocked } from './lock.ts';
import { checkedApplyOptions, checkedOptions } from './options.ts';
import type { ApplyOptions, EngineOptions } from './options.ts';
import { checkFiles, inOrder, planBack, planForward, schemaAfter } from './plan.ts';
import type { Plan, PlannedMigration, PlanOptions } from './plan.ts';
import { MIGRATION_TABLE, MigrationRecord } from './record.ts';
import type { Recorded } from './record.ts';
import { MigrationRun } from './run.ts';
import { scriptOf } from './script.ts';
import type { ScriptOptions } from './script.ts';
import { withPatience } from './settings.ts';
import type { MigrationTarget } from './target.ts';

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
    this.#options = checkedOptions(options);
    this.#record = new MigrationRecord(target.executor, target.dialect, options.table ?? MIGRATION_TABLE);
  }

  /** Each migration, in order, and what is known of it. */
  async status(): Promise<MigrationStatus[]> {
    checkFiles(this.#migrations);
    const { migrations, recorded } = inOrder(this.#migrations, await this.recorded());
    const byName = new Map(recorded.map((entry) => [entry.name, entry]));
    return migrations.map(({ name }) => {
      const entry = byName.get(name);
      return { name, state: entry?.state ?? 'pending', at: entry?.at };
    });
  }

  /** What would be applied, or taken back with `back`, and by which steps. Nothing is done, and nothing locked. */
  async plan(options: PlanOptions & { readonly back?: boolean } = {}): Promise<PlannedMigration[]> {
    const { back = false, ...which } = own(options);
    checkFiles(this.#migrations);
    return [...this.#plan(await this.recorded(), back ? 'back' : 'forward', which).migrations];
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
    return this.#connected('read', async (connection) => this.#read(connection));
  }

  /** The schema to which all files lead, or those up to `to`. */
  schema(to?: string): Schema {
    return schemaAfter(this.#migrations, to);
  }

  /** What is missing in the migrations so that they say what `schema` says: nothing, where the models have not changed. */
  pending(schema: Schema): Operation[] {
    return diffSchemas(this.schema(), schema, this.#target.dialect);
  }

  /**
   * What is pending as a script, for those who apply it by other means, with the record of it. See `ScriptOptions`.
   *
   * @throws UnsupportedError for what no script can say on this database.
   */
  async script(options: ScriptOptions & { readonly to?: string | undefined } = {}): Promise<string> {
    const { to, ...how } = own(options);
    checkFiles(this.#migrations);
    // One that may meet any state of a database begins at the beginning.
    const recorded = how.idempotent === true ? [] : await this.recorded();
    return scriptOf(this.#plan(recorded, 'forward', { to }).migrations, this.#record, this.#target.dialect, how);
  }

  async #apply(direction: 'forward' | 'back', options: ApplyOptions): Promise<PlannedMigration[]> {
    const given = checkedApplyOptions(options);
    checkFiles(this.#migrations);
    const { executor, dialect, lockFile: file } = this.#target;
    const { wait = MINUTE, lockTimeout = LOCK_TIMEOUT, statementTimeout = 0, sameServer = false } = this.#options;
    const { table = MIGRATION_TABLE } = this.#options;
    return this.#connected('write', async (connection) => {
      // Where there is nothing to do nobody has to be kept out: a program may ask each time that it starts.
      if (isNothing(this.#plan(await this.#read(connection), direction, given))) return [];
      return whileLocked(executor, connection, dialect, { table, file, wait, sameServer }, () =>
        withPatience(executor, connection, dialect.id, { lockTimeout, statementTimeout }, (patient) =>
          this.#applyLocked({ ...this.#target, dialect, executor: patient }, connection, direction, given),
        ),
      );
    });
  }

  async #applyLocked(
    target: MigrationTarget,
    connection: Connection,
    direction: 'forward' | 'back',
    options: ApplyOptions,
  ): Promise<PlannedMigration[]> {
    const { migrations, adopted } = this.#plan(await this.#read(connection), direction, options);
    if (options.fake !== true)
      confirmDestructiveOperation(
        migrations.flatMap(({ operations, before }) => destroyedBy(operations, before)),
        options,
      );
    await refuseUnsafePlans(migrations, target.dialect, options);
    await this.#record.prepare(connection);
    if (direction === 'forward') for (const migration of adopted) await this.#record.adopt(connection, migration);
    const run = new MigrationRun(target, this.#record, connection, {
      retries: this.#options.retries ?? RETRIES,
      onProgress: this.#options.onProgress,
      fake: options.fake ?? false,
      resume: options.resume,
    });
    for (const plan of migrations) await run.apply(plan);
    return [...migrations];
  }

  async #read(connection: Connection): Promise<Recorded[]> {
    return (await this.#record.exists(connection)) ? this.#record.read(connection) : [];
  }

  #plan(recorded: readonly Recorded[], direction: 'forward' | 'back', options: PlanOptions): Plan {
    const make = direction === 'forward' ? planForward : planBack;
    return make(this.#migrations, recorded, this.#target.dialect, options);
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

function isNothing({ migrations, adopted }: Plan): boolean {
  return migrations.length === 0 && adopted.length === 0;
}
