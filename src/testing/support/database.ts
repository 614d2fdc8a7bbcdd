import { expect } from 'vitest';

import { Database, UnsupportedError } from '../../index.ts';
import type { DatabaseOptions } from '../../index.ts';
import { makeDatabase, noteRefused, target } from '../target.ts';
import type { SqlName } from '../target.ts';
import { models } from './models.ts';

/** Whose SQL this database speaks. */
export const engine: SqlName = target().dialect;

/** What is the case on this database; where nothing is said of it, what is on SQLite. */
export function onEngine<T>(values: OnEngines<T>): T {
  const { sqlite, postgres = sqlite, mysql = sqlite, mariadb = mysql } = values;
  return { sqlite, postgres, mysql, mariadb }[target().dialect];
}

/** MariaDB's is MySQL's unless it has its own. */
interface OnEngines<T> {
  readonly sqlite: T;
  readonly postgres?: T | undefined;
  readonly mysql?: T | undefined;
  readonly mariadb?: T | undefined;
}

/** A fresh database, in memory or on the server of this run, with the tables of the given models or those of `models.ts`. */
export async function openTestDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const { createAdapter } = target();
  const db = await Database.connect(await freshUrl(), {
    models,
    ...(createAdapter && { adapter: createAdapter() }),
    ...options,
  });
  await db.createAll();
  return db;
}

/** The DSN of a fresh, empty database. */
export async function freshUrl(): Promise<string> {
  return (await makeDatabase()).url;
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
  if (target().comparesSql === false) return;
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
    return noteRefusal(error as Error);
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

/** Note what an error says that the database refuses, if it is about that. */
export function noteRefusal(error: Error): Error {
  if (error instanceof UnsupportedError) noteRefused(error.feature ?? error.message);
  return error;
}

/** How a database refuses: what the error is, as for `toMatchObject`. */
export type Refusal = Readonly<Record<string, unknown>>;

/**
 * Whether the database of this run has a feature. Where it has not, the call has to be refused as is said, by an `UnsupportedError`
 * unless a code says otherwise; the end of the run lists the feature by name.
 *
 * @example
 * ```ts ignore
 * if (!(await supports('isolation levels', call, { sqlite: { message: 'SQLite has one isolation level.' } }))) return;
 * expect(await call()).toEqual([1, 2]);
 * ```
 */
export async function supports(
  feature: string,
  call: () => unknown,
  refusals: Readonly<Partial<Record<SqlName, Refusal>>>,
): Promise<boolean> {
  const { dialect, refuses = [] } = target();
  const refusal = refusals[dialect] ?? (dialect === 'mariadb' ? refusals.mysql : undefined);
  if (refusal === undefined && !refuses.includes(feature)) return true;
  noteRefused(feature);
  const error = await errorFrom(call);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code: 'E_UNSUPPORTED', ...refusal });
  return false;
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
