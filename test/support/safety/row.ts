/** The table of docs/migration-safety.md as data: what is looked for, and how each row of it is shown to hold. */
import type { Operation } from 'blazeorm/schema';

import type { Work } from '../traffic.ts';

/** Databases that many write to at once. */
export type Shared = 'postgres' | 'mysql' | 'mariadb';

export interface Row {
  /** The operation, as the table of the docs calls it. */
  readonly operation: string;
  /** Names of the rules that find it. */
  readonly rules: readonly string[];
  /** What the table says of each database. */
  readonly says: Readonly<Record<Shared, string>>;
  /** At least one: a row that nobody tries does not compile. */
  readonly cases: readonly [Case, ...Case[]];
}

export interface Case {
  readonly title: string;
  /** The databases on which it is something; all, by default. */
  readonly on?: readonly Shared[];
  /** What is there besides the usual tables. */
  readonly given?: readonly Operation[];
  readonly operations: readonly Operation[] | Readonly<Record<Shared | 'sqlite', readonly Operation[]>>;
  /**
   * How it ends: `applied`, in its stages, while others write; `refused` before anything is sent; `failed` on the rows that are
   * there, which stay as they are.
   */
  readonly ends?: 'applied' | 'refused' | 'failed';
  /** Code that uses the tables as they are before. */
  readonly code?: Work;
  /** Code after each deployment that the stages ask for; the last of it goes on. */
  readonly deployed?: readonly Work[] | Readonly<Record<Shared, readonly Work[]>>;
  /** Whether the way back leads to the same tables, with their rows. */
  readonly returns?: true;
}

/** The operations of a case on a database. */
export function operationsOf({ operations }: Case, engine: Shared | 'sqlite'): readonly Operation[] {
  return Array.isArray(operations)
    ? (operations as readonly Operation[])
    : (operations as Readonly<Record<string, readonly Operation[]>>)[engine]!;
}

/** Code that is deployed in a case, in its order. */
export function deploymentsOf({ deployed = [] }: Case, engine: string): Work[] {
  // Named casts: what is no list is one for each database.
  const own = Array.isArray(deployed) ? deployed : (deployed as Readonly<Record<string, readonly Work[]>>)[engine]!;
  return [...(own as readonly Work[])];
}

/** Whether a case is something on a database. */
export function isOn({ on }: Case, engine: string): boolean {
  return on === undefined || (on as readonly string[]).includes(engine);
}
