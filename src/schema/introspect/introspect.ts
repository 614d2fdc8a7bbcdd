import type { DialectId } from '../../dialects/dialect.ts';
import { readMysql } from './mysql.ts';
import { readPostgres } from './postgres.ts';
import type { Found, IntrospectOptions, IntrospectedSchema, Source } from './source.ts';
import { readSqlite } from './sqlite.ts';

const READERS: Readonly<Record<DialectId, (source: Source, options: IntrospectOptions) => Promise<Found>>> = {
  sqlite: readSqlite,
  postgres: readPostgres,
  mysql: readMysql,
  mariadb: readMysql,
};

/**
 * The schema of a live database, by a few queries on its catalog. Tables, views and what they have come sorted by name, columns
 * in their order. Types are those whose codecs read and write such columns; what a `Schema` cannot say is in `notes`.
 *
 * @param source A connection that the caller acquired, and gives back afterwards.
 * @throws DatabaseError where the user may not read the catalog.
 * @example
 * ```ts ignore
 * const connection = await executor.acquire({ mode: 'read', purpose: 'introspection' });
 * const schema = await introspect({ executor, connection, dialect }, { except: ['blaze_migrations'] });
 * ```
 */
export async function introspect(source: Source, options: IntrospectOptions = {}): Promise<IntrospectedSchema> {
  const found = await READERS[source.dialect.id](source, options);
  const { tables: wanted, except = [] } = options;
  const isMeant = (name: string): boolean => (wanted?.includes(name) ?? true) && !except.includes(name);
  return Object.freeze({
    tables: sorted(found.tables)
      .filter(({ name }) => isMeant(name))
      .map((table) => ({
        ...table,
        foreignKeys: sorted(table.foreignKeys),
        indexes: sorted(table.indexes),
        checks: sorted(table.checks),
      })),
    views: sorted(found.views).filter(({ name }) => isMeant(name)),
    notes: found.notes.filter(({ table }) => isMeant(table)),
  });
}

/** By name, the same on every machine. */
function sorted<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
