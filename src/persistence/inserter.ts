import type { Connection } from '../adapters/adapter.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import type { Row } from '../core/state.ts';
import { UnsupportedError } from '../utils/errors.ts';
import { readField, spread, writeField } from './entity-codec.ts';
import type { EntityCodec } from './entity-codec.ts';
import { batchesOf } from './insert-batches.ts';
import type { InsertBatch } from './insert-batches.ts';
import { readRows } from './read-rows.ts';
import type { RowWriter } from './row-writer.ts';
import type { Workspace } from './workspace.ts';

type Values = Record<string, unknown>;

/** New entities of one model, their rows, and their attributes as they were, each in the same order. */
export interface NewRows {
  readonly entities: readonly object[];
  readonly rows: readonly unknown[][];
  /** What is filled in is added to it. */
  readonly values: Readonly<Values>[];
}

/** New rows to the database; what the database fills in comes back to rows and entities. */
export class Inserter {
  readonly #workspace: Workspace;
  readonly #connection: Connection;
  readonly #writer: RowWriter;

  constructor(workspace: Workspace, connection: Connection, writer: RowWriter) {
    this.#workspace = workspace;
    this.#connection = connection;
    this.#writer = writer;
  }

  async insert(meta: ModelMeta, added: NewRows): Promise<void> {
    if (!meta.fields.some((field) => field.generation === 'database'))
      return this.#insertRows(meta, added.entities, added.rows);
    for (const batch of batchesOf(meta, added.rows)) await this.#insertFilling(meta, batch, added);
    return undefined;
  }

  async #insertRows(meta: ModelMeta, entities: readonly object[], rows: readonly unknown[][]): Promise<void> {
    const key = meta.key[0]!;
    if (key.generation !== 'identity') return this.#writer.insert(meta, meta.fields, rows);
    // A key that is to be generated is left out where NULL does not ask for one; rows that bring theirs go first.
    const { nullKeyGenerates } = this.#workspace.compiled.dialect.features;
    const keyless = rows.filter((row) => row[key.index] === null).length;
    if (nullKeyGenerates || keyless === rows.length) return this.#insertKeyless(meta, entities, rows, nullKeyGenerates);
    const given = rows.filter((row) => row[key.index] !== null);
    await this.#writer.insert(meta, meta.fields, given);
    const rest = rows.flatMap((row, i) => (row[key.index] === null ? [i] : []));
    if (rest.length === 0) return;
    await this.#insertKeyless(
      meta,
      rest.map((i) => entities[i]!),
      rest.map((i) => rows[i]!),
      false,
    );
  }

  /** Keys that the database generated, to rows and entities. */
  async #insertKeyless(
    meta: ModelMeta,
    entities: readonly object[],
    rows: readonly unknown[][],
    withKey: boolean,
  ): Promise<void> {
    const key = meta.key[0]!;
    const fields = withKey ? meta.fields : meta.fields.filter((field) => field !== key);
    const parameters = withKey ? rows : rows.map((row) => fields.map((field) => row[field.index]));
    const keys = await this.#writer.insertGenerating(meta, fields, parameters);
    const codec = this.#workspace.compiled.codec(meta);
    const wide = key.type.kind === 'bigint';
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row[key.index] !== null) continue;
      const value = wide ? BigInt(keys[i]!) : Number(keys[i]!);
      row[key.index] = codec.encodeField(key, value);
      (entities[i] as Values)[key.name] = value;
    }
  }

  /** Rows of which the database fills in more than the key: what it made of them is read back. */
  async #insertFilling(meta: ModelMeta, batch: InsertBatch, { entities, rows, values }: NewRows): Promise<void> {
    const codec = this.#workspace.compiled.codec(meta);
    const { wanted, indexes } = batch;
    const own = indexes.map((i) => rows[i]!);
    const filled = await this.#insertReading(meta, codec, batch, own);
    for (const [n, i] of indexes.entries()) {
      const before: Values = {};
      for (const field of wanted) {
        before[field.name] = readField(entities[i]!, field);
        rows[i]![field.index] = filled[n]![field.index];
        writeField(entities[i]!, field, codec.decodeField(field, filled[n]![field.index]));
      }
      values[i] = { ...before, ...values[i] };
    }
  }

  /** Inserts rows and gives, in their order, rows with what the database filled in. */
  async #insertReading(
    meta: ModelMeta,
    codec: EntityCodec,
    { given, wanted }: InsertBatch,
    rows: readonly Row[],
  ): Promise<readonly Row[]> {
    const parameters = rows.map((row) => given.map((field) => row[field.index]));
    const { returning, bulk } = this.#workspace.compiled.dialect.features;
    const made = meta.key.find((field) => field.generation === 'database' && wanted.includes(field));
    if (wanted.length === 0) {
      await this.#writer.insert(meta, given, parameters);
      return rows;
    }
    if (!returning) {
      if (made !== undefined) throw this.#unknownKey(meta, made);
      return this.#insertThenRead(meta, codec, { given, wanted }, rows, parameters);
    }
    if (bulk === 'single' || rows.length === 1 || given.length === 0 || made !== undefined) {
      const filled: Row[] = [];
      for (const row of parameters)
        filled.push(spread(meta, wanted, (await this.#writer.insertReturning(meta, given, [row], wanted))[0]!));
      return filled;
    }
    // Several rows come back in any order: each is found by its key, and keys that are counted up rise with the rows.
    const columns = [...new Set([...meta.key, ...wanted])];
    const filled = (await this.#writer.insertReturning(meta, given, parameters, columns)).map((row) =>
      spread(meta, columns, row),
    );
    const [key] = meta.key;
    if (wanted.includes(key!))
      return filled.sort((a, b) => ((a[key!.index] as number) < (b[key!.index] as number) ? -1 : 1));
    const found = new Map(filled.map((row) => [codec.keyOfRow(row), row]));
    return rows.map((row) => found.get(codec.keyOfRow(row))!);
  }

  /** The same where an INSERT gives nothing back but the keys that were counted up: the rows are read by their keys. */
  async #insertThenRead(
    meta: ModelMeta,
    codec: EntityCodec,
    { given, wanted }: Pick<InsertBatch, 'given' | 'wanted'>,
    rows: readonly Row[],
    parameters: readonly unknown[][],
  ): Promise<readonly Row[]> {
    const [key] = meta.key;
    if (!wanted.includes(key!)) {
      await this.#writer.insert(meta, given, parameters);
      return this.#read(
        meta,
        rows.map((row) => meta.key.map((field) => codec.decodeField(field, row[field.index]))),
      );
    }
    const keys = await this.#writer.insertGenerating(meta, given, parameters);
    const wide = key!.type.kind === 'bigint';
    return this.#read(
      meta,
      keys.map((value) => [wide ? BigInt(value) : Number(value)]),
    );
  }

  #unknownKey({ name }: ModelMeta, field: FieldMeta): UnsupportedError {
    const { dialect } = this.#workspace.compiled;
    return new UnsupportedError(`${dialect.name} does not tell which key it made for ${name}.${field.name}.`, {
      model: name,
      field: field.name,
      feature: 'to tell a key that a default of the database made',
      remedy: 'Give the key yourself, or let the database count it up with f.auto().',
    });
  }

  #read(meta: ModelMeta, keys: readonly (readonly unknown[])[]): Promise<Row[]> {
    return readRows(this.#workspace, this.#connection, meta, keys);
  }
}
