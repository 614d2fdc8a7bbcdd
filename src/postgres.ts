/** PostgreSQL: the adapter and its dialect. */
export { PostgresAdapter } from './adapters/postgres/postgres.ts';
export { PostgresDialect } from './dialects/postgres/postgres.ts';
