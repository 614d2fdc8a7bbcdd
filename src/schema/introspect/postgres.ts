import type { Rows } from '../../adapters/adapter.ts';
import type {
  CheckSchema,
  ColumnSchema,
  ForeignKeySchema,
  IndexPart,
  IndexSchema,
  TableSchema,
} from '../../core/ast/schema.ts';
import type { ReferentialAction } from '../../core/metadata.ts';
import { defaultOf, rawExpression } from './parts.ts';
import * as catalog from './postgres-catalog.ts';
import { postgresType } from './postgres-types.ts';
import type { OwnTypes } from './postgres-types.ts';
import { byFirst, rowsOf } from './source.ts';
import type { Found, IntrospectOptions, IntrospectedView, Note, Source } from './source.ts';
import { unwrapped } from './tokens.ts';

/** What is known while the tables of one schema are read. */
interface Reading {
  /** The schema, where the options name one. */
  readonly schema: string | undefined;
  readonly types: OwnTypes;
  note(table: string, text: string): void;
}

/** Reads a schema of PostgreSQL, by six queries on its catalog (https://www.postgresql.org/docs/current/catalogs.html). */
export async function readPostgres(source: Source, options: IntrospectOptions): Promise<Found> {
  const { schema } = options;
  const ask = (sql: string): Promise<Rows> => rowsOf(source, sql, [schema ?? source.dialect.schema ?? null]);
  const relations = await ask(catalog.RELATIONS);
  const columns = byFirst(await ask(catalog.COLUMNS));
  const constraints = byFirst(await ask(catalog.CONSTRAINTS));
  const indexes = byFirst(await ask(catalog.INDEXES));
  const types = ownTypes(await rowsOf(source, catalog.TYPES));
  const notes: Note[] = [];
  const reading: Reading = { schema, types, note: (table, text) => void notes.push({ table, text }) };
  const tables: TableSchema[] = [];
  const views: IntrospectedView[] = [];
  for (const [relation, kind, comment, query] of relations as [string, string, string | null, string | null][]) {
    const found = (columns.get(relation) ?? []).map((row) => columnOf(reading, row));
    if (kind === 'v') views.push({ schema, name: relation, sql: withoutEnd(query ?? ''), columns: found });
    else if (kind === 'm') reading.note(relation, 'It is a materialized view, which no model can say.');
    else if (kind === 'f') reading.note(relation, 'It is a foreign table, which no model can say.');
    else
      tables.push(
        tableOf(reading, relation, comment, found, constraints.get(relation) ?? [], indexes.get(relation) ?? []),
      );
  }
  return { tables, views, notes };
}

function withoutEnd(query: string): string {
  return query.trim().replace(/;$/, '');
}

function ownTypes(rows: Rows): OwnTypes {
  const known = rows as [string, string | null, string | null][];
  return {
    enums: new Map(known.flatMap(([name, , labels]) => (labels === null ? [] : [[name, textsIn(labels)]]))),
    domains: new Map(known.flatMap(([name, base]) => (base === null ? [] : [[name, base]]))),
  };
}

function textsIn(json: string): string[] {
  return JSON.parse(json) as string[];
}

function tableOf(
  reading: Reading,
  name: string,
  comment: string | null,
  found: readonly ColumnSchema[],
  constraints: Rows,
  indexes: Rows,
): TableSchema {
  const keys = constraints.filter(([, , type]) => type === 'p');
  const primaryKey = keys.flatMap(([, , , columns]) => textsIn(String(columns)));
  for (const [, constraint, type] of constraints)
    if (type === 'x')
      reading.note(name, `The exclusion constraint '${String(constraint)}' is none that a model can say.`);
  return {
    schema: reading.schema,
    name,
    columns: found.map((column) => settled(reading, name, column, primaryKey)),
    primaryKey,
    foreignKeys: constraints.filter(([, , type]) => type === 'f').map((row) => foreignKeyOf(reading, row)),
    indexes: indexes.flatMap((row) => indexOf(reading, name, row)),
    checks: constraints.filter(([, , type]) => type === 'c').map(checkOf),
    comment: comment ?? undefined,
  };
}

const SEQUENCE = /^nextval\('(?:[^']|'')*'::regclass\)$/;

/** A key that counts up by a sequence, as `serial` does, is one that counts up. */
function settled({ note }: Reading, table: string, column: ColumnSchema, primaryKey: readonly string[]): ColumnSchema {
  const isKey = primaryKey.length === 1 && primaryKey[0] === column.name;
  const counts = column.identity || (typeof column.default === 'string' && SEQUENCE.test(column.default));
  if (!counts) return column;
  if (!isKey) {
    if (column.identity)
      note(table, `The column '${column.name}' counts up and is not the key, which no model can say.`);
    return { ...column, identity: false };
  }
  const type = column.type.kind === 'bigint' ? column.type : ({ kind: 'int' } as const);
  return { ...column, type, identity: true, default: undefined };
}

function columnOf(reading: Reading, row: Rows[number]): ColumnSchema {
  const [table, name, typeName, notNull, identity, computed, expression, comment, collation] = row as [
    ...[string, string, string, boolean, string, string, string | null, string | null, string | null],
  ];
  const type = postgresType(typeName, reading.types);
  if (collation !== null)
    reading.note(table, `The column '${name}' has the collation '${collation}', which no model can say.`);
  const base = reading.types.domains.get(typeName);
  if (base !== undefined) reading.note(table, `The column '${name}' is of the domain ${typeName}, read as ${base}.`);
  return {
    name,
    type,
    nullable: !notNull,
    identity: identity !== '',
    default: expression === null || computed !== '' ? undefined : defaultOf(plainLiteral(expression, typeName), type),
    generated:
      expression === null || computed === '' ? undefined : { sql: unwrapped(expression), stored: computed === 's' },
    comment: comment ?? undefined,
  };
}

const CAST = /^('(?:[^']|'')*')::(.+)$/;

/** `'draft'::text` as `'draft'`, and `'-1'::integer` as `-1`: the server adds the type of the column. */
function plainLiteral(expression: string, typeName: string): string {
  const bare = unwrapped(expression);
  const [, literal, cast] = CAST.exec(bare) ?? [];
  if (literal === undefined || cast === undefined) return bare;
  const sizeless = typeName.replace(/\(\d+(?:,\d+)?\)/, '');
  if (cast !== typeName && cast !== sizeless) return bare;
  return /^'-?\d+(?:\.\d+)?'$/.test(literal) && NUMERIC.has(sizeless) ? literal.slice(1, -1) : literal;
}

const NUMERIC = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']);

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  c: 'cascade',
  r: 'restrict',
  n: 'set null',
  d: 'set default',
};

function foreignKeyOf(reading: Reading, row: Rows[number]): ForeignKeySchema {
  const [table, name, , columns, , schema, target, targets, onDelete, onUpdate, deferrable] = row as [
    ...[string, string, string, string, string | null, string | null, string, string, string, string, boolean],
  ];
  if (deferrable) reading.note(table, `The foreign key '${name}' may be checked at the end, which no model can say.`);
  return {
    name,
    columns: textsIn(columns),
    // Where the connection looks, a target has no schema, as its own model has none.
    table: { schema: schema ?? reading.schema, name: target },
    targets: textsIn(targets),
    onDelete: ACTIONS[onDelete] ?? 'no action',
    onUpdate: ACTIONS[onUpdate] ?? 'no action',
  };
}

function checkOf([, name, , , condition]: Rows[number]): CheckSchema {
  return { name: String(name), condition: rawExpression(unwrapped(String(condition))) };
}

interface PartOfIndex {
  readonly column: string | null;
  readonly sql: string;
  readonly options: number;
  readonly plain: boolean;
}

const WORDS = /^to_tsvector\('(\w+)'::regconfig, (.+)\)$/;

function indexOf(reading: Reading, table: string, row: Rows[number]): IndexSchema[] {
  const [, name, unique, method, condition, json, odd] = row as [
    ...[string, string, boolean, string, string | null, string, string | null],
  ];
  const found = JSON.parse(json) as readonly PartOfIndex[];
  const words = method === 'gin' && found.length === 1 ? WORDS.exec(found[0]!.sql) : null;
  if (words !== null && condition === null) {
    const column = columnIn(words[2]!);
    return [{ name, parts: [{ column, descending: false }], unique, fullText: words[1]!, where: undefined }];
  }
  // NULLs come last where values go up, and first where they go down: other orders are no model's.
  const usual = found.every(({ options, plain }) => plain && (options === 0 || options === 3));
  if (method !== 'btree' || odd !== null || !usual) {
    reading.note(table, `The index '${name}' is of a kind that no model can say${odd === null ? '' : ` (${odd})`}.`);
    return [];
  }
  const where = condition === null ? undefined : rawExpression(unwrapped(condition));
  return [{ name, parts: found.map(partOf), unique, fullText: undefined, where }];
}

function partOf({ column, sql, options }: PartOfIndex): IndexPart {
  const descending = options === 3;
  return column === null ? { expression: rawExpression(unwrapped(sql)), descending } : { column, descending };
}

/** The column in `(title)::text` or `"Title"`. */
function columnIn(sql: string): string {
  const bare = unwrapped(sql.replace(/::(?:text|character varying)$/, ''));
  return bare.startsWith('"') ? bare.slice(1, -1).replaceAll('""', '"') : bare;
}
