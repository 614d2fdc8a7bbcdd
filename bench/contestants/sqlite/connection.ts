import { createRequire } from 'node:module';
import Database from 'better-sqlite3';

export type SqliteConnection = Database.Database;

const { version } = createRequire(import.meta.url)('better-sqlite3/package.json') as { version: string };

export const driverVersions: Readonly<Record<string, string>> = { 'better-sqlite3': version };

/** Opens `sqlite:FILE` with the settings that BlazeORM opens it with. */
export function openSqlite(url: string): SqliteConnection {
  const connection = new Database(url.slice('sqlite:'.length));
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = NORMAL');
  connection.pragma('foreign_keys = ON');
  return connection;
}
