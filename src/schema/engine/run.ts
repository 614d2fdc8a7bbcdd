import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '../../adapters/adapter.ts';
import { BlazeError, DeadlockError, LockTimeoutError } from '../../utils/errors.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { runRebuild } from '../rebuild-steps.ts';
import type { Step } from '../steps.ts';
import { isDone } from './effects.ts';
import type { MigrationTarget, RunProgress } from './engine.ts';
import type { PlannedMigration } from './plan.ts';
import type { MigrationRecord, Recorded } from './record.ts';

/** How far a migration has come. */
export interface Progress {
  readonly migration: string;
  readonly direction: PlannedMigration['direction'];
  /** Steps that are done, of how many. */
  readonly done: number;
  readonly steps: number;
  /** The step that begins now; undefined at the end. */
  readonly step: Step | undefined;
  /** What code says of itself. */
  readonly rows?: { readonly done: number; readonly total: number | undefined };
}

export interface RunOptions {
  readonly retries: number;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly fake: boolean;
  readonly resume: 'done' | 'again' | undefined;
}

/** Longest pause before a lock is asked for again. */
const LONGEST_PAUSE = 10_000;

/** The steps of migrations on one connection, with a record of each. */
export class MigrationRun {
  readonly #target: MigrationTarget;
  readonly #record: MigrationRecord;
  readonly #connection: Connection;
  readonly #options: RunOptions;

  constructor(target: MigrationTarget, record: MigrationRecord, connection: Connection, options: RunOptions) {
    this.#target = target;
    this.#record = record;
    this.#connection = connection;
    this.#options = options;
  }

  /** Do what is left of a migration. @throws MigrationError with the step that failed. */
  async apply(plan: PlannedMigration): Promise<void> {
    const { steps, recorded } = plan;
    if (this.#options.fake) return this.#finish(plan);
    let done = recorded?.done ?? 0;
    if (recorded?.running !== undefined) done = await this.#resume(plan, recorded.running);
    while (done < steps.length) {
      const end = this.#endOfGroup(steps, done);
      await this.#retrying(plan, done, () =>
        end === undefined ? this.#alone(plan, done) : this.#together(plan, done, end),
      );
      done = end ?? done + 1;
    }
    if (done === 0 || this.#endOfGroup(steps, done - 1) === undefined) await this.#finish(plan);
    this.#tell(plan, done);
  }

  /** Where the steps end that go in one transaction with this one; undefined if it goes alone. */
  #endOfGroup(steps: readonly Step[], from: number): number | undefined {
    if (!this.#isAtomic(steps[from]!)) return undefined;
    let end = from + 1;
    while (end < steps.length && this.#isAtomic(steps[end]!)) end++;
    return end;
  }

  /** Whether a step can be taken back by a transaction. */
  #isAtomic(step: Step): boolean {
    if (step.outside) return false;
    return (
      this.#target.dialect.features.transactionalDdl ||
      step.kind === 'run' ||
      (step.kind === 'sql' && isOfRows(step.sql))
    );
  }

  /** Steps and the record of them in one transaction: all of it, or nothing. */
  async #together(plan: PlannedMigration, from: number, to: number): Promise<void> {
    const { executor } = this.#target;
    const isRebuilt = plan.steps.slice(from, to).some(({ kind }) => kind === 'rebuild');
    // What refers to a table that is made anew is looked at when that is done; it cannot be told inside of a transaction.
    if (isRebuilt) await executor.script(this.#connection, 'PRAGMA foreign_keys = OFF');
    try {
      await executor.begin(this.#connection, {});
      try {
        if (!(await this.#isOurs(plan, from))) return await executor.rollback(this.#connection);
        for (let i = from; i < to; i++) await this.#do(plan, i);
        if (to === plan.steps.length) await this.#end(plan);
        else await this.#note(plan, to, undefined);
        await executor.commit(this.#connection);
      } catch (error) {
        await executor.rollback(this.#connection);
        throw error;
      }
    } finally {
      if (isRebuilt) await executor.script(this.#connection, 'PRAGMA foreign_keys = ON');
    }
  }

  /** A step that no transaction can take back: that it was begun is recorded, then that it was done. */
  async #alone(plan: PlannedMigration, step: number): Promise<void> {
    await this.#note(plan, step, step);
    await this.#do(plan, step);
    await this.#note(plan, step + 1, undefined);
  }

  /** Where no lock keeps migrators apart, another one may have been faster. */
  async #isOurs(plan: PlannedMigration, done: number): Promise<boolean> {
    const entry = (await this.#record.read(this.#connection)).find(({ name }) => name === plan.migration.name);
    if (plan.direction === 'back')
      return entry !== undefined && (entry.state === 'applied' ? done === 0 : entry.done === done);
    return entry === undefined ? done === 0 : entry.state === 'applying' && entry.done === done;
  }

  async #do(plan: PlannedMigration, position: number): Promise<void> {
    const step = plan.steps[position]!;
    const { executor, dialect, runCode } = this.#target;
    this.#tell(plan, position, step);
    try {
      switch (step.kind) {
        case 'sql':
          return await executor.script(this.#connection, step.sql);
        case 'rebuild':
          return await runRebuild(executor, this.#connection, dialect, step.rebuild);
        case 'run':
          return await runCode(step, step.outside ? undefined : this.#connection, this.#rowsOf(plan, position));
      }
    } catch (error) {
      throw failed(plan, position, error);
    }
  }

  /** How many steps are done, once it is known of the one that was running. */
  async #resume(plan: PlannedMigration, running: number): Promise<number> {
    const step = plan.steps[running];
    const how = step?.kind === 'sql' ? step.resume : 'again';
    if (how === 'look' && step?.kind === 'sql' && step.effect !== undefined) {
      const { executor, dialect } = this.#target;
      return (await isDone(executor, this.#connection, dialect, step.effect)) ? running + 1 : running;
    }
    if (how !== 'ask' || this.#options.resume === 'again') return running;
    if (this.#options.resume === 'done') return running + 1;
    throw new MigrationError(
      `it was interrupted in step ${running + 1} of ${plan.steps.length}, SQL of your own, and nobody knows whether that was done.`,
      {
        migration: plan.migration.name,
        remedy: "Look, and migrate with { resume: 'done' } or { resume: 'again' }.",
        ...(step?.kind === 'sql' ? { sql: step.sql } : {}),
      },
    );
  }

  /** Whoever waits for a lock on a table holds up all behind him: so it waits shortly, and tries again later. */
  async #retrying(plan: PlannedMigration, done: number, run: () => Promise<void>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        const cause = error instanceof MigrationError ? error.cause : error;
        const isLocked = cause instanceof LockTimeoutError || cause instanceof DeadlockError;
        if (!isLocked || attempt >= this.#options.retries) throw error;
        this.#tell(plan, done);
        await pause(Math.min(LONGEST_PAUSE, 100 * 2 ** attempt) * (0.5 + Math.random() / 2));
      }
    }
  }

  async #finish(plan: PlannedMigration): Promise<void> {
    const { executor } = this.#target;
    await executor.begin(this.#connection, {});
    await this.#end(plan);
    await executor.commit(this.#connection);
  }

  #end(plan: PlannedMigration): Promise<void> {
    const { name, checksum } = plan.migration;
    if (plan.direction === 'back') return this.#record.remove(this.#connection, name);
    const at = new Date();
    return this.#record.write(this.#connection, { name, checksum, state: 'applied', done: 0, running: undefined, at });
  }

  #note(plan: PlannedMigration, done: number, running: number | undefined): Promise<void> {
    const { name, checksum } = plan.migration;
    const state: Recorded['state'] = plan.direction === 'forward' ? 'applying' : 'reverting';
    return this.#record.write(this.#connection, { name, checksum, state, done, running, at: new Date() });
  }

  #tell({ migration, direction, steps }: PlannedMigration, done: number, step?: Step, rows?: Progress['rows']): void {
    this.#options.onProgress?.({
      migration: migration.name,
      direction,
      done,
      steps: steps.length,
      step,
      ...(rows === undefined ? {} : { rows }),
    });
  }

  #rowsOf(plan: PlannedMigration, position: number): RunProgress {
    return (done, total) => this.#tell(plan, position, plan.steps[position], { done, total });
  }
}

/** Whether SQL changes rows only, and so can be taken back on every database. */
function isOfRows(sql: string): boolean {
  return /^\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b/i.test(sql);
}

function failed(plan: PlannedMigration, position: number, error: unknown): unknown {
  if (!(error instanceof BlazeError)) return error;
  const step = plan.steps[position]!;
  const where = `step ${position + 1} of ${plan.steps.length} (${plan.operations[step.operation]!.kind})`;
  return new MigrationError(`${where} failed: ${error.message}`, {
    migration: plan.migration.name,
    cause: error,
    ...(step.kind === 'sql' ? { sql: step.sql } : {}),
  });
}
