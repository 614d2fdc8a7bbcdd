/**
 * What is sent for a statement of the extended protocol, as one piece of bytes
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */

/** A value as the protocol takes it: text, bytes, or NULL. */
export type WireValue = string | Buffer | null;

/** A statement as the server keeps it; '' is the one that it does not keep. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface Sending {
  /** Whether the server has yet to read the statement's text. */
  readonly parse: boolean;
  /** Whether the server is to say what the columns of the result are. */
  readonly describe: boolean;
}

/** Describe the unnamed portal. */
const DESCRIBE = Buffer.from([68, 0, 0, 0, 6, 80, 0]);
/** Execute the unnamed portal, all of its rows; and Sync, which ends the statement. */
const EXECUTE = Buffer.from([69, 0, 0, 0, 9, 0, 0, 0, 0, 0, 83, 0, 0, 0, 4]);
/** A string up to this length is given room for whatever UTF-8 makes of it; of a longer one the bytes are counted. */
const SHORT = 1_024;

export function runMessage(statement: Statement, values: readonly WireValue[], { parse, describe }: Sending): Buffer {
  const out = new MessageWriter(room(statement, values, parse));
  if (parse) {
    const start = out.begin(80);
    out.zeroEnded(statement.name);
    out.zeroEnded(statement.text);
    out.int16(0);
    out.end(start);
  }
  const start = out.begin(66);
  out.zeroEnded('');
  out.zeroEnded(statement.name);
  writeFormats(out, values);
  out.int16(values.length);
  for (const value of values) out.value(value);
  // Results in text.
  out.int16(0);
  out.end(start);
  if (describe) out.bytes(DESCRIBE);
  out.bytes(EXECUTE);
  return out.done();
}

/** Texts need no format; where bytes are among them, each value says which it is. */
function writeFormats(out: MessageWriter, values: readonly WireValue[]): void {
  if (!values.some((value) => Buffer.isBuffer(value))) return out.int16(0);
  out.int16(values.length);
  for (const value of values) out.int16(Buffer.isBuffer(value) ? 1 : 0);
}

/** As many bytes as the message can need. */
function room({ name, text }: Statement, values: readonly WireValue[], parse: boolean): number {
  let size = 64 + 2 * name.length + (parse ? Buffer.byteLength(text) : 0) + 2 * values.length;
  for (const value of values) {
    size += 4;
    if (value !== null) size += typeof value === 'string' ? roomFor(value) : value.length;
  }
  return size;
}

function roomFor(text: string): number {
  return text.length <= SHORT ? 3 * text.length : Buffer.byteLength(text);
}

class MessageWriter {
  readonly #out: Buffer;
  #at = 0;

  constructor(size: number) {
    this.#out = Buffer.allocUnsafe(size);
  }

  /** Gives where the length goes, for `end`. */
  begin(kind: number): number {
    this.#out[this.#at] = kind;
    this.#at += 5;
    return this.#at - 4;
  }

  end(start: number): void {
    this.#out.writeInt32BE(this.#at - start, start);
  }

  int16(value: number): void {
    this.#at = this.#out.writeUInt16BE(value, this.#at);
  }

  zeroEnded(text: string): void {
    if (text !== '') this.#at += this.#out.write(text, this.#at);
    this.#out[this.#at++] = 0;
  }

  value(value: WireValue): void {
    if (value === null) {
      this.#at = this.#out.writeInt32BE(-1, this.#at);
      return;
    }
    const start = this.#at;
    this.#at += 4;
    if (typeof value !== 'string') this.bytes(value);
    else if (value !== '') this.#at += this.#out.write(value, this.#at);
    this.#out.writeInt32BE(this.#at - start - 4, start);
  }

  bytes(bytes: Buffer): void {
    this.#at += bytes.copy(this.#out, this.#at);
  }

  done(): Buffer {
    return this.#out.subarray(0, this.#at);
  }
}
