import type { Schema, TableName } from '../../core/ast/schema.ts';
import type { RunFunction } from '../operations/operation.ts';
import type { Rebuild } from '../rebuild.ts';

/** One thing that is done at once, and recorded. */
export type Step = SqlStep | LookStep | RebuildStep | RunStep;

/**
 * What to do about a step of which nobody knows whether it was done, because the process died meanwhile: see whether what it
 * makes is there, do it again because that does no harm, or ask.
 */
export type Resume = 'look' | 'again' | 'ask';

interface StepBase {
  /** The operation that it is part of, counted from 0. */
  readonly operation: number;
  /** Not inside of a transaction. */
  readonly outside: boolean;
}

export interface SqlStep extends StepBase {
  readonly kind: 'sql';
  readonly sql: string;
  /** Whether the application wrote it, so that nobody else knows what it does. */
  readonly own: boolean;
  readonly resume: Resume;
  /** What it makes, or takes away, to look for. */
  readonly effect: Effect | undefined;
}

/** Rows that may keep the step that comes next from being done as it is meant. */
export interface LookStep extends StepBase {
  readonly kind: 'look';
  /** A query of the number of values that do not fit. */
  readonly sql: string;
  readonly column: { readonly table: TableName; readonly name: string; readonly type: string };
}

/** SQLite: the table is made anew, and its rows are copied. */
export interface RebuildStep extends StepBase {
  readonly kind: 'rebuild';
  readonly rebuild: Rebuild;
}

export interface RunStep extends StepBase {
  readonly kind: 'run';
  readonly run: RunFunction;
  /** The schema at this point, whose tables the code gets as models. */
  readonly schema: Schema;
}

/** Something that is there, or is not there any more, once a statement has been done. */
export interface Effect {
  readonly what: 'table' | 'view' | 'column' | 'index' | 'primaryKey' | 'foreignKey' | 'check';
  readonly table: TableName;
  /** Of a column, an index, a constraint. */
  readonly name: string | undefined;
  readonly exists: boolean;
}

export function made(what: Effect['what'], table: TableName, name?: string): Effect {
  return { what, table: { schema: table.schema, name: table.name }, name, exists: true };
}

export function gone(what: Effect['what'], table: TableName, name?: string): Effect {
  return { what, table: { schema: table.schema, name: table.name }, name, exists: false };
}
