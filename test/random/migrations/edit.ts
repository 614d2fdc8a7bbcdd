/** Changes of a schema by chance. */
import {
  anyColumn,
  anyGenerated,
  anyIndex,
  anyLink,
  anyRelation,
  anySchema,
  anyTable,
  anyView,
  defaultOf,
  freshName,
  listOf,
  names,
} from './generate.ts';
import type { Context } from './generate.ts';
import { isKeyable } from './spec.ts';
import type { Action, ColumnSpec, Pair, RelationSpec, SchemaSpec, TableSpec, TypeName } from './spec.ts';
import { tidy } from './tidy.ts';

/** A schema, and what becomes of it by one to six changes. */
export function anyPair(context: Context): Pair {
  const from = anySchema(context);
  const edits: string[] = [];
  let to = from;
  for (const _ of context.dice.list(1, 6, () => 0)) {
    const [name, edit] = context.dice.of(EDITS);
    to = tidy(withoutStrangeLinks(edit(context, to, from), from));
    edits.push(name);
  }
  return { from, to, edits };
}

/** Links to tables with another key hold values of which nobody can tell what they become. */
function withoutStrangeLinks(to: SchemaSpec, from: SchemaSpec): SchemaSpec {
  const keyOf = ({ tables }: SchemaSpec, id: number): string | undefined =>
    tables.find((table) => table.id === id)?.key.join();
  const isStrange = (id: number): boolean => keyOf(from, id) !== undefined && keyOf(from, id) !== keyOf(to, id);
  return {
    ...to,
    tables: to.tables.map((table) => ({
      ...table,
      links: isStrange(table.id) ? [] : table.links.filter(({ target }) => !isStrange(target)),
    })),
  };
}

type Edit = (context: Context, schema: SchemaSpec, before: SchemaSpec) => SchemaSpec;

/** What becomes what without a word on how. */
const RETYPES: Readonly<Partial<Record<TypeName, readonly TypeName[]>>> = {
  smallInt: ['int', 'bigint', 'string(40)', 'float', 'decimal(10,4)'],
  int: ['bigint', 'smallInt', 'text', 'string', 'float', 'decimal(6,2)'],
  bigint: ['int', 'string(120)', 'decimal(12,0)'],
  float: ['decimal(6,2)', 'int', 'string'],
  'decimal(6,2)': ['decimal(10,4)', 'decimal(12,0)', 'float', 'int', 'text'],
  'decimal(10,4)': ['decimal(6,2)', 'bigint', 'string(40)'],
  'decimal(12,0)': ['decimal(10,4)', 'int'],
  'string(40)': ['string(120)', 'text', 'string', 'int', 'decimal(6,2)'],
  'string(120)': ['string(40)', 'text', 'bigint', 'float'],
  string: ['string(40)', 'text', 'smallInt'],
  text: ['string', 'string(120)', 'int', 'decimal(10,4)'],
  enum: ['string', 'string(40)', 'text'],
  bool: ['int', 'smallInt'],
  uuid: ['string(40)', 'text'],
  date: ['string', 'text'],
};

function onTable(
  change: (context: Context, table: TableSpec, schema: SchemaSpec, before: SchemaSpec) => TableSpec,
): Edit {
  return (context, schema, before) => {
    if (schema.tables.length === 0) return schema;
    const table = context.dice.of(schema.tables);
    const changed = change(context, table, schema, before);
    return { ...schema, tables: schema.tables.map((other) => (other === table ? changed : other)) };
  };
}

function onColumn(
  change: (context: Context, column: ColumnSpec, table: TableSpec, before: SchemaSpec) => Partial<ColumnSpec>,
): Edit {
  return onTable((context, table, _schema, before) => {
    const column = context.dice.of(table.columns.toReversed());
    const changed = { ...column, ...change(context, column, table, before) };
    return { ...table, columns: table.columns.map((other) => (other === column ? changed : other)) };
  });
}

function onRelation(change: (context: Context, relation: RelationSpec) => Partial<RelationSpec>): Edit {
  return onTable((context, table) => {
    if (table.relations.length === 0) return table;
    const relation = context.dice.of(table.relations);
    const changed = { ...relation, ...change(context, relation) };
    return { ...table, relations: table.relations.map((other) => (other === relation ? changed : other)) };
  });
}

const isKey = ({ key }: TableSpec, { id }: ColumnSpec): boolean => key.includes(id);
const isNew = (before: SchemaSpec, id: number): boolean =>
  before.tables.every(({ columns, relations }) => [...columns, ...relations].every((item) => item.id !== id));
/** What something was called when all this began, if that is not its name. */
function oldName(before: SchemaSpec, id: number, now: string): { renamedFrom: string | undefined } {
  const all = before.tables.flatMap((table) => [table, ...table.columns, ...table.relations]);
  const old = all.find((item) => item.id === id)?.name;
  return { renamedFrom: old === undefined || old === now ? undefined : old };
}
/** No name that something had before: it would be taken for that. */
const takenNames = (table: TableSpec, before: SchemaSpec): string[] => {
  const old = before.tables.find(({ id }) => id === table.id);
  return [...names(table), ...(old === undefined ? [] : names(old))];
};
const withTaken = (table: TableSpec, before: SchemaSpec): TableSpec => {
  const old = before.tables.find(({ id }) => id === table.id);
  return old === undefined
    ? table
    : { ...table, columns: [...table.columns, ...old.columns], relations: [...table.relations, ...old.relations] };
};

const EDITS: readonly (readonly [string, Edit])[] = [
  ['comment', onColumn(({ dice }) => ({ comment: dice.of(['new', undefined, "it's \\"]) }))],
  [
    'add column',
    onTable((context, table, _schema, before) => ({
      ...table,
      columns: [...table.columns, anyColumn(context, withTaken(table, before), true)],
    })),
  ],
  [
    'drop column',
    onTable((context, table) => {
      const free = table.columns.filter((column) => !isKey(table, column));
      const gone = free.length === 0 ? undefined : context.dice.of(free);
      return { ...table, columns: table.columns.filter((column) => column !== gone) };
    }),
  ],
  [
    'rename column',
    onColumn((context, { id }, table, before) => {
      const name = freshName(context.dice, ['renamed', 'Re named', 'where'], takenNames(table, before));
      return { name, ...oldName(before, id, name) };
    }),
  ],
  [
    'retype',
    onColumn(({ dice }, column, table) => {
      if (column.generated !== undefined) return {};
      if (isKey(table, column) && table.identity) return { type: column.type === 'int' ? 'bigint' : 'int' };
      const types = (RETYPES[column.type] ?? []).filter((type) => !isKey(table, column) || isKeyable(type));
      return types.length === 0 ? {} : { type: dice.of(types), dbDefault: undefined };
    }),
  ],
  [
    'null',
    onColumn((_context, column, table, before) =>
      isKey(table, column) || column.generated !== undefined || (isNew(before, column.id) && column.unique)
        ? {}
        : { nullable: !column.nullable, fill: true },
    ),
  ],
  [
    'default',
    onColumn(({ dice }, { type, dbDefault, generated }) =>
      generated === undefined ? { dbDefault: dbDefault === undefined ? defaultOf(dice, type) : undefined } : {},
    ),
  ],
  [
    'unique',
    onColumn((_context, column, _table, before) =>
      isNew(before, column.id) && !column.nullable ? {} : { unique: !column.unique },
    ),
  ],
  ['index', onColumn((_context, { index }) => ({ index: !index }))],
  [
    'add generated',
    onTable((context, table, _schema, before) => {
      const column = anyGenerated(context, { ...withTaken(table, before), columns: table.columns });
      const taken = takenNames(table, before);
      return column === undefined || taken.includes(column.name)
        ? table
        : { ...table, columns: [...table.columns, column] };
    }),
  ],
  [
    'change generated',
    onColumn(({ dice }, { generated }) =>
      generated === undefined ? {} : { generated: { ...generated, factor: dice.of([2, 5]), stored: dice.oneIn(2) } },
    ),
  ],
  [
    'keep generated',
    onColumn((_context, { generated }) => (generated?.stored === true ? { generated: undefined } : {})),
  ],
  [
    'add table',
    (context, schema, before) => {
      const taken: SchemaSpec = {
        tables: [...schema.tables, ...before.tables],
        views: [...schema.views, ...before.views],
      };
      return { ...schema, tables: [...schema.tables, { ...anyTable(context, taken), relations: [] }] };
    },
  ],
  [
    'drop table',
    ({ dice }, schema) => {
      const gone = schema.tables.length < 2 ? undefined : dice.of(schema.tables);
      return { ...schema, tables: schema.tables.filter((table) => table !== gone) };
    },
  ],
  [
    'rename table',
    onTable(({ dice }, table, schema, before) => {
      const taken = [...schema.tables, ...schema.views, ...before.tables, ...before.views].map(({ name }) => name);
      const name = freshName(dice, ['renamed', 'Re named', 'table'], taken);
      return { ...table, name, ...oldName(before, table.id, name) };
    }),
  ],
  ['comment on table', onTable(({ dice }, table) => ({ ...table, comment: dice.of([undefined, "it's new"]) }))],
  [
    'add index',
    onTable((context, table) => ({ ...table, indexes: [...table.indexes, ...listOf(anyIndex(context, table))] })),
  ],
  ['drop index', onTable((_context, table) => ({ ...table, indexes: table.indexes.slice(1) }))],
  [
    'add check',
    onTable((context, table) => ({
      ...table,
      checks: [
        ...table.checks,
        { id: context.next(), column: context.dice.of(table.columns).id, form: context.dice.below(3) },
      ],
    })),
  ],
  ['drop check', onTable((_context, table) => ({ ...table, checks: table.checks.slice(1) }))],
  [
    'change check',
    onTable(({ dice }, table) => ({
      ...table,
      checks: table.checks.map((check) => ({ ...check, form: dice.below(3) })),
    })),
  ],
  [
    'add relation',
    onTable((context, table, schema, before) => {
      const relation = anyRelation(context, schema, withTaken(table, before), true);
      return { ...table, relations: [...table.relations, ...listOf(relation)] };
    }),
  ],
  ['drop relation', onTable((_context, table) => ({ ...table, relations: table.relations.slice(1) }))],
  [
    'rename relation',
    onTable((context, table, _schema, before) => {
      const [first, ...others] = table.relations;
      if (first === undefined) return table;
      const name = freshName(context.dice, ['renamed_id', 'to'], takenNames(table, before));
      return { ...table, relations: [{ ...first, name, ...oldName(before, first.id, name) }, ...others] };
    }),
  ],
  [
    'actions',
    onRelation(({ dice, setDefault }, { nullable }) => {
      const actions: Action[] = ['cascade', 'no action', 'restrict', ...(nullable ? ['set null' as const] : [])];
      if (setDefault && nullable) actions.push('set default');
      return { onDelete: dice.of(actions), onUpdate: dice.of(actions) };
    }),
  ],
  ['one to one', onRelation((_context, { unique }) => ({ unique: !unique }))],
  ['index of a key', onRelation((_context, { index }) => ({ index: !index }))],
  ['optional relation', onRelation((_context, { nullable }) => (nullable ? {} : { nullable: true }))],
  [
    'key',
    onTable(({ dice }, table, _schema, before) => {
      const fit = table.columns.filter(
        (column) =>
          isKeyable(column.type) &&
          !column.nullable &&
          column.generated === undefined &&
          column.dbDefault === undefined &&
          !isNew(before, column.id),
      );
      const wanted = dice.some(fit).slice(0, 2);
      const dropped = dice.oneIn(3) ? table.key : [];
      const key = wanted.map(({ id }) => id).filter((id) => !dropped.includes(id));
      if (key.length === 0 || key.join() === table.key.join()) return table;
      return { ...table, key, identity: false, columns: table.columns.filter(({ id }) => !dropped.includes(id)) };
    }),
  ],
  ['add view', (context, schema) => ({ ...schema, views: [...schema.views, anyView(context, schema)] })],
  ['drop view', (_context, schema) => ({ ...schema, views: schema.views.slice(1) })],
  [
    'add link',
    onTable((context, table, schema) => ({
      ...table,
      links: [...table.links, ...listOf(anyLink(context, schema, table))],
    })),
  ],
  ['drop link', onTable((_context, table) => ({ ...table, links: table.links.slice(1) }))],
];
