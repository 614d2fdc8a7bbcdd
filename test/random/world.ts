/** Rows of a graph of models, in memory: what the database is to hold, and what the evaluator reads. */
import type { Dice } from './dice.ts';
import { COLOURS, modelOf } from './schema.ts';
import type { FieldSpec, Graph, Kind, ModelSpec, Relation } from './schema.ts';
import type { Known, Value } from './values.ts';

export interface Row {
  readonly model: string;
  readonly values: Record<string, Value>;
}

/** A link of a many-to-many relation, by the relation's owner and name. */
export interface Link {
  readonly owner: string;
  readonly name: string;
  readonly from: Row;
  readonly to: Row;
}

export class World {
  readonly graph: Graph;
  readonly #rows: ReadonlyMap<string, Row[]>;
  readonly #links: Link[];

  constructor(graph: Graph, rows: readonly Row[], links: readonly Link[]) {
    this.graph = graph;
    this.#rows = new Map(graph.map(({ name }) => [name, rows.filter((row) => row.model === name)]));
    this.#links = [...links];
  }

  rows(model: string): Row[] {
    return this.#rows.get(model)!;
  }

  /** The row at the other end of a relation to one. */
  one(row: Row, relation: Relation): Row | undefined {
    return this.many(row, relation)[0];
  }

  /** The rows at the other end, in the order in which collections have them. */
  many(row: Row, { by, target }: Relation): Row[] {
    const others = this.rows(target);
    if (by.kind === 'link') {
      const links = this.#links.filter((link) => link.owner === by.owner && link.name === by.link.name);
      const found = links.filter((link) => (by.reverse ? link.to : link.from) === row);
      return others.filter((other) => found.some((link) => (by.reverse ? link.from : link.to) === other));
    }
    const attribute = `${by.key.name}Id`;
    const [owner, owned] = by.reverse ? [by.key.to, attribute] : [attribute, by.key.to];
    const key = row.values[owner]!;
    return key === null ? [] : others.filter((other) => other.values[owned] === key);
  }

  /** Takes a row away, and what depends on it: rows that need it go, too, others refer to nothing. */
  delete(row: Row): void {
    const at = this.rows(row.model).indexOf(row);
    if (at < 0) return;
    this.rows(row.model).splice(at, 1);
    for (const model of this.graph) {
      for (const key of model.foreignKeys.filter((item) => item.target === row.model)) {
        for (const other of this.rows(model.name).filter(
          (item) => item.values[`${key.name}Id`] === row.values[key.to],
        )) {
          if (key.nullable) other.values[`${key.name}Id`] = null;
          else this.delete(other);
        }
      }
    }
  }

  /** A world of its own with the same rows; `same` tells which of them is which. */
  copy(): { readonly world: World; readonly same: (row: Row) => Row } {
    const copies = new Map<Row, Row>();
    for (const rows of this.#rows.values())
      for (const row of rows) copies.set(row, { model: row.model, values: { ...row.values } });
    const same = (row: Row): Row => copies.get(row)!;
    const links = this.#links.map((link) => ({ ...link, from: same(link.from), to: same(link.to) }));
    return { world: new World(this.graph, [...copies.values()], links), same };
  }
}

/**
 * Values that databases might take for something else. Texts are compared by the numbers of their characters, which is what
 * columns on SQLite, MySQL and MariaDB do by themselves, and what PostgreSQL does in a database whose locale is `C`.
 */
export const VALUES: Readonly<Record<Kind, readonly Known[]>> = {
  int: [0, 1, -1, 2, 3, 5, 10, -7, 100, 999],
  bigint: [0n, 1n, -1n, 3n, 12n, 9_007_199_254_740_993n, -9_007_199_254_740_993n],
  float: [0, 1, 0.5, -0.5, 1.25, 2.5, -3.75, 100],
  decimal: ['0.00', '1.00', '1.50', '-1.50', '0.01', '2.25', '99.99'],
  text: [
    '',
    'a',
    'A',
    'b',
    'ab',
    'Ab',
    'a b',
    ' ',
    'a ',
    ' a',
    'é',
    'É',
    'e',
    'ß',
    '%',
    '_',
    '\\',
    '50%',
    'a_b',
    'a\\b',
    '*',
    '[a]',
    '?',
    "'",
    '"',
    '|',
    '😀',
    'a😀b',
    '中',
    '\uff5e',
    'z',
    'Z',
    'ba',
    '12',
    '-3.5',
    '2024-02-29',
  ],
  bool: [false, true],
  date: ['2024-01-01', '2023-12-31', '2024-02-29', '1999-06-15', '2024-01-07'],
  datetime: [
    '2024-01-01T00:00:00.000Z',
    '2023-12-31T23:59:59.999Z',
    '2024-02-29T12:30:45.123Z',
    '1999-06-15T06:07:08.000Z',
  ].map((text) => new Date(text)),
  enum: COLOURS,
  uuid: [
    '00000000-0000-4000-8000-000000000000',
    'ffffffff-ffff-4fff-bfff-ffffffffffff',
    '0a0a0a0a-1b1b-4c2c-9d3d-4e4e5f5f6a6a',
  ],
};

/** Rows of each model, up to `most`. */
export function anyWorld(dice: Dice, graph: Graph, most: number): World {
  const rows: Row[] = [];
  for (const model of graph) {
    const count = dice.below(most + 1);
    for (let i = 0; i < count; i++) {
      const row = anyRow(dice, model, i, rows);
      if (row !== undefined) rows.push(row);
    }
  }
  const links = graph.flatMap((model) =>
    model.links.flatMap(({ name, target }) =>
      rows
        .filter((row) => row.model === model.name)
        .flatMap((from) =>
          dice
            .some(
              rows.filter((row) => row.model === target),
              3,
            )
            .map((to) => ({ owner: model.name, name, from, to })),
        ),
    ),
  );
  return new World(graph, rows, links);
}

/** A row whose foreign keys lead to rows that are there already, or to none; undefined where one that is needed cannot be had. */
function anyRow(dice: Dice, model: ModelSpec, index: number, rows: readonly Row[]): Row | undefined {
  const values: Record<string, Value> = {};
  for (const field of model.fields) values[field.name] = anyValue(dice, field, model.key.includes(field.name), index);
  if (model.key.length > 1) values[model.key[0]!] = index % 3;
  for (const { name, target, to, nullable, unique } of model.foreignKeys) {
    const taken = new Set(
      unique ? rows.filter((row) => row.model === model.name).map((row) => row.values[`${name}Id`]) : [],
    );
    const free = rows.filter((row) => row.model === target && !taken.has(row.values[to]!));
    if (free.length === 0 && !nullable) return undefined;
    values[`${name}Id`] = free.length === 0 || (nullable && dice.oneIn(3)) ? null : dice.of(free).values[to]!;
  }
  return { model: model.name, values };
}

function anyValue(dice: Dice, { kind, nullable, unique }: FieldSpec, key: boolean, index: number): Value {
  if (unique || key) return uniqueValue(kind, index);
  return nullable && dice.oneIn(3) ? null : dice.of(VALUES[kind]);
}

/** Different for each row, and not in the order in which they are written. */
function uniqueValue(kind: Kind, index: number): Value {
  const n = index % 2 === 0 ? 50 - index : 50 + index;
  if (kind === 'int') return n;
  if (kind === 'bigint') return BigInt(n);
  if (kind === 'uuid') return `${n}000000-0000-4000-8000-00000000000a`;
  return VALUES.text[(index * 7) % VALUES.text.length]!;
}

/** The names of a model's columns, those of foreign keys among them. */
export function attributesOf(graph: Graph, model: string): string[] {
  const { fields, foreignKeys } = modelOf(graph, model);
  return [...fields.map((field) => field.name), ...foreignKeys.map((key) => `${key.name}Id`)];
}
