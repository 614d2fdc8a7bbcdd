import type { Database } from './database.ts';
import { engineOf } from './persistence/database.ts';
import { introspect as read } from './schema/introspect/introspect.ts';
import type { IntrospectedSchema, IntrospectOptions } from './schema/introspect/source.ts';

/**
 * The schema of a live database, without the records of migrations: for `diffSchemas`, or for `inspect`, which writes models of it.
 *
 * @param options Where to look, which tables to read, and which to leave out.
 * @throws DatabaseError where the user may not read the catalog.
 * @example
 * ```ts
 * import { Database } from 'blazeorm';
 * import { inspect, introspect } from 'blazeorm/schema';
 * const db = await Database.connect('sqlite:app.db');
 * const { files, warnings } = inspect(await introspect(db));
 * ```
 */
export async function introspect(db: Database, options: IntrospectOptions = {}): Promise<IntrospectedSchema> {
  const engine = engineOf(db);
  const { executor } = engine;
  const { dialect } = engine.compiledIn(engine.options.schema);
  const connection = await executor.acquire({ mode: 'read', purpose: 'introspection' });
  try {
    return await read({ executor, connection, dialect }, options);
  } finally {
    executor.release(connection);
  }
}
