import type { BatchResult, Connection, Rows } from '../adapters/adapter.ts';
import type { Executor } from '../adapters/executor.ts';
import type { InsertStatement } from '../core/ast/statements.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import type { Row } from '../core/state.ts';
import { encodeRows } from '../dialects/json-lists.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { CompiledCache } from './compiled.ts';
import { fitsInto } from './row-weight.ts';
import type { UpdateShape } from './update-shape.ts';

type Parameters = readonly unknown[];
type Key = number | bigint;

/**
 * So many rows go in one statement that takes lists. Statements are sent without waiting for the answers in between, so
 * that the server works on one while the next is written: fewer rows would cost more statements, more rows more waiting.
 */
const ROWS_PER_LIST = 2_500;
/** More than the text of an UPDATE has. */
const BYTES_OF_UPDATE = 65_536;
/** So many rows go in one statement of placeholders; a power of two. */
const ROWS_PER_VALUES = 1_024;

/** Rows of one table to the database, several to a statement where the dialect says that this is better. */
export class RowWriter {
  readonly #executor: Executor;
  readonly #connection: Connection;
  readonly #compiled: CompiledCache;

  constructor(executor: Executor, connection: Connection, compiled: CompiledCache) {
    this.#executor = executor;
    this.#connection = connection;
    this.#compiled = compiled;
  }

  /** Rows that bring their keys. */
  async insert(
    model: ModelMeta,
    fields: readonly FieldMeta[],
    rows: readonly Parameters[],
    onConflict: InsertStatement['onConflict'] = 'error',
  ): Promise<void> {
    const { bulk } = this.#compiled.dialect.features;
    if (bulk === 'single' || rows.length === 1) {
      await this.#each(this.#compiled.insert(model, fields, { onConflict }), rows);
      return;
    }
    if (bulk === 'values') {
      for (const part of this.#parts(fields, rows))
        await this.#executor.execute(
          this.#connection,
          this.#compiled.insert(model, fields, { rows: part.length, onConflict }),
          joined(part),
        );
      return;
    }
    const sql = this.#compiled.insert(model, fields, { rows: 'lists', onConflict });
    await this.#lists(sql, fields.length, rows);
  }

  /** Rows whose key the database generates. Gives the keys, in the order of the rows. */
  async insertGenerating(
    model: ModelMeta,
    fields: readonly FieldMeta[],
    rows: readonly Parameters[],
  ): Promise<readonly Key[]> {
    const { bulk } = this.#compiled.dialect.features;
    if (bulk === 'single') return (await this.#each(this.#compiled.insert(model, fields, {}), rows)).lastInsertIds;
    if (bulk === 'values') return this.#insertCounting(model, fields, rows);
    const returning = model.key;
    if (rows.length === 1 || fields.length === 0) {
      const sql = this.#compiled.insert(model, fields, { returning });
      const keys: Key[] = [];
      for (const row of rows) keys.push(keyOf((await this.#query(sql, row))[0]!));
      return keys;
    }
    const sql = this.#compiled.insert(model, fields, { rows: 'lists', returning });
    const parts = await sendAll(columnLists(fields.length, rows), (lists) => this.#query(sql, lists));
    // A sequence only rises, so the lowest key is that of the first row, in whatever order they are returned.
    return parts.flatMap((part) => part.map(keyOf).sort((a, b) => (a < b ? -1 : 1)));
  }

  /** Rows of which some columns are read back; of several rows they come in any order where rows are sent as lists. */
  async insertReturning(
    model: ModelMeta,
    fields: readonly FieldMeta[],
    rows: readonly Parameters[],
    returning: readonly FieldMeta[],
  ): Promise<Rows> {
    const { bulk } = this.#compiled.dialect.features;
    if (rows.length === 1) return this.#query(this.#compiled.insert(model, fields, { returning }), rows[0]!);
    if (bulk === 'lists') {
      const sql = this.#compiled.insert(model, fields, { rows: 'lists', returning });
      return (await sendAll(columnLists(fields.length, rows), (lists) => this.#query(sql, lists))).flat();
    }
    const back: Rows = [];
    for (const part of this.#parts(fields, rows)) {
      const sql = this.#compiled.insert(model, fields, { rows: part.length, returning });
      back.push(...(await this.#query(sql, joined(part))));
    }
    return back;
  }

  /**
   * Of the rows of one statement the database says the first key; the others follow it at equal distances. Where nobody
   * can say these, each key is asked for: rows are written in the order in which they stand in the statement.
   */
  async #insertCounting(
    model: ModelMeta,
    fields: readonly FieldMeta[],
    rows: readonly Parameters[],
  ): Promise<readonly Key[]> {
    const step = this.#connection.keyStep ?? 1;
    if (step === 0 && this.#compiled.dialect.features.returning)
      return (await this.insertReturning(model, fields, rows, model.key)).map(keyOf);
    if (step === 0) return (await this.#each(this.#compiled.insert(model, fields, {}), rows)).lastInsertIds;
    const keys: Key[] = [];
    for (const part of this.#parts(fields, rows)) {
      const sql = this.#compiled.insert(model, fields, { rows: part.length });
      const { lastInsertId: first } = await this.#executor.execute(this.#connection, sql, joined(part));
      for (let i = 0; i < part.length; i++)
        keys.push(typeof first === 'bigint' ? first + BigInt(i * step) : first + i * step);
    }
    return keys;
  }

  /**
   * Rows for statements of placeholders, as many to each as limits and a power of two allow: so there are few different
   * statements, whatever the number of rows. A row without values goes alone.
   */
  *#parts(fields: readonly FieldMeta[], rows: readonly Parameters[]): Generator<readonly Parameters[]> {
    const { maxParameters } = this.#compiled.dialect.features;
    let size = fields.length === 0 ? 1 : ROWS_PER_VALUES;
    while (size > 1 && size * fields.length > maxParameters) size /= 2;
    const fits = fitsInto(this.#connection.maxBytes, fields, size);
    for (let from = 0; from < rows.length;) {
      while (size > rows.length - from) size /= 2;
      let part = rows.slice(from, from + size);
      while (part.length > 1 && !fits(part)) part = part.slice(0, part.length / 2);
      yield part;
      from += part.length;
    }
  }

  /** UPDATE of the same columns. Gives the number of rows that were met. `counted` count up in all of them. */
  async update(
    model: ModelMeta,
    { fields, by, anyOrder }: Pick<UpdateShape, 'fields' | 'by' | 'anyOrder'>,
    rows: readonly Parameters[],
    counted: readonly FieldMeta[] = [],
  ): Promise<number> {
    const { bulk, rowsPerUpdate, maxParameters } = this.#compiled.dialect.features;
    const width = fields.length + by.length;
    if (anyOrder && rows.length > 1 && this.#takesLists([...fields, ...by])) {
      const sql = this.#compiled.updateRows(model, fields, by, 'lists', counted);
      return bulk === 'lists' ? this.#lists(sql, width, rows) : this.#texts(sql, rows);
    }
    const size = anyOrder ? Math.min(rowsPerUpdate, Math.floor(maxParameters / width)) : 1;
    const whole = size === 1 ? 0 : rows.length - (rows.length % size);
    let changes = 0;
    if (whole > 0)
      changes += total(
        await this.#each(this.#compiled.updateRows(model, fields, by, size, counted), groups(rows, whole, size)),
      );
    if (whole < rows.length)
      changes += total(
        await this.#each(this.#compiled.update(model, fields, by, counted), whole === 0 ? rows : rows.slice(whole)),
      );
    return changes;
  }

  /** DELETE of rows, each found by values of its own. Gives the number of rows that were met. */
  async delete(model: ModelMeta, by: readonly FieldMeta[], rows: readonly Parameters[]): Promise<number> {
    if (rows.length === 1 || !this.#takesLists(by))
      return total(await this.#each(this.#compiled.delete(model, by), rows));
    const sql = this.#compiled.deleteRows(model, by);
    return this.#compiled.dialect.features.bulk === 'lists'
      ? this.#lists(sql, by.length, rows)
      : this.#texts(sql, rows);
  }

  /**
   * The rows that have these values, whole, by the position of the values; undefined where there is none. The database
   * compares, so what it holds for equal is. `locked`: what others have committed is found, whatever the transaction saw
   * before.
   */
  async find(
    model: ModelMeta,
    by: readonly FieldMeta[],
    values: readonly Parameters[],
    locked: boolean,
  ): Promise<readonly (Row | undefined)[]> {
    const { bulk } = this.#compiled.dialect.features;
    const numbered = values.map((row, i) => [i, ...row]);
    const width = [...by.slice(0, 1), ...by];
    const found: (Row | undefined)[] = Array.from({ length: values.length });
    const take = async (rows: number | 'lists', parameters: Parameters): Promise<void> => {
      for (const [position, ...row] of await this.#query(this.#compiled.findRows(model, by, rows, locked), parameters))
        found[Number(position)] = row;
    };
    if (bulk === 'single') for (const part of this.#parts(width, numbered)) await take(part.length, joined(part));
    else
      for (const lists of bulk === 'lists' ? columnLists(width.length, numbered) : rowTexts(numbered))
        await take('lists', lists);
    return found;
  }

  /** Whether values of many rows may come in lists: those of JSON have no place for types that nobody knows. */
  #takesLists(fields: readonly FieldMeta[]): boolean {
    const { bulk } = this.#compiled.dialect.features;
    return bulk === 'lists' || (bulk === 'values' && fields.every(({ type }) => type.kind !== 'custom'));
  }

  /** Rows as JSON text. Gives the number of rows that were met. */
  async #texts(sql: string, rows: readonly Parameters[]): Promise<number> {
    let changes = 0;
    for (const text of rowTexts(rows, this.#connection.maxBytes))
      changes += (await this.#executor.execute(this.#connection, sql, text)).changes;
    return changes;
  }

  /** Rows as a list for each column. Gives the number of rows that were met. */
  async #lists(sql: string, width: number, rows: readonly Parameters[]): Promise<number> {
    const write = (lists: Parameters) => this.#executor.execute(this.#connection, sql, lists);
    return (await sendAll(columnLists(width, rows), write)).reduce((sum, { changes }) => sum + changes, 0);
  }

  #each(sql: string, batches: readonly Parameters[]): ReturnType<Executor['executeMany']> {
    return this.#executor.executeMany(this.#connection, sql, batches);
  }

  #query(sql: string, parameters: Parameters): ReturnType<Executor['query']> {
    return this.#executor.query(this.#connection, sql, parameters);
  }
}

/**
 * Sends each without waiting for the answer to the one before. Gives all answers, or throws the first error once there is
 * an answer to everything that was sent.
 */
async function sendAll<T>(parts: Iterable<Parameters>, send: (part: Parameters) => MaybePromise<T>): Promise<T[]> {
  const sent: Promise<T>[] = [];
  // Also what is thrown at once is an answer: those that are on their way must not be left alone.
  for (const part of parts) sent.push((async () => send(part))());
  return (await Promise.allSettled(sent)).map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}

function keyOf(row: Rows[number]): Key {
  return row[0] as Key;
}

/** The parameters of the first `end` rows, those of `size` rows at a time as one list. */
function groups(rows: readonly Parameters[], end: number, size: number): unknown[][] {
  const lists: unknown[][] = [];
  for (let from = 0; from < end; from += size) lists.push(joined(rows.slice(from, from + size)));
  return lists;
}

/** The parameters of all rows as one list; `flat()` takes several times as long. */
function joined(rows: readonly Parameters[]): unknown[] {
  const list: unknown[] = [];
  for (const row of rows) for (const value of row) list.push(value);
  return list;
}

/** The rows turned: one list for each of the `width` columns, for so many rows at a time as one statement takes. */
function* columnLists(width: number, rows: readonly Parameters[]): Generator<unknown[][]> {
  for (let from = 0; from < rows.length; from += ROWS_PER_LIST) {
    const part = from === 0 && rows.length <= ROWS_PER_LIST ? rows : rows.slice(from, from + ROWS_PER_LIST);
    const lists: unknown[][] = [];
    for (let c = 0; c < width; c++) lists.push(part.map((row) => row[c]));
    yield lists;
  }
}

/** The rows as JSON text, so many at a time as one statement takes. */
function* rowTexts(rows: readonly Parameters[], maxBytes = Infinity): Generator<unknown[]> {
  for (let from = 0; from < rows.length; from += ROWS_PER_VALUES)
    yield* textsOf(rows.slice(from, from + ROWS_PER_VALUES), maxBytes);
}

function* textsOf(rows: readonly Parameters[], maxBytes: number): Generator<unknown[]> {
  const text = encodeRows(rows);
  if (rows.length === 1 || text.length * 3 + BYTES_OF_UPDATE <= maxBytes) return yield [text];
  const half = Math.ceil(rows.length / 2);
  yield* textsOf(rows.slice(0, half), maxBytes);
  yield* textsOf(rows.slice(half), maxBytes);
  return undefined;
}

function total({ changes }: BatchResult): number {
  return changes.reduce((sum, count) => sum + count, 0);
}
