import type { Adapter } from '../index.ts';
import { vitest } from './runner.ts';

/** Whose SQL a database speaks. MariaDB's is MySQL's where it has no text of its own. */
export type SqlName = 'sqlite' | 'postgres' | 'mysql' | 'mariadb';

/** An empty database, made for some cases. */
export interface MadeDatabase {
  /** Its DSN. */
  readonly url: string;
  /** Drops it, after the cases, whoever is still connected. */
  drop?(): Promise<void> | void;
}

/** A database that the conformance cases run on. */
export interface ConformanceTarget {
  /** What it is called in titles. */
  readonly name: string;
  /** Whose SQL it speaks: the statements and values that cases compare with. */
  readonly dialect: SqlName;
  /** Makes an empty database. Many cases ask for one of their own. */
  createDatabase(): Promise<MadeDatabase> | MadeDatabase;
  /** A new adapter, for a database that has one of its own; otherwise the DSN decides. */
  readonly createAdapter?: () => Adapter;
  /**
   * What it refuses by name, though the dialect can do it: names as the end of a run lists them. A case about one of these asserts
   * that the refusal is an `UnsupportedError`.
   */
  readonly refuses?: readonly string[];
  /** `false` for a database with SQL of its own: results are compared, texts of statements are not. */
  readonly comparesSql?: boolean;
}

let current: ConformanceTarget = {
  name: 'sqlite',
  dialect: 'sqlite',
  createDatabase: () => ({ url: 'sqlite::memory:' }),
};
const made: MadeDatabase[] = [];

/** The database of the cases that run; in other tests SQLite in memory. */
export const target = (): ConformanceTarget => current;

/** From now on cases run on this database. Said before they are defined, once in a test file. */
export function useTarget(next: ConformanceTarget): void {
  current = next;
  const { afterAll, beforeEach } = vitest();
  beforeEach(({ task }) => {
    noted = task.meta.refused = [];
  });
  afterAll(dropTestDatabases);
}

/** An empty database of the target, dropped after the cases of the file. */
export async function makeDatabase(): Promise<MadeDatabase> {
  const database = await current.createDatabase();
  made.push(database);
  return database;
}

async function dropTestDatabases(): Promise<void> {
  await Promise.all(made.splice(0).map(async (database) => database.drop?.()));
}

declare module 'vitest' {
  interface TaskMeta {
    /** What the database of this case refuses, by name. */
    refused?: string[];
  }
}

let noted: string[] = [];

/** Note what the database of the case that runs refuses, for the end of the run. */
export function noteRefused(feature: string): void {
  if (!noted.includes(feature)) noted.push(feature);
}
