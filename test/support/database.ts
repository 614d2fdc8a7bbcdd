import { expect, inject } from 'vitest';

import { Database } from 'blazeorm';
import type { DatabaseOptions } from 'blazeorm';

import { models } from './models.ts';
import type { DatabaseName } from './services.ts';
import { createTestDatabase, serverUrl } from './test-database.ts';
import type { SqlServerName, TestDatabase } from './test-database.ts';

/** The database of this run: each in the conformance cases, SQLite in all other tests. */
export const engine: DatabaseName = (inject('database') as DatabaseName | undefined) ?? 'sqlite';

/** What is the case on this database; where nothing is said of it, what is on SQLite. */
export function onEngine<T>(values: OnEngines<T>): T {
  const { sqlite, postgres = sqlite, mysql = sqlite, mariadb = mysql } = values;
  return { sqlite, postgres, postgres15: postgres, mysql, mariadb }[engine as SqlServerName | 'sqlite'];
}

/** MariaDB's is MySQL's unless it has its own. */
interface OnEngines<T> {
  readonly sqlite: T;
  readonly postgres?: T | undefined;
  readonly mysql?: T | undefined;
  readonly mariadb?: T | undefined;
}

const made: TestDatabase[] = [];

/** A fresh database, in memory or on the server of this run, with the tables of the given models or those of `models.ts`. */
export async function openTestDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const db = await Database.connect(await freshUrl(), { models, ...options });
  await db.createAll();
  return db;
}

/** The DSN of a fresh, empty database. */
export async function freshUrl(): Promise<string> {
  // Where the server is missing every case is skipped, and what they share may as well be in memory.
  if (engine === 'sqlite' || serverUrl(engine) === undefined) return 'sqlite::memory:';
  const database = await createTestDatabase(engine as SqlServerName);
  made.push(database);
  return database.url;
}

/** After the cases of a file. */
export async function dropTestDatabases(): Promise<void> {
  await Promise.all(made.splice(0).map((database) => database.drop()));
}

/** What every query set, values set and `sql` statement can do. */
interface Compilable {
  toSQL(): { readonly sql: string; readonly parameters: readonly unknown[] };
}

/** The whole SQL of a query on each database, and its parameters where they are given; another's only where they differ. */
export interface ExpectedSql {
  readonly sqlite: string;
  readonly postgres: string;
  readonly mysql: string;
  readonly mariadb?: string;
  readonly parameters?: readonly unknown[];
  readonly postgresParameters?: readonly unknown[];
  readonly mysqlParameters?: readonly unknown[];
}

/** Queries whose text was asserted in this file, to be run as well. */
export const shown: Compilable[] = [];

/** Assert the whole text of a query on the database of this run, and with `parameters` all of its values in order. */
export function expectSql(query: Compilable, expected: ExpectedSql): void {
  const { sql, parameters } = query.toSQL();
  shown.push(query);
  expect(sql).toBe(onEngine(expected));
  const wanted = onEngine({
    sqlite: expected.parameters,
    postgres: expected.postgresParameters ?? expected.parameters,
    mysql: expected.mysqlParameters ?? expected.parameters,
  });
  if (wanted !== undefined) expect(parameters).toEqual(wanted);
}

/** The error that a call throws or rejects with; fails if there is none. */
export async function errorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return error as Error;
  }
  return expect.fail('expected an error, and there was none');
}

/** The error of a call, or undefined. */
export async function errorFrom(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Assert that a call fails before anything is sent: class, code, and every part of the message. */
export async function expectRefused(
  db: Database,
  call: () => unknown,
  expected: { readonly type: abstract new (...args: never) => Error; readonly message: string; readonly code?: string },
): Promise<void> {
  const before = db.queryStats().statements;
  const error = await errorOf(call);
  expect(error).toBeInstanceOf(expected.type);
  expect(error.message).toBe(expected.message);
  if (expected.code !== undefined) expect(error).toHaveProperty('code', expected.code);
  expect(db.queryStats().statements).toBe(before);
}

/** What an error has to be, for `toThrow`: its class by name, and every detail given, the message as a whole. */
export function failure(
  type: abstract new (...args: never) => Error,
  details: { readonly message: string; readonly code?: string; readonly model?: string; readonly field?: string },
): Error {
  // An asymmetric matcher is typed as anything; `toThrow` takes an error.
  return expect.objectContaining({ name: type.name, ...details }) as Error;
}
