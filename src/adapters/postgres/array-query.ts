import type { Query } from 'pg';
import { textOf } from '../../dialects/postgres/codecs.ts';
import type { Rows } from '../adapter.ts';
import { runMessage } from './messages.ts';
import type { WireValue } from './message-writer.ts';
import type { Statement } from './messages.ts';
import { rowReader } from './row-reader.ts';
import type { RowReader } from './row-reader.ts';
import type { KindOf } from './types.ts';
import type { RowBatch } from './wire.ts';

/** What the columns of a statement's result are, known from its first run. */
export interface ResultShape {
  readonly columns: readonly string[];
  readonly read: RowReader;
}

/** A statement as it is sent: its text, and the name under which the server keeps it, '' where it does not. */
export interface Prepared extends Statement {
  shape: ResultShape | undefined;
}

/** What a statement gave. */
export interface ArrayResult {
  readonly rows: Rows;
  readonly changes: number;
  readonly shape: ResultShape | undefined;
}

/** The part of `pg`'s connection that a query writes to. */
interface Wire {
  readonly parsedStatements: Record<string, string | undefined>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
  readonly stream: { readonly writable: boolean; write(bytes: Buffer): boolean };
}

interface ServerField {
  readonly name: string;
  readonly dataTypeID: number;
}

type Callback = (error: Error | null, result?: ArrayResult) => void;

/** Makes a query of the extended protocol. */
export type MakeArrayQuery = (
  prepared: Prepared,
  parameters: readonly unknown[],
  kindOf: KindOf,
  callback: Callback,
) => Query;

/**
 * Queries that read rows as arrays and nothing else: `pg`'s own build an object for the result, look up a parser for each
 * column, ask the server to describe the result, and write four messages one by one, every time. Here all that is done at
 * a statement's first run. The server cannot change the result of a prepared statement: it refuses to run one whose table
 * was altered so.
 *
 * The base class is `pg`'s, which takes no other in a pipeline.
 */
export function arrayQueries(BaseQuery: new (text: string) => object): MakeArrayQuery {
  class ArrayQuery extends BaseQuery {
    declare name: string;
    declare callback: Callback;
    readonly #prepared: Prepared;
    readonly #parameters: readonly unknown[];
    readonly #kindOf: KindOf;
    readonly #rows: Rows = [];
    #shape: ResultShape | undefined;
    #changes = 0;
    #failure: unknown;

    constructor(prepared: Prepared, parameters: readonly unknown[], kindOf: KindOf, callback: Callback) {
      super(prepared.text);
      this.name = prepared.name;
      this.callback = callback;
      this.#prepared = prepared;
      this.#parameters = parameters;
      this.#kindOf = kindOf;
      this.#shape = prepared.shape;
    }

    /** Gives an error instead of throwing it: then nothing was sent. */
    submit(wire: Wire): Error | null {
      const { name, text } = this.#prepared;
      const parse = name === '' || (wire.parsedStatements[name] ?? wire.submittedNamedStatements[name]) === undefined;
      let message: Buffer;
      try {
        message = runMessage(this.#prepared, this.#parameters.map(toWire), {
          parse,
          describe: this.#shape === undefined,
        });
      } catch (error) {
        return error as Error;
      }
      if (parse && name !== '') wire.submittedNamedStatements[name] = text;
      if (wire.stream.writable) wire.stream.write(message);
      return null;
    }

    handleRowDescription({ fields }: { readonly fields: readonly ServerField[] }): void {
      this.#shape = {
        columns: fields.map(({ name }) => name),
        read: rowReader(fields.map(({ dataTypeID }) => this.#kindOf(dataTypeID))),
      };
      if (this.#prepared.name !== '') this.#prepared.shape = this.#shape;
    }

    handleDataRow(batch: RowBatch): void {
      if (this.#failure !== undefined) return;
      try {
        this.#shape!.read(batch, this.#rows);
      } catch (error) {
        this.#failure = error;
      }
    }

    /** `INSERT 0 5`, `UPDATE 5`, `SELECT 5`: the last word. */
    handleCommandComplete({ text }: { readonly text: string }): void {
      this.#changes = Number(text.slice(text.lastIndexOf(' ') + 1)) || 0;
    }

    handleError(error: Error): void {
      this.callback((this.#failure as Error | undefined) ?? error);
    }

    handleReadyForQuery(): void {
      if (this.#failure !== undefined) this.callback(this.#failure as Error);
      else this.callback(null, { rows: this.#rows, changes: this.#changes, shape: this.#shape });
    }
  }
  // Named cast: what the driver asks of a query is more than its types say, and less.
  return (...given) => new ArrayQuery(...given) as unknown as Query;
}

/** A driver value as the protocol sends it. */
function toWire(value: unknown): WireValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || Buffer.isBuffer(value) || Array.isArray(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  return value instanceof Date ? value.toISOString() : textOf(value);
}
