import { textOf } from '../../dialects/postgres/codecs.ts';

/** A value as the protocol takes it: text, bytes, NULL, or a list, which is sent as the text of an array. */
export type WireValue = string | Buffer | null | readonly unknown[];

/** Longer texts are left to native code, which is faster from there on. */
const SHORT = 64;
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Bytes of messages, one after another. Lists are written as the text of an array straight away
 * (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO): a string for each item, and one for all of them, would
 * cost more than all else.
 */
export class MessageWriter {
  #out = Buffer.allocUnsafe(512);
  #at = 0;

  /** Gives where the length goes, for `end`. */
  begin(kind: number): number {
    this.#ensure(5);
    this.#out[this.#at] = kind;
    this.#at += 5;
    return this.#at - 4;
  }

  end(start: number): void {
    this.#out.writeInt32BE(this.#at - start, start);
  }

  int16(value: number): void {
    this.#ensure(2);
    this.#at = this.#out.writeUInt16BE(value, this.#at);
  }

  zeroEnded(text: string): void {
    this.#text(text);
    this.#ensure(1);
    this.#out[this.#at++] = 0;
  }

  /** A value with its length before it. */
  value(value: WireValue): void {
    this.#ensure(4);
    if (value === null) {
      this.#at = this.#out.writeInt32BE(-1, this.#at);
      return;
    }
    const start = this.#at;
    this.#at += 4;
    if (typeof value === 'string') this.#text(value);
    else if (Buffer.isBuffer(value)) this.bytes(value);
    else this.#list(value);
    this.#out.writeInt32BE(this.#at - start - 4, start);
  }

  bytes(bytes: Buffer): void {
    this.#ensure(bytes.length);
    this.#at += bytes.copy(this.#out, this.#at);
  }

  done(): Buffer {
    return this.#out.subarray(0, this.#at);
  }

  #list(items: readonly unknown[]): void {
    this.#ensure(items.length * 12 + 2);
    this.#out[this.#at++] = 123;
    for (let i = 0; i < items.length; i++) {
      this.#ensure(16);
      if (i > 0) this.#out[this.#at++] = 44;
      this.#item(items[i]);
    }
    this.#ensure(1);
    this.#out[this.#at++] = 125;
  }

  #item(item: unknown): void {
    if (typeof item === 'string') this.#quoted(item);
    else if (typeof item === 'number' && Object.is(item | 0, item)) this.#digits(item);
    else if (item === null || item === undefined) this.#at += this.#out.write('NULL', this.#at, 'latin1');
    else this.#quoted(textOf(item));
  }

  /** There is room for them. */
  #digits(value: number): void {
    const out = this.#out;
    let rest = value;
    if (rest < 0) {
      out[this.#at++] = 45;
      rest = -rest;
    }
    let width = 1;
    for (let bound = 10; rest >= bound; bound *= 10) width++;
    for (let at = this.#at + width - 1; at >= this.#at; at--) {
      const next = Math.floor(rest / 10);
      out[at] = 48 + rest - next * 10;
      rest = next;
    }
    this.#at += width;
  }

  #quoted(text: string): void {
    // At most, each character becomes three bytes, or two with the backslash before it.
    this.#ensure(3 * text.length + 2);
    const out = this.#out;
    const start = this.#at;
    let at = start;
    out[at++] = QUOTE;
    if (text.length <= SHORT) {
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) return this.#quotedByParts(text);
        if (code === QUOTE || code === BACKSLASH) out[at++] = BACKSLASH;
        out[at++] = code;
      }
      out[at++] = QUOTE;
      this.#at = at;
      return;
    }
    this.#quotedByParts(text);
  }

  #quotedByParts(text: string): void {
    this.#out[this.#at++] = QUOTE;
    this.#text(text.replace(/["\\]/g, '\\$&'));
    this.#ensure(1);
    this.#out[this.#at++] = QUOTE;
  }

  #text(text: string): void {
    this.#ensure(text.length > SHORT ? Buffer.byteLength(text) : 3 * text.length);
    if (text !== '') this.#at += this.#out.write(text, this.#at);
  }

  #ensure(count: number): void {
    if (this.#at + count <= this.#out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#out.length, this.#at + count));
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
  }
}
