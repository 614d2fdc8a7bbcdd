import type { Rows } from '../../adapters/adapter.ts';
import type { ColumnSchema, TableSchema } from '../../core/ast/schema.ts';
import * as catalog from './postgres-catalog.ts';
import { columnOf, settled } from './postgres-columns.ts';
import type { PostgresReading } from './postgres-columns.ts';
import { noteColumns, noteOptions } from './postgres-notes.ts';
import { checkOf, foreignKeyOf, indexOf } from './postgres-parts.ts';
import type { OwnTypes } from './postgres-types.ts';
import { byFirst, rowsOf, textOf, textsIn } from './source.ts';
import type { Found, IntrospectOptions, IntrospectedView, Note, Source } from './source.ts';

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
  const reading: PostgresReading = {
    schema,
    dialect: source.dialect,
    types,
    note: (table, text) => void notes.push({ table, text }),
  };
  const tables: TableSchema[] = [];
  const views: IntrospectedView[] = [];
  for (const row of relations) {
    const [relation, kind, comment, query] = row as [string, string, string | null, string | null];
    const found = (columns.get(relation) ?? []).map((column) => columnOf(reading, column));
    if (kind !== 'm' && kind !== 'f') noteOptions(reading, row);
    if (kind === 'v') views.push({ schema, name: relation, sql: withoutEnd(query ?? ''), columns: found });
    else if (kind === 'm') reading.note(relation, 'It is a materialized view, which no model can say.');
    else if (kind === 'f') reading.note(relation, 'It is a foreign table, which no model can say.');
    else {
      const own = [constraints.get(relation) ?? [], indexes.get(relation) ?? []] as const;
      const table = tableOf(reading, relation, comment, found, ...own);
      noteColumns(reading, table, columns.get(relation) ?? []);
      tables.push(table);
    }
  }
  return { tables, views, notes };
}

function withoutEnd(query: string): string {
  return query.trim().replace(/;$/, '');
}

function ownTypes(rows: Rows): OwnTypes {
  const known = rows as [string, string | null, string | null, string | null][];
  return {
    all: new Map(known.map(([name, , , extension]) => [name, extension ?? undefined])),
    enums: new Map(known.flatMap(([name, , labels]) => (labels === null ? [] : [[name, textsIn(labels)]]))),
    domains: new Map(known.flatMap(([name, base]) => (base === null ? [] : [[name, base]]))),
  };
}

function tableOf(
  reading: PostgresReading,
  name: string,
  comment: string | null,
  found: readonly ColumnSchema[],
  constraints: Rows,
  indexes: Rows,
): TableSchema {
  const keys = constraints.filter(([, , type]) => type === 'p');
  const primaryKey = keys.flatMap(([, , , columns]) => textsIn(textOf(columns)));
  for (const [, constraint, type] of constraints)
    if (type === 'x')
      reading.note(name, `The exclusion constraint '${textOf(constraint)}' is none that a model can say.`);
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
