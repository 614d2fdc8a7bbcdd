import type { Column, ModelClass, QuerySet, Session } from './index.ts';
import { oneOf } from './index.ts';
import { metaOf } from './core/registry.ts';
import { modelOfTable } from './schema/historical.ts';
import type { CodeTerms } from './schema/engine/target.ts';
import { run as runOperation } from './schema/operations/builders.ts';
import type { TableLike } from './schema/operations/builders.ts';
import type { Operation } from './schema/operations/operation.ts';
import type { RunStep } from './schema/steps/step.ts';
import { findTable } from './schema/state.ts';
import { MigrationError } from './utils/migration-errors.ts';
import { suggest } from './utils/naming.ts';
import { own } from './utils/own.ts';

/** A model of a table as it is at one point of the history: fields have the names of columns, and no types. */
export type HistoricalModel = ModelClass<Readonly<Record<string, Column<unknown>>>, never>;

/** Rows of a historical model. */
export type HistoricalRow = HistoricalModel['prototype'];

export interface BatchOptions {
  /** Rows of one batch. Default 1000. */
  readonly size?: number;
}

/** What the code of a migration gets. */
export interface MigrationContext {
  /** A session on the database: in the migration's transaction, or with connections of its own where the step stands `outside`. */
  readonly session: Session;
  /**
   * The model of a table as it is at this point of the history, whatever the application's models say by now; their hooks and
   * rules are no part of it.
   *
   * @throws MigrationError if there is no such table at this point.
   */
  readonly model: (table: TableLike) => HistoricalModel;
  /** Tell `onProgress` how far it has come. */
  readonly progress: (done: number, total?: number) => void;
  /**
   * Rows in batches, in the order of their key. Outside of a transaction each batch is a transaction of its own, in which it is
   * noted as well how far it has come: what was interrupted goes on behind the last batch, and no row is met twice.
   *
   * @param rows A query of `session`, without an order or a limit. @param work Changes the rows; they are written after it.
   * @returns How many rows there were.
   */
  readonly inBatches: (
    rows: QuerySet<HistoricalRow>,
    work: (batch: readonly HistoricalRow[]) => void | Promise<void>,
    options?: BatchOptions,
  ) => Promise<number>;
  /** UPDATE in batches, in the same way. `values` are those of `update()`. @returns How many rows there were. */
  readonly backfill: (
    rows: QuerySet<HistoricalRow>,
    values: Parameters<QuerySet<HistoricalRow>['update']>[0],
    options?: BatchOptions,
  ) => Promise<number>;
}

/** A step of code. */
export type MigrationCode = (context: MigrationContext) => void | Promise<void>;

/**
 * Code that changes rows, with a session and with the models as they are at this point of the history.
 *
 * @param steps What is done; `{ up, down }` with a way back.
 * @param options `outside`: not in the migration's transaction, so that a large table is changed in many small ones. What was
 *   interrupted is run again from its beginning there, where only `inBatches` and `backfill` know how far they had come.
 * @example
 * ```ts
 * import { migration, run } from 'blazeorm/schema';
 * export default migration({
 *   after: ['0002_slug'],
 *   operations: [
 *     run(
 *       async ({ session, model, backfill }) => {
 *         await backfill(session.query(model('post')).filter({ slug: null }), { slug: 'none' });
 *       },
 *       { outside: true },
 *     ),
 *   ],
 * });
 * ```
 */
export const run: (
  steps: MigrationCode | { readonly up: MigrationCode; readonly down?: MigrationCode },
  options?: { readonly outside?: boolean },
) => Operation = runOperation;

/** What one step of code gets. */
export function contextOf(session: Session, step: RunStep, terms: CodeTerms): MigrationContext {
  const batches = new Batches(session, step.outside ? terms : undefined, terms.progress);
  return {
    session,
    model: (table) => historical(step, table),
    progress: terms.progress,
    inBatches: (rows, work, options) => batches.each(rows, work, options),
    backfill: (rows, values, options) =>
      batches.each(rows, async (batch) => void (await ofThese(session, batch).update(values)), options),
  };
}

function historical({ schema }: RunStep, table: TableLike): HistoricalModel {
  const name = typeof table === 'string' ? { schema: undefined, name: table } : table;
  const found = findTable(schema, name);
  if (found === undefined)
    throw new MigrationError(`There is no table '${name.name}' at this point.`, {
      remedy: suggest(
        name.name,
        schema.tables.map((other) => other.name),
      ),
    });
  // Named cast: its fields are known at run time only.
  return modelOfTable(found) as unknown as HistoricalModel;
}

/** The rows of a batch by their key. */
function ofThese(session: Session, batch: readonly HistoricalRow[]): QuerySet<HistoricalRow> {
  const [first] = batch;
  // Named cast: an entity's constructor is its class.
  const model = first!.constructor as HistoricalModel;
  const { key } = metaOf(model);
  if (key.length !== 1)
    throw new MigrationError(`backfill() needs a key of one column, which '${metaOf(model).table}' has not.`, {
      remedy: 'Use inBatches(), and change the rows.',
    });
  return session.query(model).filter({ [key[0]!.name]: oneOf(batch.map(({ pk }) => pk)) });
}

/** How far the calls of one step have come: those before `call` are done, and this one up to the cursor. */
interface Place {
  readonly call: number;
  readonly rows: number;
  /** Rows that there were when it began. */
  readonly total: number;
  /** Null: to the end. */
  readonly after: string | null;
}

class Batches {
  readonly #session: Session;
  /** Where the place is kept; undefined in a transaction, which is kept as a whole or not at all. */
  readonly #terms: CodeTerms | undefined;
  readonly #progress: CodeTerms['progress'];
  #calls = 0;

  constructor(session: Session, terms: CodeTerms | undefined, progress: CodeTerms['progress']) {
    this.#session = session;
    this.#terms = terms;
    this.#progress = progress;
  }

  async each(
    query: QuerySet<HistoricalRow>,
    work: (batch: readonly HistoricalRow[]) => void | Promise<void>,
    options: BatchOptions = {},
  ): Promise<number> {
    const { size = 1000 } = own(options);
    const call = this.#calls++;
    const place = await this.#place(call);
    if (place !== undefined && place.after === null) return place.rows;
    const total = place?.total ?? (await query.count());
    let { rows, after } = place ?? { rows: 0, after: null };
    for (let more = true; more;) {
      await this.#session.transaction(async () => {
        const { items, pageInfo } = await query.page({ first: size, after });
        if (items.length > 0) await work(items);
        await this.#session.flush();
        more = pageInfo.hasNextPage;
        rows += items.length;
        after = pageInfo.endCursor ?? after;
        await this.#note({ call, rows, total, after: more ? after : null });
        this.#session.detach(...items);
      });
      this.#progress(rows, Math.max(total, rows));
    }
    return rows;
  }

  /** Of a call that was begun before the interruption; undefined for one that was not. */
  async #place(call: number): Promise<Place | undefined> {
    if (this.#terms === undefined) return undefined;
    const { record, connection, migration } = this.#terms;
    const text = (await record.find(connection, migration))?.position;
    if (text === undefined) return undefined;
    const place = JSON.parse(text) as Place; // Named cast: as #note has written it.
    if (place.call < call) return undefined;
    return place.call === call ? place : { call, rows: 0, total: 0, after: null };
  }

  async #note(place: Place): Promise<void> {
    if (this.#terms === undefined) return;
    const { record, migration } = this.#terms;
    const model = modelOfTable(record.table) as unknown as HistoricalModel; // Named cast, as above.
    await this.#session
      .query(model)
      .filter({ name: migration })
      .update({ position: JSON.stringify(place) });
  }
}
