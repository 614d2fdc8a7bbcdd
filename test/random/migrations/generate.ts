/** Schemas by chance. */
import type { Dice } from '../dice.ts';
import { isKeyable, isNumber, isText } from './spec.ts';
import type { Action, ColumnSpec, IndexSpec, LinkSpec, RelationSpec, SchemaSpec, TableSpec, TypeName } from './spec.ts';
import { tidy } from './tidy.ts';

/** What chance may use: numbers that were not given yet, and what the database has. */
export interface Context {
  readonly dice: Dice;
  next(): number;
  /** Whether unique indexes may cover some rows only. */
  readonly partialUnique: boolean;
  readonly setDefault: boolean;
}

const TABLE_NAMES = [
  'post',
  'order',
  'Mixed Case',
  'group',
  'a_table_with_a_name_that_is_as_long_as_any_database_takes_it_63',
  'it\'s "odd" `name`',
  'select',
  'ünïcödé',
];
const COLUMN_NAMES = [
  'amount',
  'title',
  'user',
  'camelCase',
  'desc',
  'with space',
  'q"uo`te\'d',
  'a_column_with_a_name_as_long_as_any_database_takes_it_it_has_63',
  'größe',
  'check',
];
const TYPES: readonly TypeName[] = [
  'int',
  'string(40)',
  'text',
  'bigint',
  'smallInt',
  'string',
  'decimal(6,2)',
  'decimal(10,4)',
  'string(120)',
  'bool',
  'date',
  'datetime',
  'float',
  'enum',
  'time',
  'uuid',
  'json',
  'binary',
  'array',
  'decimal(12,0)',
];
const ACTIONS: readonly Action[] = ['no action', 'cascade', 'set null', 'restrict', 'set default'];

export function anySchema(context: Context): SchemaSpec {
  let schema: SchemaSpec = { tables: [], views: [] };
  for (const _ of context.dice.list(1, 4, () => 0))
    schema = { ...schema, tables: [...schema.tables, anyTable(context, schema)] };
  // Keys to tables that come later, and so circles.
  schema = {
    ...schema,
    tables: schema.tables.map((table) =>
      context.dice.oneIn(3)
        ? { ...table, relations: [...table.relations, ...listOf(anyRelation(context, schema, table, true))] }
        : table,
    ),
  };
  if (context.dice.oneIn(3)) schema = { ...schema, views: [...schema.views, anyView(context, schema)] };
  return tidy(schema);
}

export function anyTable(context: Context, schema: SchemaSpec): TableSpec {
  const { dice } = context;
  const kind = dice.of(['auto', 'auto', 'bigAuto', 'uuid', 'string', 'pair'] as const);
  const keyColumn = (name: string, type: TypeName): ColumnSpec => ({
    ...bare(context.next(), name, type),
    fill: false,
  });
  const key =
    kind === 'pair'
      ? [keyColumn('k1', 'int'), keyColumn('k 2', 'string(40)')]
      : [
          keyColumn(
            'id',
            kind === 'auto' ? 'int' : kind === 'bigAuto' ? 'bigint' : kind === 'uuid' ? 'uuid' : 'string(40)',
          ),
        ];
  let table: TableSpec = {
    id: context.next(),
    name: freshName(
      dice,
      TABLE_NAMES,
      [...schema.tables, ...schema.views].map(({ name }) => name),
    ),
    ...(dice.oneIn(5) && { comment: "a table's comment \\" }),
    key: key.map(({ id }) => id),
    identity: kind === 'auto' || kind === 'bigAuto',
    columns: key,
    relations: [],
    indexes: [],
    checks: [],
    links: [],
  };
  for (const _ of dice.list(1, 5, () => 0))
    table = { ...table, columns: [...table.columns, anyColumn(context, table, false)] };
  if (dice.oneIn(4)) table = { ...table, columns: [...table.columns, ...listOf(anyGenerated(context, table))] };
  for (const _ of dice.list(0, 2, () => 0))
    table = {
      ...table,
      relations: [...table.relations, ...listOf(anyRelation(context, schema, table, dice.oneIn(2)))],
    };
  for (const _ of dice.list(0, 2, () => 0))
    table = { ...table, indexes: [...table.indexes, ...listOf(anyIndex(context, table))] };
  for (const _ of dice.list(0, 2, () => 0)) {
    const column = dice.of(table.columns);
    table = { ...table, checks: [...table.checks, { id: context.next(), column: column.id, form: dice.below(3) }] };
  }
  if (dice.oneIn(5)) table = { ...table, links: [...table.links, ...listOf(anyLink(context, schema, table))] };
  return table;
}

function bare(id: number, name: string, type: TypeName): ColumnSpec {
  return { id, name, type, nullable: false, unique: false, index: false, fill: true };
}

/** `late`: in a table that has rows. */
export function anyColumn(context: Context, table: TableSpec, late: boolean): ColumnSpec {
  const { dice } = context;
  const name = freshName(dice, COLUMN_NAMES, names(table));
  const type = dice.of(TYPES);
  const nullable = dice.oneIn(2);
  const unique = isKeyable(type) && (!late || nullable) && dice.oneIn(5);
  return {
    ...bare(context.next(), name, type),
    nullable,
    unique,
    index: isKeyable(type) && dice.oneIn(5),
    fill: !late || !nullable || (!unique && dice.oneIn(2)),
    dbDefault: dice.oneIn(4) && !(late && isKeyable(type)) ? defaultOf(dice, type) : undefined,
    comment: dice.oneIn(8) ? "what it's for" : undefined,
  };
}

export function defaultOf(dice: Dice, type: TypeName): ColumnSpec['dbDefault'] {
  if (isNumber(type))
    return type.startsWith('decimal(12') ? undefined : type.startsWith('decimal') ? undefined : dice.of([0, 5]);
  if (isText(type)) return dice.of(["'x'", "'it''s'", "lower('X')"]);
  if (type === 'enum') return "'green'";
  if (type === 'bool') return dice.of([true, false]);
  return undefined;
}

/** A name that can stand in SQL without quotes on every database. */
const SIMPLE = /^(?:amount|title|id|k1|n\d+)$/;

export function anyGenerated(context: Context, table: TableSpec): ColumnSpec | undefined {
  const { dice } = context;
  const sources = table.columns.filter(
    ({ id, type, name, generated }) =>
      ['int', 'smallInt'].includes(type) &&
      SIMPLE.test(name) &&
      generated === undefined &&
      !(table.identity && table.key.includes(id)),
  );
  if (sources.length === 0) return undefined;
  const name = freshName(dice, ['double', 'twice'], names(table));
  return {
    ...bare(context.next(), name, 'int'),
    nullable: true,
    fill: false,
    generated: { from: dice.of(sources).id, factor: dice.of([2, 3]), stored: dice.oneIn(2) },
  };
}

/** `optional`: so that rows can be without. */
export function anyRelation(
  context: Context,
  schema: SchemaSpec,
  table: TableSpec,
  optional: boolean,
): RelationSpec | undefined {
  const { dice } = context;
  const earlier = schema.tables.slice(
    0,
    Math.max(
      0,
      schema.tables.findIndex(({ id }) => id === table.id),
    ),
  );
  const others = schema.tables.some(({ id }) => id === table.id) ? (optional ? schema.tables : earlier) : schema.tables;
  const targets = [...others.filter(({ id }) => id !== table.id), ...(optional ? [table] : [])].filter(
    ({ key }) => key.length === 1,
  );
  if (targets.length === 0) return undefined;
  const target = dice.of(targets);
  const unique = target.columns.filter((column) => column.unique && !column.nullable && column.generated === undefined);
  const to = dice.oneIn(4) && unique.length > 0 ? dice.of(unique).id : target.key[0]!;
  const action = (): Action => {
    const given = dice.of(ACTIONS);
    if (given === 'set default') return context.setDefault && optional ? given : 'no action';
    return given === 'set null' && !optional ? 'cascade' : given;
  };
  return {
    id: context.next(),
    name: freshName(dice, ['owner_id', 'parent', 'from', 'other_id'], names(table)),
    target: target.id,
    to,
    nullable: optional,
    unique: dice.oneIn(4),
    index: !dice.oneIn(4),
    onDelete: action(),
    onUpdate: action(),
  };
}

export function anyIndex(context: Context, table: TableSpec): IndexSpec | undefined {
  const { dice } = context;
  const columns = table.columns.filter(({ type, generated }) => isKeyable(type) && generated === undefined);
  if (columns.length === 0) return undefined;
  const parts = dice
    .some(columns, 3)
    .slice(0, 3)
    .map(({ id }) => ({ column: id, descending: dice.oneIn(4) }));
  const where = dice.oneIn(4) ? { column: dice.of(table.columns).id, isNull: dice.oneIn(2) } : undefined;
  return {
    id: context.next(),
    parts: parts.length > 0 ? parts : [{ column: columns[0]!.id, descending: dice.oneIn(3) }],
    unique: false,
    where,
  };
}

export function anyLink(context: Context, schema: SchemaSpec, table: TableSpec): LinkSpec | undefined {
  const targets = [...schema.tables.filter(({ id }) => id !== table.id), table].filter(({ key }) => key.length === 1);
  if (table.key.length > 1 || targets.length === 0) return undefined;
  return { id: context.next(), target: context.dice.of(targets).id };
}

export function anyView(context: Context, schema: SchemaSpec): SchemaSpec['views'][number] {
  const { dice } = context;
  const table = dice.of(schema.tables);
  return {
    id: context.next(),
    name: freshName(
      dice,
      ['a view', 'shown'],
      [...schema.tables, ...schema.views].map(({ name }) => name),
    ),
    table: table.id,
    columns: dice.some(table.columns.filter(({ id }) => !table.key.includes(id))).map(({ id }) => id),
  };
}

export function names({ columns, relations }: Pick<TableSpec, 'columns' | 'relations'>): string[] {
  return [...columns, ...relations].flatMap(({ name, renamedFrom }) => [name, ...listOf(renamedFrom)]);
}

/** One of these that is not taken, or one that is numbered. */
export function freshName(dice: Dice, from: readonly string[], taken: readonly string[]): string {
  const lower = new Set(taken.map((name) => name.toLowerCase()));
  const free = from.filter((name) => !lower.has(name.toLowerCase()));
  if (free.length > 0 && dice.oneIn(2)) return dice.of(free);
  let n = 1;
  while (lower.has(`n${n}`)) n++;
  return `n${n}`;
}

export function listOf<T>(item: T | undefined): T[] {
  return item === undefined ? [] : [item];
}
