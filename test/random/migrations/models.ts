/** Described schemas as models of the library. */
import { check, f, index, model } from 'blazeorm';

import { isNumber, isText } from './spec.ts';
import type { CheckSpec, ColumnSpec, SchemaSpec, TableSpec, TypeName } from './spec.ts';
import { valueOf } from './values.ts';

type AnyClass = abstract new (...args: never[]) => object;
/** Named cast: what is made by chance is of no type that the compiler could infer a model from. */
const make = model as unknown as (name: string, fields: object, options: object) => AnyClass;
type Builder = (options: object) => unknown;
// Named cast: options as they are at run time.
const builders = f as unknown as Readonly<Record<string, (...given: unknown[]) => unknown>>;

export const COLOURS = ['red', 'green', 'blue'] as const;

function builderOf(type: TypeName): Builder {
  const [, name = type, given = ''] = /^(\w+)\((.+)\)$/.exec(type) ?? [];
  const [first, second] = given.split(',').map(Number);
  if (name === 'decimal') return (options) => builders['decimal']!({ ...options, precision: first, scale: second });
  if (name === 'string' && given !== '') return (options) => builders['string']!({ ...options, maxLength: first });
  if (name === 'enum') return (options) => builders['enum']!(COLOURS, options);
  if (name === 'array') return (options) => builders['array']!(f.string(), options);
  return (options) => builders[name]!(options);
}

/** The name that a column's attribute has, which stays when the column gets another name. */
export const attribute = (id: number): string => `c${id}`;

/** The classes of a schema, those of its views last. */
export function modelsOf(schema: SchemaSpec): AnyClass[] {
  const classes = new Map<number, AnyClass>();
  const target = (id: number) => (): AnyClass => classes.get(id)!;
  for (const table of schema.tables) classes.set(table.id, class extends modelOf(schema, table, target) {});
  const views = schema.views.map((view) => {
    const table = schema.tables.find(({ id }) => id === view.table)!;
    const ids = [...table.key, ...view.columns];
    const columns = ids.map((id) => table.columns.find((column) => column.id === id)!);
    const fields = columns.map(({ id, type, nullable }) => [attribute(id), builderOf(type)({ nullable })]);
    const options = {
      table: view.name,
      primaryKey: table.key.map(attribute),
      view: (query: (of: AnyClass) => { values: (...names: string[]) => unknown }) =>
        query(classes.get(view.table)!).values(...ids.map(attribute)),
    };
    return class extends make(`v${view.id}`, Object.fromEntries(fields), options) {};
  });
  return [...classes.values(), ...views];
}

function modelOf(schema: SchemaSpec, table: TableSpec, target: (id: number) => () => AnyClass): AnyClass {
  const fields: Record<string, unknown> = {};
  for (const column of table.columns) fields[attribute(column.id)] = fieldOf(table, column);
  for (const relation of table.relations) {
    const { name, renamedFrom, to, nullable, unique, onDelete, onUpdate } = relation;
    const other = schema.tables.find(({ id }) => id === relation.target)!;
    const options = {
      column: name,
      nullable,
      onDelete,
      onUpdate,
      ...(renamedFrom !== undefined && { renamedFrom }),
      ...(!relation.index && !unique && { index: false }),
      ...(!other.key.includes(to) && { to: attribute(to) }),
    };
    const builder = unique ? builders['oneToOne']! : builders['foreignKey']!;
    fields[`r${relation.id}`] = builder(target(relation.target), options);
  }
  for (const link of table.links) fields[`l${link.id}`] = builders['manyToMany']!(target(link.target));
  return make(`m${table.id}`, fields, {
    table: table.name,
    ...(table.renamedFrom !== undefined && { renamedFrom: table.renamedFrom }),
    ...(table.comment !== undefined && { comment: table.comment }),
    ...(table.key.length > 1 && { primaryKey: table.key.map(attribute) }),
    indexes: table.indexes.map(({ parts, unique, where }) =>
      index(
        ...parts.map(({ column, descending }) => `${descending ? '-' : ''}${attribute(column)}`),
        // Named cast: a filter of which the compiler knows nothing.
        {
          ...(unique && { unique }),
          ...(where !== undefined && {
            where: (row: Row) => isNull(row[attribute(where.column)]!, where.isNull),
          }),
        } as never,
      ),
    ),
    constraints: table.checks.map((item) => checkOf(table, item)),
  });
}

function fieldOf(table: TableSpec, column: ColumnSpec): unknown {
  const { id, name, type, renamedFrom, nullable, unique, dbDefault, fill, generated, comment } = column;
  const isKey = table.key.includes(id);
  const named = {
    column: name,
    ...(renamedFrom !== undefined && { renamedFrom }),
    ...(comment !== undefined && { comment }),
  };
  if (isKey && table.identity) return type === 'bigint' ? f.bigAuto(named) : f.auto(named);
  const source = table.columns.find((other) => other.id === generated?.from);
  return builderOf(type)({
    ...named,
    nullable,
    ...(isKey && table.key.length === 1 && { primaryKey: true }),
    ...(unique && !isKey && { unique }),
    ...(column.index && !unique && !isKey && { index: true }),
    ...(dbDefault !== undefined && { dbDefault }),
    ...(fill &&
      dbDefault === undefined &&
      generated === undefined && { default: valueOf(type.replace(/\(.*/, ''), FILL) }),
    ...(generated !== undefined && {
      generated: { sql: `${source!.name} * ${generated.factor}`, stored: generated.stored },
    }),
  });
}

/** The row whose values are what others get that have none. */
export const FILL = 8;

interface Column {
  gte(value: unknown): Column;
  ne(value: unknown): Column;
  between(low: unknown, high: unknown): Column;
  contains(text: string): Column;
  isNull(): Column;
  not(): Column;
  or(other: Column): Column;
}
type Row = Readonly<Record<string, Column>>;

function isNull(column: Column, wanted: boolean): Column {
  return wanted ? column.isNull() : column.isNull().not();
}

function checkOf(table: TableSpec, { id, column, form }: CheckSpec): unknown {
  const { type } = table.columns.find((other) => other.id === column)!;
  const number = (value: number): unknown =>
    type === 'bigint' ? BigInt(value) : type.startsWith('decimal') ? String(value) : value;
  const condition = (row: Row): Column => {
    const it = row[attribute(column)]!;
    if (isText(type)) return [it.ne("it's \\ %"), it.contains('%_').not(), it.isNull().or(it.ne(''))][form % 3]!;
    if (isNumber(type)) return [it.gte(number(0)), it.between(number(-7), number(99)), it.ne(number(-1))][form % 3]!;
    return it.isNull().or(it.isNull().not());
  };
  // Named cast: a callback of a model of which the compiler knows nothing.
  return check(`check "${id}"`, condition as never);
}
