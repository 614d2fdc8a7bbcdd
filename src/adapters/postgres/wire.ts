import { EventEmitter } from 'node:events';
import type { Connection } from 'pg';
import { UnsupportedError } from '../../utils/errors.ts';

/** A message begins with one byte for its kind and four for its length, which counts itself and not the first byte. */
const HEADER = 5;
/** `D`: the values of one row. */
export const DATA_ROW = 68;
/** `2`: the values were taken. It has nothing in it, and nobody waits for it. */
const BIND_COMPLETE = 50;
/** In a row: how many values follow, in two bytes; then each with its length in four, -1 for NULL. */
const VALUES = HEADER + 2;

/** The whole length of the message that begins there. */
export function messageLength(bytes: Buffer, at: number): number {
  return int32(bytes, at + 1) + 1;
}

export function int32(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** Where the values of a row begin in its message. */
export const firstValue = (at: number): number => at + VALUES;

/** Rows as the server sent them: one message after another. Whoever reads them says where he stopped. */
export class RowBatch {
  readonly bytes: Buffer;
  /** Where the first message begins. */
  readonly from: number;
  /** Where the next message begins that was not read. */
  next: number;

  constructor(bytes: Buffer, from: number) {
    this.bytes = bytes;
    this.from = from;
    this.next = from + messageLength(bytes, from);
  }

  /** The first row alone, as the driver's own queries expect it: texts and NULLs. */
  get fields(): (string | null)[] {
    const fields: (string | null)[] = [];
    for (let at = firstValue(this.from); at < this.next;) {
      const length = int32(this.bytes, at);
      at += 4;
      fields.push(length < 0 ? null : this.bytes.toString('utf8', at, at + length));
      at += Math.max(0, length);
    }
    return fields;
  }
}

/**
 * Gives the driver all messages but those of rows, whose bytes go to `onRows`, everything in the order in which it came.
 * Until `start` it gives on what comes as it is: what answers may be no PostgreSQL at all.
 */
export class RowFilter extends EventEmitter {
  readonly #onRows: (batch: RowBatch) => void;
  /** A message of which not all has come: filled up to `#filled`, and as long as the whole once its header is there. */
  #partial: Buffer | undefined;
  #filled = 0;
  #started = false;

  constructor(source: EventEmitter, onRows: (batch: RowBatch) => void) {
    super();
    this.#onRows = onRows;
    source.on('data', (chunk: Buffer) => this.#take(chunk));
    source.on('end', () => this.emit('end'));
  }

  start(): void {
    this.#started = true;
  }

  #take(chunk: Buffer): void {
    if (!this.#started) {
      this.emit('data', chunk);
      return;
    }
    if (this.#partial === undefined) return this.#pass(chunk);
    const rest = this.#complete(chunk);
    if (rest === undefined) return;
    const whole = this.#partial;
    this.#partial = undefined;
    this.#pass(whole);
    this.#pass(rest);
  }

  /** Fill the message that is incomplete. Gives what is left of the chunk; undefined if it is still incomplete. */
  #complete(chunk: Buffer): Buffer | undefined {
    let used = 0;
    if (this.#filled < HEADER) {
      used = this.#fill(chunk, HEADER - this.#filled);
      if (this.#filled < HEADER) return undefined;
      const head = this.#partial!;
      this.#partial = Buffer.allocUnsafe(messageLength(head, 0));
      head.copy(this.#partial);
    }
    const lacking = this.#partial!.length - this.#filled;
    used += this.#fill(chunk.subarray(used), lacking);
    return this.#filled === this.#partial!.length ? chunk.subarray(used) : undefined;
  }

  #fill(chunk: Buffer, lacking: number): number {
    const count = chunk.copy(this.#partial!, this.#filled, 0, Math.min(lacking, chunk.length));
    this.#filled += count;
    return count;
  }

  /** Whole messages go on; what is left of one is kept. */
  #pass(bytes: Buffer): void {
    const end = bytes.length;
    let at = 0;
    let others = 0;
    while (at + HEADER <= end) {
      const next = at + messageLength(bytes, at);
      if (next > end) break;
      const kind = bytes[at];
      if (kind !== DATA_ROW && kind !== BIND_COMPLETE) {
        at = next;
        continue;
      }
      this.#others(bytes, others, at);
      at = others = kind === DATA_ROW ? this.#rows(bytes, at) : next;
    }
    this.#others(bytes, others, at);
    if (at < end) this.#keep(bytes, at);
  }

  #rows(bytes: Buffer, at: number): number {
    const batch = new RowBatch(bytes, at);
    this.#onRows(batch);
    return batch.next;
  }

  #others(bytes: Buffer, from: number, to: number): void {
    if (from < to) this.emit('data', bytes.subarray(from, to));
  }

  #keep(bytes: Buffer, at: number): void {
    const count = bytes.length - at;
    this.#partial = Buffer.allocUnsafe(count < HEADER ? HEADER : messageLength(bytes, at));
    this.#filled = bytes.copy(this.#partial, 0, at);
  }
}

/** What is used of `pg`'s connection beyond its types. */
interface Listening extends Connection {
  attachListeners(stream: EventEmitter): void;
}

export type MakeConnection = (config: object) => Connection;

/**
 * Connections of `pg` that hand rows on as the bytes that the server sent, many at a time; its own make a list of strings
 * of each row first, one call into native code for each value. All other messages it reads itself.
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html)
 *
 * @throws UnsupportedError if the driver has no such place to listen at
 */
export function rowConnections(BaseConnection: new (config: object) => Connection): MakeConnection {
  const Base = BaseConnection as new (config: object) => Listening; // Named cast: the driver's types leave the method out.
  if (typeof Base.prototype.attachListeners !== 'function')
    throw new UnsupportedError('This version of pg is not supported.', { remedy: 'Run: npm install pg@8' });
  class RowConnection extends Base {
    override attachListeners(stream: EventEmitter): void {
      const filter = new RowFilter(stream, (batch) => this.emit('dataRow', batch));
      // Only now anything is asked that has rows.
      this.once('readyForQuery', () => filter.start());
      super.attachListeners(filter);
    }
  }
  return (config) => new RowConnection(config);
}
