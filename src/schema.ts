/** Schema: models to DDL. */
export { SchemaBuilder } from './schema/builder.ts';
export { SQLiteDialect } from './dialects/sqlite/sqlite.ts';
export { PostgresDialect } from './dialects/postgres/postgres.ts';
