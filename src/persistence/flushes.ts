import type { Connection } from '../adapters/adapter.ts';
import { nothingCascaded } from './cascades.ts';
import type { Cascaded, Cascades } from './cascades.ts';
import { collectChanges } from './change-set.ts';
import { modelIn } from './explain-flush.ts';
import { countsOf } from './flush-counts.ts';
import { planFlush } from './flush-plan.ts';
import type { FlushStep } from './flush-plan.ts';
import { Flusher } from './flusher.ts';
import { followDeletes } from './follow-deletes.ts';
import { followRekeys } from './follow-rekeys.ts';
import { explainHandover } from './handed-over.ts';
import { inOrderOfHandovers } from './handover-order.ts';
import type { Journal } from './journal.ts';
import type { Lifecycle } from './lifecycle.ts';
import { followLinkRows } from './link-rows.ts';
import { readOnly } from './open-transaction.ts';
import { undoFlush } from './restore.ts';
import type { Taken, UnitOfWork } from './unit-of-work.ts';
import type { Owner } from './units.ts';
import type { Workspace } from './workspace.ts';
import type { Written } from './written.ts';

/** What a flush does, and what it takes out of the unit of work when it has succeeded. */
export interface PlannedFlush {
  readonly steps: readonly FlushStep[];
  readonly taken: Taken;
  readonly cascaded: Cascaded;
  /** For hooks; empty where there are none. */
  readonly written: readonly Written[];
}

interface Parts {
  readonly workspace: Workspace;
  readonly work: UnitOfWork;
  readonly lifecycle: Lifecycle;
  readonly cascades: Cascades;
}

/** What the transaction around a flush has to say. */
interface Around {
  readonly isReadOnly: () => boolean;
  /** Whether rules or hooks have a say. */
  readonly isWatched: () => boolean;
  /** Whose flushes they are, to whoever listens. */
  readonly owner: Owner;
  /** Waits for these as long as the transaction lasts. */
  readonly hooked: (run: () => Promise<void>) => Promise<void>;
}

/** One flush after the other: what it is to write, and how that comes into the database and shows in memory. */
export class Flushes {
  readonly #parts: Parts;
  readonly #around: Around;

  constructor(parts: Parts, around: Around) {
    this.#parts = parts;
    this.#around = around;
  }

  /** What is to be written, after rules and hooks have had their say. */
  async prepare(): Promise<PlannedFlush> {
    const { cascades, lifecycle } = this.#parts;
    const { hooked, isReadOnly, isWatched } = this.#around;
    const cascaded = nothingCascaded();
    const follow = async (): Promise<void> => {
      if (cascades.isConcerned) await cascades.follow(cascaded);
    };
    try {
      if (isWatched()) await hooked(() => lifecycle.before(follow));
      else if (cascades.isConcerned) await hooked(follow);
      const flush = this.plan(cascaded, lifecycle.toTell());
      const [first] = flush.steps;
      if (first !== undefined && isReadOnly()) throw readOnly(modelIn(first));
      return flush;
    } catch (error) {
      cascades.restore(cascaded);
      throw error;
    }
  }

  plan(cascaded: Cascaded, written: readonly Written[] = []): PlannedFlush {
    const { workspace, work } = this.#parts;
    const { identityMap, compiled } = workspace;
    const changes = collectChanges(identityMap, work, compiled, cascaded.early);
    const steps = inOrderOfHandovers(planFlush(changes, compiled.dialect.features), compiled, () => workspace.models);
    return { steps, taken: work.take(cascaded.found), cascaded, written };
  }

  /** Tells hooks what has been written. */
  async tell(written: readonly Written[]): Promise<void> {
    if (written.length > 0) await this.#around.hooked(() => this.#parts.lifecycle.after(written));
  }

  /** Run the steps, make them last, and only then change what memory says. */
  async write(
    through: Workspace,
    connection: Connection,
    journal: Journal,
    { steps, taken, cascaded }: PlannedFlush,
    seal: () => unknown,
  ): Promise<void> {
    const { workspace, work, cascades } = this.#parts;
    const flusher = new Flusher(through, connection, journal);
    try {
      await through.engine.units.flush(
        () => countsOf(steps),
        this.#around.owner,
        () => flusher.run(steps),
      );
      await seal();
    } catch (error) {
      undoFlush(journal);
      work.undoTaken(taken);
      cascades.restore(cascaded);
      throw explainHandover(error, steps);
    }
    flusher.accept();
    followLinkRows(workspace, taken, journal, steps);
    followDeletes(workspace, journal, steps);
    followRekeys(workspace, journal, steps);
    for (const collection of taken.collections) journal.touchCollection(collection);
    work.settle(taken);
  }
}
