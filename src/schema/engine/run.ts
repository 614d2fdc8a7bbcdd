import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '../../adapters/adapter.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { runRebuild } from '../rebuild-steps.ts';
import type { Step } from '../steps/step.ts';
import { endOfGroup, inTransaction } from './atomic.ts';
import { lookAtValues } from './look.ts';
import { clearRemains, isDone, sendWhole } from './effects.ts';
import { failed, isLocked, isRefused } from './failures.ts';
import type { PlannedMigration } from './plan.ts';
import { tell } from './progress.ts';
import type { OnProgress } from './progress.ts';
import type { MigrationRecord, Recorded } from './record.ts';
import { withoutHaste } from './settings.ts';
import type { MigrationTarget } from './target.ts';

export interface RunOptions {
  readonly retries: number;
  readonly onProgress: OnProgress;
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
    const { steps } = plan;
    let done = this.#options.fake ? steps.length : await this.#doneBefore(plan);
    let ended = false;
    while (done < steps.length) {
      const end = endOfGroup(this.#target.dialect, steps, done);
      await this.#retrying(plan, done, () =>
        end === undefined ? this.#alone(plan, done) : this.#together(plan, done, end),
      );
      done = end ?? done + 1;
      ended = end === steps.length;
    }
    if (!ended) await this.#retrying(plan, done, () => this.#together(plan, done, done));
    tell(this.#options.onProgress, plan, done);
  }

  /** Steps and the record of them in one transaction. */
  async #together(plan: PlannedMigration, from: number, to: number): Promise<void> {
    const { executor } = this.#target;
    let position = from;
    try {
      await inTransaction(executor, this.#connection, plan.steps.slice(from, to), async () => {
        for (; position < to; position++) await this.#do(plan, position);
        await (to === plan.steps.length ? this.#end(plan) : this.#note(plan, to, undefined));
      });
    } catch (error) {
      throw failed(plan, position, error, true);
    }
  }

  /** A step that no transaction can take back: that it was begun is recorded, then that it was done. */
  async #alone(plan: PlannedMigration, step: number): Promise<void> {
    try {
      await this.#note(plan, step, step);
      await this.#do(plan, step);
      await this.#note(plan, step + 1, undefined);
    } catch (error) {
      // Whether that can be recorded or not, the error of the step is the one to be told.
      if (isRefused(error, plan.steps[step]!)) await this.#note(plan, step, undefined).catch(() => undefined);
      throw failed(plan, step, error, false);
    }
  }

  async #do(plan: PlannedMigration, position: number): Promise<void> {
    const step = plan.steps[position]!;
    const { executor, dialect } = this.#target;
    tell(this.#options.onProgress, plan, position, { step });
    switch (step.kind) {
      case 'sql':
        await clearRemains(executor, this.#connection, dialect, step);
        return withoutHaste(executor, this.#connection, dialect.id, step, () =>
          sendWhole(executor, this.#connection, step.sql),
        );
      case 'look':
        return lookAtValues(executor, this.#connection, step);
      case 'rebuild':
        return runRebuild(executor, this.#connection, dialect, step.rebuild);
      case 'run':
        return this.#target.runCode(step, {
          connection: this.#connection,
          record: this.#record,
          migration: plan.migration.name,
          progress: (done, total) => tell(this.#options.onProgress, plan, position, { step, rows: { done, total } }),
        });
    }
  }

  /** How many steps are done, once it is known of the one that was running. */
  async #doneBefore({ migration, steps, recorded }: PlannedMigration): Promise<number> {
    const { done = 0, running } = recorded ?? {};
    if (running === undefined) return done;
    const step = steps[running];
    if (step?.kind !== 'sql' || step.resume === 'again') return running;
    if (step.resume === 'look' && step.effect !== undefined) {
      const { executor, dialect } = this.#target;
      const isThere = await isDone(executor, this.#connection, dialect, step.effect);
      if (isThere !== undefined) return isThere ? running + 1 : running;
    }
    if (this.#options.resume === undefined) throw unknownOutcome(migration.name, running, steps);
    return this.#options.resume === 'done' ? running + 1 : running;
  }

  /** Whoever waits for a lock on a table holds up all behind him: so it waits shortly, and tries again later. */
  async #retrying(plan: PlannedMigration, done: number, run: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        if (!isLocked(error) || attempt > this.#options.retries) throw error;
        tell(this.#options.onProgress, plan, done, { attempt });
        await pause(Math.min(LONGEST_PAUSE, 50 * 2 ** attempt) * (0.5 + Math.random() / 2));
      }
    }
  }

  async #end(plan: PlannedMigration): Promise<void> {
    const { name, checksum, replaces } = plan.migration;
    if (plan.direction === 'back') return this.#record.remove(this.#connection, [name, ...replaces]);
    return this.#record.write(this.#connection, { ...BLANK, name, checksum, state: 'applied', at: new Date() });
  }

  /** Code that is begun again finds what it has noted itself. */
  async #note({ migration, direction }: PlannedMigration, done: number, running: number | undefined): Promise<void> {
    const { name, checksum } = migration;
    const state: Recorded['state'] = direction === 'forward' ? 'applying' : 'reverting';
    const before = running === undefined ? undefined : await this.#record.find(this.#connection, name);
    const position = before !== undefined && before.running === running ? before.position : undefined;
    const at = new Date();
    return this.#record.write(this.#connection, { name, checksum, state, done, running, position, at });
  }
}

const BLANK = { done: 0, running: undefined, position: undefined } as const;

function unknownOutcome(migration: string, running: number, steps: readonly Step[]): MigrationError {
  const step = steps[running];
  return new MigrationError(
    `it was interrupted in step ${running + 1} of ${steps.length}, SQL of your own, and nobody knows whether that was done.`,
    {
      migration,
      remedy: "Look, and say { resume: 'done' } or { resume: 'again' }.",
      ...(step?.kind === 'sql' ? { sql: step.sql } : {}),
    },
  );
}
