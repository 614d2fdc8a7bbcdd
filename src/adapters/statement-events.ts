import { channel } from 'node:diagnostics_channel';

/**
 * What a statement does: gives rows, changes them, is a script (changes of the schema), or begins, divides and ends a transaction.
 */
export type StatementKind = 'read' | 'write' | 'script' | 'control';

/** Which database a statement went to: one object for all of its statements. Nothing of it is secret. */
export interface StatementDatabase {
  /** Counted in this process. */
  readonly id: number;
  /** `sqlite`, `postgres`, `mysql` or `mariadb`. */
  readonly dialect: string;
  /** SQLite's file, or the name of a server's database. */
  readonly name: string | undefined;
  /** The first of several. */
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/** What a statement is about, where it was made of a query or a relation. */
export interface StatementSubject {
  /** The name of the model. */
  readonly model: string;
  readonly table: string;
  /** Whose relation is loaded, as `Post.comments`. */
  readonly relation: string | undefined;
}

/** What one statement was: given to whoever listens, after each. Values of parameters are not part of it. */
export interface StatementEvent {
  /** As it was sent. One text for all values: it names the kind of statement, but for comments of tags. */
  readonly sql: string;
  readonly kind: StatementKind;
  /** When it was sent, on the clock of `performance.now()`. */
  readonly startedAt: number;
  /** Of rows that come one by one: the time that was waited for them, without what was done with them meanwhile. */
  readonly durationMs: number;
  /** How often it ran: the number of parameter lists. */
  readonly runs: number;
  /** Rows that were read, or changed; `undefined` where there are none to count, or it failed. */
  readonly rows: number | undefined;
  readonly error: unknown;
  readonly database: StatementDatabase;
  /** Which session sent it, counted in this process. */
  readonly session: number | undefined;
  /** In which transaction, counted for each database; `undefined` too where it began before anybody listened. */
  readonly transaction: number | undefined;
  /** Given by `withCorrelationId()`. */
  readonly correlationId: string | undefined;
  /** What it is about, as far as that is known. Found out when it is asked for. */
  readonly subject: StatementSubject | undefined;
}

/** `diagnostics_channel` of the statements of all databases; nobody listening costs one check. */
export const statementChannel = channel('blazeorm:statement');
