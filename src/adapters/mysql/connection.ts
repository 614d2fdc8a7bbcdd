import type { Readable } from 'node:stream';
import type {
  Connection as Client,
  ExecuteValues,
  FieldPacket,
  QueryOptions,
  QueryValues,
  ResultSetHeader,
} from 'mysql2';
import {
  CommitOutcomeUnknownError,
  ConnectionError,
  InvalidQueryError,
  QueryTimeoutError,
  TransactionAbortedError,
} from '../../utils/errors.ts';
import type { BatchResult, BeginOptions, Connection, Rows, WriteResult } from '../adapter.ts';
import type { Pooled } from '../pool.ts';
import { isolationLevel } from '../isolation.ts';
import { stopStatements, Unanswered } from '../unanswered.ts';
import { aborted, abortsTransaction, leavesOutcomeOpen, refusesToPrepare, stopped, wrapError } from './errors.ts';
import { refuseTooLarge } from './packet-limit.ts';
import { typedParameters } from './parameters.ts';
import type { Typed } from './parameters.ts';
import { KeptStatements } from './kept-statements.ts';
import { cutOff } from './kill.ts';
import { splitScript } from './script.ts';
import { readNamed } from './types.ts';
import { goAsText } from './values-as-text.ts';

/** Of the state that a server reports after each statement: a transaction is open. */
const IN_TRANSACTION = 1;
/** Of the same: backslashes in texts are characters like others, so the driver would escape values wrongly. */
const NO_BACKSLASH_ESCAPES = 512;

interface Result {
  readonly rows: Rows;
  readonly fields: readonly FieldPacket[];
  /** Of a statement that gives no rows. */
  readonly header: ResultSetHeader | undefined;
}

export interface MySQLConnectionOptions {
  /** Whether statements are prepared; not behind a proxy that lends a connection per transaction. */
  readonly prepare: boolean;
  /** How many the driver keeps. */
  readonly maxStatements: number;
  /** What brings the session into the state that the library relies on. */
  readonly settings: readonly string[];
  readonly keyStep: number;
  /** Bytes that one statement may have, with its values. */
  readonly maxPacket: number;
  readonly typed: Typed;
  /** Have the server stop what runs on this connection, over another one. */
  readonly kill: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds in which that has to have an effect. */
  readonly cancelLimit: number;
}

/** One connection to MySQL or MariaDB, through `mysql2`: rows as arrays, statements prepared. */
export class MySQLConnection implements Connection, Pooled {
  readonly keyStep: number;
  readonly maxBytes: number;
  readonly #client: Client;
  readonly #options: MySQLConnectionOptions;
  readonly #kept: KeptStatements;
  readonly #unanswered = new Unanswered();
  /** Rows are being sent, which are read one by one. */
  #streaming = false;
  /** What runs here is being cancelled: what would come next is not sent. */
  #stopping = false;
  #open = false;
  #broken = false;
  /** Why the open transaction is no more. */
  #aborted: Error | undefined;
  /** Whether the driver may write values into the text of a statement: it escapes them with backslashes. */
  #escapes = true;
  /** A script may have changed settings of the session. */
  #scripted = false;

  constructor(client: Client, options: MySQLConnectionOptions) {
    this.#client = client;
    this.#options = options;
    this.#kept = new KeptStatements(options.maxStatements);
    this.keyStep = options.keyStep;
    this.maxBytes = options.maxPacket;
    client.on('error', () => (this.#broken = true));
    client.on('end', () => (this.#broken = true));
  }

  get prepared(): number {
    return this.#kept.prepared;
  }

  get broken(): boolean {
    return this.#broken;
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<Rows> {
    return (await this.#run(sql, parameters)).rows;
  }

  async queryNamed(sql: string, parameters: readonly unknown[]): Promise<{ columns: readonly string[]; rows: Rows }> {
    const { rows, fields, header } = await this.#run(sql, parameters);
    if (header !== undefined) await this.#refuseTransactionByHand(header);
    return { columns: fields.map(({ name }) => name), rows: readNamed(rows, fields) };
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<WriteResult> {
    const { header } = await this.#run(sql, parameters, goAsText(parameters));
    return { changes: header?.affectedRows ?? 0, lastInsertId: keyOf(header) };
  }

  async executeMany(sql: string, batches: readonly (readonly unknown[])[]): Promise<BatchResult> {
    const changes: number[] = [];
    const lastInsertIds: (number | bigint)[] = [];
    for (const parameters of batches) {
      if (this.#stopping) throw stopped(sql);
      const { header } = await this.#run(sql, parameters);
      changes.push(header?.affectedRows ?? 0);
      lastInsertIds.push(keyOf(header));
    }
    return { changes, lastInsertIds };
  }

  /**
   * Rows as the server sends them, on a connection that does nothing else meanwhile; inside a transaction, where other
   * statements may come in between, all of them are read first.
   */
  async *iterate(sql: string, parameters: readonly unknown[]): AsyncGenerator<unknown[], undefined, undefined> {
    if (this.#open) {
      yield* await this.query(sql, parameters);
      return undefined;
    }
    const stream = this.#stream(sql, parameters);
    this.#streaming = true;
    let finished = false;
    try {
      for await (const row of stream) yield row as unknown[];
      finished = true;
    } catch (error) {
      finished = true;
      throw this.#failed(error, sql, parameters);
    } finally {
      this.#streaming = false;
      // The server sends the rest of the rows anyhow: it is faster to hang up than to read them.
      if (!finished) this.#hangUp();
    }
    return undefined;
  }

  #stream(sql: string, parameters: readonly unknown[]): Readable {
    const command =
      this.#options.prepare || !this.#escapes
        ? this.#client.execute(
            this.#optionsOf(this.#kept.textFor(sql, parameters)),
            this.#values(parameters) as ExecuteValues,
          )
        : this.#client.query(this.#optionsOf(sql), [...parameters]);
    return command.stream();
  }

  #hangUp(): void {
    this.#broken = true;
    this.#client.destroy();
  }

  async script(sql: string): Promise<void> {
    this.#scripted = true;
    for (const statement of splitScript(sql)) await this.#plain(statement);
  }

  async begin({ readOnly = false, isolation }: BeginOptions): Promise<void> {
    const level = isolation === undefined ? undefined : isolationLevel(isolation, 'The server');
    if (level !== undefined) await this.#plain(`SET TRANSACTION ISOLATION LEVEL ${level}`);
    await this.#plain(`START TRANSACTION${readOnly ? ' READ ONLY' : ''}`);
    this.#open = true;
  }

  /**
   * @throws TransactionAbortedError if an error before had ended the transaction; DeadlockError if a cluster rolled it
   * back because of one that another server had committed; CommitOutcomeUnknownError if nobody knows what became of it.
   */
  async commit(): Promise<void> {
    this.#refuseAborted();
    // Nothing is sent, so nothing is in doubt.
    if (this.#broken) throw this.#failed(undefined, 'COMMIT');
    try {
      await this.#plain('COMMIT');
    } catch (error) {
      if (!leavesOutcomeOpen(error as Error)) throw error;
      throw new CommitOutcomeUnknownError('COMMIT got no clear answer: the transaction may be kept, or not.', {
        remedy: 'Look whether what it wrote is there before you run it again.',
        cause: error,
      });
    }
    this.#open = false;
  }

  /** A server that cannot be told rolls back by itself when the connection ends. */
  async rollback(): Promise<void> {
    this.#open = false;
    this.#aborted = undefined;
    if (this.#broken) return;
    await this.#plain('ROLLBACK').catch((error: unknown) => {
      if (!(error instanceof ConnectionError)) throw error;
    });
  }

  async savepoint(name: string): Promise<void> {
    this.#refuseAborted();
    await this.#plain(`SAVEPOINT ${name}`);
  }

  async releaseSavepoint(name: string): Promise<void> {
    this.#refuseAborted();
    await this.#plain(`RELEASE SAVEPOINT ${name}`);
  }

  /** Of a transaction that has ended there is nothing left to take back: what comes next learns that it has. */
  async rollbackToSavepoint(name: string): Promise<void> {
    if (this.#aborted !== undefined) return;
    await this.#plain(`ROLLBACK TO SAVEPOINT ${name}`);
    await this.#plain(`RELEASE SAVEPOINT ${name}`);
  }

  reset(): Promise<void> | undefined {
    return this.#open || this.#scripted ? this.#restore() : undefined;
  }

  async #restore(): Promise<void> {
    if (this.#open) await this.rollback();
    for (const setting of this.#scripted ? this.#options.settings : []) await this.#plain(setting);
    this.#scripted = false;
  }

  async end(): Promise<void> {
    if (this.#broken) return this.#client.destroy();
    this.#broken = true;
    await new Promise<void>((resolve) => {
      this.#client.end(() => resolve());
    });
  }

  idle(): Promise<void> | undefined {
    return this.#unanswered.idle();
  }

  async cancel(): Promise<void> {
    if (this.#streaming) return this.#cancelStream();
    this.#stopping = true;
    await stopStatements({
      unanswered: this.#unanswered,
      limit: this.#options.cancelLimit,
      ask: this.#options.kill,
      absorb: () => this.#absorb(),
      hangUp: () => {
        this.#broken = true;
        cutOff(this.#client);
      },
    });
    this.#stopping = false;
    return undefined;
  }

  /** What is left of the rows would have to be read first: it is faster to hang up, as at any end of a stream. */
  async #cancelStream(): Promise<void> {
    await this.#options.kill(AbortSignal.timeout(this.#options.cancelLimit)).catch(() => undefined);
    this.#hangUp();
  }

  /** A KILL that comes when nothing runs hits the next statement: this one. */
  #absorb(): Promise<unknown> | undefined {
    if (this.#broken) return undefined;
    return this.#plain('DO 0').catch((error: unknown) => {
      if (!(error instanceof QueryTimeoutError)) throw error;
    });
  }

  async #run(sql: string, parameters: readonly unknown[], asText = false): Promise<Result> {
    this.#refuseAborted();
    const inText = this.#escapes && (asText || !this.#options.prepare);
    refuseTooLarge(sql, parameters, this.maxBytes, inText);
    try {
      if (inText) return await this.#send('query', sql, [...parameters]);
      return await this.#send('execute', this.#kept.textFor(sql, parameters), this.#values(parameters));
    } catch (error) {
      if (refusesToPrepare(error) && parameters.length === 0)
        return await this.#send('query', sql, []).catch((again: unknown) => this.#abandon(again, sql));
      return await this.#abandon(error, sql, parameters);
    }
  }

  /**
   * A deadlock has ended the transaction, and so has the loss of the connection; a lock that was waited for in vain has
   * ended its statement alone, so we do.
   */
  async #abandon(error: unknown, sql: string, parameters?: readonly unknown[]): Promise<never> {
    const failure = this.#failed(error, sql, parameters);
    if (this.#open && (this.#broken || abortsTransaction(error))) {
      this.#aborted = failure;
      if (!this.#broken) await this.#plain('ROLLBACK').catch(() => undefined);
    }
    throw failure;
  }

  #failed(error: unknown, sql: string, parameters?: readonly unknown[]): Error {
    const wrapped = wrapError(error, sql, parameters);
    if ((error as { fatal?: unknown } | undefined)?.fatal === true || wrapped instanceof ConnectionError)
      this.#broken = true;
    return wrapped;
  }

  #send(how: 'query' | 'execute', sql: string, values: readonly unknown[]): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#unanswered.sent();
      const done = (error: Error | null, given: unknown, fields?: FieldPacket[]): void => {
        this.#unanswered.answered();
        if (error !== null) reject(error);
        else if (Array.isArray(given)) resolve({ rows: given as Rows, fields: fields ?? [], header: undefined });
        else resolve({ rows: [], fields: [], header: this.#noted(given as ResultSetHeader) });
      };
      // Named casts: parameters are values of the codecs, which are all that the driver takes.
      if (how === 'execute') this.#client.execute(this.#optionsOf(sql), values as ExecuteValues, done);
      else this.#client.query(this.#optionsOf(sql), values as QueryValues, done);
    });
  }

  /** Every statement that changes a setting ends with such a header, so this is never out of date. */
  #noted(header: ResultSetHeader): ResultSetHeader {
    this.#escapes = (header.serverStatus & NO_BACKSLASH_ESCAPES) === 0;
    return header;
  }

  #optionsOf(sql: string): QueryOptions {
    return { sql, rowsAsArray: true };
  }

  #values(parameters: readonly unknown[]): readonly unknown[] {
    return typedParameters(parameters, this.#options.typed);
  }

  async #plain(sql: string): Promise<void> {
    try {
      await this.#send('query', sql, []);
    } catch (error) {
      throw this.#failed(error, sql);
    }
  }

  #refuseAborted(): void {
    if (this.#aborted !== undefined) throw aborted(this.#aborted);
  }

  /** `BEGIN` or `COMMIT` as raw SQL, and what commits by itself, as DDL does: the session would not know. */
  async #refuseTransactionByHand({ serverStatus }: ResultSetHeader): Promise<void> {
    const open = (serverStatus & IN_TRANSACTION) !== 0;
    if (this.#open && !open) {
      this.#open = false;
      throw new TransactionAbortedError('The transaction was ended by a statement of raw SQL.', {
        remedy: 'Return from the function of the transaction to commit it, or throw to roll it back.',
      });
    }
    if (this.#open || !open) return;
    await this.rollback();
    throw new InvalidQueryError('A transaction was begun by a statement of raw SQL.', {
      remedy: 'Use session.transaction().',
    });
  }
}

/** Beyond 53 bits the driver gives it as text. */
function keyOf(header: ResultSetHeader | undefined): number | bigint {
  const id: number | string = header?.insertId ?? 0;
  return typeof id === 'string' ? BigInt(id) : id;
}
