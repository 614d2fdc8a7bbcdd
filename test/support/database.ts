import { expect } from 'vitest';

import { Database } from 'blazeorm';
import type { DatabaseOptions } from 'blazeorm';

import { models } from './models.ts';

/** A fresh SQLite database in memory with the tables of the given models, by default those of `models.ts`. */
export async function openTestDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const db = await Database.connect('sqlite::memory:', { models, ...options });
  await db.createAll();
  return db;
}

/** What every query set, values set and `sql` statement can do. */
interface Compilable {
  toSQL(): { readonly sql: string; readonly parameters: readonly unknown[] };
}

/** The whole SQL of a query on each database, and its parameters where they are given. */
export interface ExpectedSql {
  readonly sqlite: string;
  readonly parameters?: readonly unknown[];
}

/** Assert the whole text of a query, and with `parameters` all of its values in order. */
export function expectSql(query: Compilable, expected: ExpectedSql): void {
  const { sql, parameters } = query.toSQL();
  expect(sql).toBe(expected.sqlite);
  if (expected.parameters !== undefined) expect(parameters).toEqual(expected.parameters);
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
