import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import type { Row } from '../core/state.ts';
import { UniqueViolationError } from '../utils/errors.ts';
import { withCapitalArticle } from '../utils/naming.ts';
import type { CompiledCache } from './compiled.ts';
import type { RowWriter } from './row-writer.ts';

type Values = readonly unknown[];

/** A row to be written: driver values in the order of the fields, and the fields that it writes over where it exists. */
export interface UpsertRow {
  readonly values: Values;
  readonly set: readonly FieldMeta[];
}

/** Whether rows are mostly new, or were read a moment ago. */
export type Expected = 'new' | 'there';

/** How often rows are tried again that were there, and were gone when they were read. */
const ATTEMPTS = 10;

/**
 * New rows of which some exist already. Each batch is written first and read back then by the fields that name its rows:
 * so every row is known by what the database itself holds for equal, and no key is guessed from an order.
 *
 * Where a conflict can be told by its key, one INSERT … ON CONFLICT writes. Elsewhere (MySQL, MariaDB) the INSERT leaves
 * alone what exists by any key, an UPDATE follows by the fields that were named, and a row that is not found then was
 * refused for another key. Of a row that was there a moment ago the UPDATE comes first, for an INSERT that is refused locks
 * what it met, and two of these wait for each other in their UPDATEs.
 */
export class Upserter {
  readonly #compiled: CompiledCache;
  readonly #writer: RowWriter;
  readonly #meta: ModelMeta;
  readonly #by: readonly FieldMeta[];
  readonly #expected: Expected;

  constructor(
    compiled: CompiledCache,
    writer: RowWriter,
    meta: ModelMeta,
    by: readonly FieldMeta[],
    expected: Expected,
  ) {
    this.#compiled = compiled;
    this.#writer = writer;
    this.#meta = meta;
    this.#by = by;
    this.#expected = expected;
  }

  /** The rows as the database has them now, in the order of those given. A row that comes twice is written twice. */
  async run(rows: readonly UpsertRow[]): Promise<Row[]> {
    const found: Row[] = [];
    for (const positions of this.#rounds(rows)) {
      let missing = positions;
      for (let attempt = 0; missing.length > 0; attempt++) {
        // What conflicts by a key that was not meant is never found; what was deleted by others can be tried again.
        if (attempt === (this.#compiled.dialect.features.conflictTarget ? ATTEMPTS : 1))
          throw otherKey(this.#meta, this.#by);
        await this.#write(missing.map((position) => rows[position]!));
        const read = await this.#find(missing.map((position) => rows[position]!));
        missing = missing.filter((position, i) => {
          if (read[i] === undefined) return true;
          found[position] = read[i];
          return false;
        });
      }
    }
    return found;
  }

  /** Positions of rows, each round without two that are the same: no statement may write a row twice. */
  #rounds(rows: readonly UpsertRow[]): number[][] {
    const seen = new Map<string, number>();
    const rounds: number[][] = [];
    rows.forEach(({ values }, position) => {
      const key = textOf(this.#by.map((field) => values[field.index]));
      const round = seen.get(key) ?? 0;
      seen.set(key, round + 1);
      (rounds[round] ??= []).push(position);
    });
    return rounds;
  }

  /** Rows that give and change the same fields share statements. */
  async #write(rows: readonly UpsertRow[]): Promise<void> {
    const alike = new Map<string, { fields: readonly FieldMeta[]; set: readonly FieldMeta[]; rows: Values[] }>();
    for (const { values, set } of rows) {
      const fields = this.#meta.fields.filter((field) => this.#isGiven(field, values[field.index]));
      const key = [fields, set].map((items) => items.map((field) => field.index).join()).join('=');
      const group = alike.get(key);
      if (group === undefined) alike.set(key, { fields, set, rows: [values] });
      else group.rows.push(values);
    }
    for (const group of alike.values()) await this.#writeAlike(group.fields, group.set, group.rows);
  }

  async #writeAlike(fields: readonly FieldMeta[], set: readonly FieldMeta[], rows: readonly Values[]): Promise<void> {
    const by = this.#by;
    const { version } = this.#meta;
    const changed = set.filter((field) => fields.includes(field));
    if (this.#compiled.dialect.features.conflictTarget)
      return this.#writer.insert(this.#meta, fields, pick(rows, fields), { by, set: changed });
    const counted = changed.filter((field) => field === version);
    const plain = changed.filter((field) => field !== version);
    const update = (): Promise<number> =>
      this.#writer.update(this.#meta, { fields: plain, by, anyOrder: true }, pick(rows, [...plain, ...by]), counted);
    if (this.#expected === 'there' && changed.length > 0 && (await update()) === rows.length) return undefined;
    // The UPDATE counts up in new rows, too.
    const start = (field: FieldMeta, value: unknown): unknown =>
      counted.includes(field) ? (value as number) - 1 : value;
    await this.#writer.insert(this.#meta, fields, pick(rows, fields, start), 'nothing');
    if (changed.length > 0) await update();
    return undefined;
  }

  #find(rows: readonly UpsertRow[]): Promise<readonly (Row | undefined)[]> {
    const values = rows.map((row) => row.values);
    return this.#writer.find(this.#meta, this.#by, pick(values, this.#by), true);
  }

  /** Whether a field stands in the INSERT: not where the database is to fill it in. */
  #isGiven({ generation, generatedAs }: FieldMeta, value: unknown): boolean {
    if (generatedAs !== undefined || value === undefined) return false;
    return generation !== 'identity' || value !== null || this.#compiled.dialect.features.nullKeyGenerates;
  }
}

/** By the values of some fields, so that those who write the same rows at once lock them in one order. */
export function inOneOrder<T extends UpsertRow>(rows: readonly T[], by: readonly FieldMeta[]): readonly T[] {
  if (rows.length < 2) return rows;
  const keyed = rows.map((row) => ({ row, key: textOf(by.map((field) => row.values[field.index])) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}

/** Driver values as a text without doubles. */
function textOf(values: Values): string {
  return JSON.stringify(values, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
}

function pick(
  rows: readonly Values[],
  fields: readonly FieldMeta[],
  change: (field: FieldMeta, value: unknown) => unknown = (_, value) => value,
): Values[] {
  return rows.map((row) => fields.map((field) => change(field, row[field.index])));
}

function otherKey({ name }: ModelMeta, by: readonly FieldMeta[]): UniqueViolationError {
  const fields = by.map((field) => field.name);
  return new UniqueViolationError(
    `${withCapitalArticle(name)} was refused for what another row has already, in another unique key than ${fields.join(' and ')}.`,
    { model: name },
  );
}
