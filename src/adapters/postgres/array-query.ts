import type { Query } from 'pg';
import { formatArray } from '../../dialects/postgres/arrays.ts';
import { textOf } from '../../dialects/postgres/codecs.ts';
import type { Rows } from '../adapter.ts';
import type { ParserOf, Parser } from './types.ts';

/** What the columns of a statement's result are, known from its first run. */
export interface ResultShape {
  readonly columns: readonly string[];
  readonly parsers: readonly (Parser | undefined)[];
}

/** A statement as it is sent: its text, and the name under which the server keeps it, '' where it does not. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
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
  parse(message: { readonly name: string; readonly text: string }): void;
  bind(message: {
    readonly portal: string;
    readonly statement: string;
    readonly values: readonly unknown[];
    readonly valueMapper: (value: unknown) => unknown;
  }): void;
  describe(message: { readonly type: 'P'; readonly name: string }): void;
  execute(message: { readonly portal: string }): void;
  sync(): void;
  close(message: { readonly type: 'S'; readonly name: string }): void;
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
  parserOf: ParserOf,
  callback: Callback,
) => Query;

/**
 * Queries that read rows as arrays and nothing else: `pg`'s own build an object for the result, look up a parser for each
 * column and ask the server to describe the result, every time. Here all that is done at a statement's first run. The
 * server cannot change the result of a prepared statement: it refuses to run one whose table was altered so.
 *
 * The base class is `pg`'s, which takes no other in a pipeline.
 */
export function arrayQueries(BaseQuery: new (text: string) => Query): MakeArrayQuery {
  class ArrayQuery extends BaseQuery {
    declare readonly name: string;
    declare readonly text: string;
    declare readonly callback: Callback;
    readonly #prepared: Prepared;
    readonly #parameters: readonly unknown[];
    readonly #parserOf: ParserOf;
    readonly #rows: Rows = [];
    #shape: ResultShape | undefined;
    #changes = 0;
    #failure: unknown;

    constructor(prepared: Prepared, parameters: readonly unknown[], parserOf: ParserOf, callback: Callback) {
      super(prepared.text);
      Object.assign(this, { name: prepared.name, callback });
      this.#prepared = prepared;
      this.#parameters = parameters;
      this.#parserOf = parserOf;
      this.#shape = prepared.shape;
    }

    requiresPreparation(): boolean {
      return true;
    }

    prepare(wire: Wire): void {
      const { name, text } = this.#prepared;
      if (name === '' || (wire.parsedStatements[name] ?? wire.submittedNamedStatements[name]) === undefined) {
        wire.parse({ name, text });
        if (name !== '') wire.submittedNamedStatements[name] = text;
      }
      try {
        wire.bind({ portal: '', statement: name, values: this.#parameters, valueMapper: toWire });
      } catch (error) {
        if (name !== '') wire.close({ type: 'S', name });
        wire.sync();
        this.#failure = error;
        return;
      }
      if (this.#shape === undefined) wire.describe({ type: 'P', name: '' });
      wire.execute({ portal: '' });
      wire.sync();
    }

    handleRowDescription({ fields }: { readonly fields: readonly ServerField[] }): void {
      this.#shape = {
        columns: fields.map(({ name }) => name),
        parsers: fields.map(({ dataTypeID }) => this.#parserOf(dataTypeID)),
      };
      if (this.#prepared.name !== '') this.#prepared.shape = this.#shape;
    }

    handleDataRow({ fields }: { readonly fields: unknown[] }): void {
      const { parsers } = this.#shape!;
      try {
        for (let i = 0; i < fields.length; i++) {
          const parse = parsers[i];
          if (parse !== undefined && fields[i] !== null) fields[i] = parse(fields[i] as string);
        }
        this.#rows.push(fields);
      } catch (error) {
        this.#failure ??= error;
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
  return (prepared, parameters, parserOf, callback) => new ArrayQuery(prepared, parameters, parserOf, callback);
}

/** A driver value as the protocol sends it: text, bytes, or null; a list as the text of an array. */
function toWire(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return formatArray(value.map((item) => (item === null ? null : textOf(item))));
  if (value instanceof Uint8Array) return Buffer.from(value);
  return value instanceof Date ? value.toISOString() : String(value as number | bigint | boolean);
}
