import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Client } from 'pg';
import {
  CommitOutcomeUnknownError,
  ConnectionError,
  QueryTimeoutError,
  TransactionAbortedError,
} from '../../utils/errors.ts';
import type { BatchResult, BeginOptions, Rows, WriteResult } from '../adapter.ts';
import { isolationLevel } from '../isolation.ts';
import type { ReplicationConnection } from '../replication.ts';
import { stopStatements, Unanswered } from '../unanswered.ts';
import type { ArrayResult, MakeArrayQuery, Prepared } from './array-query.ts';
import { cancelRequest } from './cancel-request.ts';
import type { CancelTarget } from './cancel-request.ts';
import { wrapError } from './errors.ts';
import { namedKind, rawKind } from './types.ts';
import type { KindOf } from './types.ts';

/** Statements that are kept prepared on a connection. */
const MAX_STATEMENTS = 250;
const STREAM_ROWS = 1_000;

/** How a connection's statements are cancelled. */
export interface CancelTerms {
  /** Where its server process is asked to stop what it does. */
  readonly target: CancelTarget;
  /** Milliseconds in which that has to have an effect. */
  readonly limit: number;
}

/** What a connection may do, and leave with the server. */
export interface SessionTerms {
  /** Whether a statement may be sent before the one before it is answered. */
  readonly pipeline: boolean;
  /** Whether statements are kept prepared; not behind a pooler that lends a connection of the server per transaction. */
  readonly named: boolean;
  /** Settings that each transaction is to begin with, since none may be left behind. */
  readonly eachTransaction: readonly string[];
  /** Whether a pooler lends a session of the server for one transaction. */
  readonly perTransaction: boolean;
}

/** One connection to PostgreSQL, through `pg`: rows as arrays, statements prepared under a name by their text. */
export class PostgresConnection implements ReplicationConnection {
  readonly perTransaction: boolean;
  readonly #client: Client;
  readonly #named: boolean;
  readonly #pipeline: boolean;
  /** What follows BEGIN. */
  readonly #settings: string;
  /** Nobody else's statements have such names: behind a pooler one of them might be run by mistake. */
  readonly #prefix = `blaze_${randomBytes(5).toString('hex')}_`;
  readonly #makeQuery: MakeArrayQuery;
  readonly #cancelling: CancelTerms;
  readonly #unanswered = new Unanswered();
  /** What runs here is being cancelled: what would come next is not sent. */
  #stopping = false;
  /** By how they are read, and their text. */
  readonly #statements = new Map<KindOf, Map<string, Prepared>>([
    [rawKind, new Map()],
    [namedKind, new Map()],
  ]);
  #prepared = 0;
  #cursors = 0;
  #open = false;
  #broken = false;
  #uncertain = false;

  constructor(
    client: Client,
    makeQuery: MakeArrayQuery,
    { pipeline, named, eachTransaction, perTransaction }: SessionTerms,
    cancelling: CancelTerms,
  ) {
    this.perTransaction = perTransaction;
    this.#cancelling = cancelling;
    this.#client = client;
    this.#makeQuery = makeQuery;
    this.#named = named;
    this.#pipeline = pipeline;
    this.#settings = eachTransaction.map((setting) => `; SET LOCAL ${setting}`).join('');
    client.on('error', () => (this.#broken = true));
    client.on('end', () => (this.#broken = true));
  }

  get prepared(): number {
    return this.#prepared;
  }

  get broken(): boolean {
    return this.#broken;
  }

  get uncertain(): boolean {
    return this.#uncertain;
  }

  query(sql: string, parameters: readonly unknown[]): Promise<Rows> {
    return this.#run(sql, parameters).then(rowsOf);
  }

  async queryNamed(sql: string, parameters: readonly unknown[]): Promise<{ columns: readonly string[]; rows: Rows }> {
    const { shape, rows } = await this.#run(sql, parameters, namedKind);
    return { columns: shape?.columns ?? [], rows };
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<WriteResult> {
    return { changes: (await this.#run(sql, parameters)).changes, lastInsertId: 0 };
  }

  /** Sent one after the other without waiting for answers in between; the first error is the one that counts. */
  async executeMany(sql: string, batches: readonly (readonly unknown[])[]): Promise<BatchResult> {
    const settled = await Promise.allSettled(batches.map((parameters) => this.#run(sql, parameters)));
    const changes = settled.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value.changes;
    });
    return { changes, lastInsertIds: [] };
  }

  /** Through a cursor, which lives in a transaction: the one that is open, or one of its own. */
  async *iterate(sql: string, parameters: readonly unknown[]): AsyncGenerator<unknown[], undefined, undefined> {
    const own = !this.#open;
    const name = `blaze_cursor_${++this.#cursors}`;
    if (own) await this.begin({ readOnly: true });
    try {
      await this.#run(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`, parameters, rawKind, false);
      for (;;) {
        // A cancellation that came between two statements has met none.
        if (this.#stopping) throw new QueryTimeoutError('The statement was cancelled.', { sql });
        const { rows } = await this.#run(`FETCH ${STREAM_ROWS} FROM ${name}`, [], rawKind, false);
        yield* rows;
        if (rows.length < STREAM_ROWS) break;
      }
    } finally {
      if (own) await this.rollback();
      else if (!this.#broken) await this.#run(`CLOSE ${name}`, [], rawKind, false).catch(() => undefined);
    }
  }

  async script(sql: string): Promise<void> {
    await (this.#settings === '' ? this.#plain(sql) : this.#withSettings(() => this.#plain(sql)));
  }

  async begin({ readOnly = false, isolation }: BeginOptions): Promise<void> {
    const level = isolation === undefined ? undefined : isolationLevel(isolation, 'PostgreSQL');
    const mode = `${level === undefined ? '' : ` ISOLATION LEVEL ${level}`}${readOnly ? ' READ ONLY' : ''}`;
    await this.#plain(`BEGIN${mode}${this.#settings}`);
    this.#open = true;
  }

  /** @throws TransactionAbortedError if the server rolled back: it answers so, and calls it no error. */
  async commit(): Promise<void> {
    const command = await this.#commit();
    this.#open = false;
    if (command === 'ROLLBACK')
      throw new TransactionAbortedError('PostgreSQL rolled the transaction back: one of its statements had failed.', {
        remedy: 'Let the error of that statement end the transaction, or run the statement in a nested one.',
      });
  }

  async #commit(): Promise<string> {
    try {
      return await this.#plain('COMMIT');
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      throw new CommitOutcomeUnknownError(
        'The connection was lost during COMMIT: the transaction may be kept, or not.',
        {
          remedy: 'Look whether what it wrote is there before you run it again.',
          cause: error,
        },
      );
    }
  }

  async rollback(): Promise<void> {
    this.#open = false;
    if (!this.#broken) await this.#plain('ROLLBACK');
  }

  async savepoint(name: string): Promise<void> {
    await this.#plain(`SAVEPOINT ${name}`);
  }

  async releaseSavepoint(name: string): Promise<void> {
    await this.#plain(`RELEASE SAVEPOINT ${name}`);
  }

  async rollbackToSavepoint(name: string): Promise<void> {
    await this.#plain(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`);
  }

  reset(): Promise<void> | undefined {
    return this.#open ? this.rollback() : undefined;
  }

  end(): Promise<void> {
    return this.#client.end();
  }

  idle(): Promise<void> | undefined {
    return this.#unanswered.idle();
  }

  async cancel(): Promise<void> {
    this.#stopping = true;
    await stopStatements({
      unanswered: this.#unanswered,
      limit: this.#cancelling.limit,
      ask: (signal) => cancelRequest(this.#cancelling.target, signal),
      absorb: () => this.#absorb(),
      hangUp: () => {
        this.#broken = true;
        destroy(this.#client);
      },
    });
    this.#stopping = false;
  }

  /**
   * A server has signalled its process before it closes the request; a pooler may still have to pass it on. Inside a
   * transaction nothing is sent, because there it would be the transaction that is hit.
   */
  #absorb(): Promise<unknown> | undefined {
    if (this.#open || this.#broken) return undefined;
    return this.#plain('').catch((error: unknown) => {
      if (!(error instanceof QueryTimeoutError)) throw error;
    });
  }

  abandon(): void {
    destroy(this.#client);
  }

  async #run(
    sql: string,
    parameters: readonly unknown[],
    kindOf: KindOf = rawKind,
    named = this.#named,
  ): Promise<ArrayResult> {
    const statement = named ? this.#prepare(sql, kindOf) : { name: '', text: sql, shape: undefined };
    try {
      return await (this.#settings === ''
        ? this.#send(statement, parameters, kindOf)
        : this.#withSettings(() => this.#send(statement, parameters, kindOf)));
    } catch (error) {
      if (named && isStale(error)) {
        this.#forget(sql, kindOf);
        // Inside a transaction the error has aborted it; outside, the statement is prepared anew.
        if (!this.#open) return this.#run(sql, parameters, kindOf, named);
      }
      throw this.#failed(error, sql, parameters);
    }
  }

  /** Where settings hold for a transaction, a statement outside of one is a transaction of its own. */
  async #withSettings<T>(run: () => Promise<T>): Promise<T> {
    if (this.#open) return run();
    if (!this.#pipeline) return this.#inTransaction(run);
    const [begun, result, ended] = await Promise.allSettled([
      this.#plain(`BEGIN${this.#settings}`),
      run(),
      this.#commit(),
    ]);
    for (const part of [begun, result, ended]) if (part.status === 'rejected') throw part.reason;
    return (result as PromiseFulfilledResult<T>).value;
  }

  async #inTransaction<T>(run: () => Promise<T>): Promise<T> {
    await this.begin({});
    try {
      const result = await run();
      await this.commit();
      return result;
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  #send(prepared: Prepared, parameters: readonly unknown[], kindOf: KindOf): Promise<ArrayResult> {
    return new Promise((resolve, reject) => {
      this.#unanswered.sent();
      const query = this.#makeQuery(prepared, parameters, kindOf, (error, result) => {
        this.#unanswered.answered();
        if (error === null) resolve(result!);
        else reject(error);
      });
      this.#client.query(query);
    });
  }

  async #plain(sql: string): Promise<string> {
    this.#unanswered.sent();
    try {
      const result = (await this.#client.query(sql)) as { command: string } | { command: string }[];
      return Array.isArray(result) ? result.at(-1)!.command : result.command;
    } catch (error) {
      throw this.#failed(error, sql);
    } finally {
      this.#unanswered.answered();
    }
  }

  /** After an error of the connection it is of no more use, whatever its events still say. */
  #failed(error: unknown, sql: string, parameters?: readonly unknown[]): Error {
    const wrapped = wrapError(error, sql, parameters);
    if (!(wrapped instanceof ConnectionError)) return wrapped;
    this.#broken = true;
    // In a transaction that never came to its COMMIT nothing was kept.
    if (sql === 'COMMIT' || (!this.#open && !/^(?:BEGIN|ROLLBACK)/.test(sql))) this.#uncertain = true;
    return wrapped;
  }

  /** The statement as the server keeps it. The oldest goes when there are too many. */
  #prepare(sql: string, kindOf: KindOf): Prepared {
    const statements = this.#statements.get(kindOf)!;
    let prepared = statements.get(sql);
    if (prepared !== undefined) return prepared;
    prepared = { name: `${this.#prefix}${++this.#prepared}`, text: sql, shape: undefined };
    if (statements.size >= MAX_STATEMENTS) this.#forget(statements.keys().next().value!, kindOf);
    statements.set(sql, prepared);
    return prepared;
  }

  #forget(sql: string, kindOf: KindOf): void {
    const statements = this.#statements.get(kindOf)!;
    const prepared = statements.get(sql);
    statements.delete(sql);
    // In an aborted transaction it is refused, and stays on the server until the connection ends: it is never used again.
    if (prepared !== undefined) void this.#client.query(`DEALLOCATE ${prepared.name}`).catch(() => undefined);
  }
}

const rowsOf = ({ rows }: ArrayResult): Rows => rows;

/** Close a connection without a word to the server. */
export function destroy(client: Client): void {
  // Named cast: the driver's types leave it out.
  (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream.destroy();
}

/** The table was altered since the statement was prepared, and its columns are others. */
function isStale(error: unknown): boolean {
  const { code, routine } = (error ?? {}) as { code?: unknown; routine?: unknown };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
}
