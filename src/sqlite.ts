/** SQLite: the adapter and its dialect. */
export { SQLiteAdapter } from './adapters/sqlite/sqlite.ts';
export { SQLiteDialect } from './dialects/sqlite/sqlite.ts';
