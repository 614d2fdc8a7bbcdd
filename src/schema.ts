/** Schema: models to DDL. */
export { SchemaBuilder } from './schema/builder.ts';
export { SQLiteDialect } from './dialects/sqlite/sqlite.ts';
export { MariaDBDialect } from './dialects/mysql/mariadb.ts';
export { MySQLDialect } from './dialects/mysql/mysql.ts';
export { PostgresDialect } from './dialects/postgres/postgres.ts';
