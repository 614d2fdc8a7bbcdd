/**
 * What is sent for a statement of the extended protocol, as one piece of bytes
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */

import { MessageWriter } from './message-writer.ts';
import type { WireValue } from './message-writer.ts';

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

export function runMessage(statement: Statement, values: readonly WireValue[], { parse, describe }: Sending): Buffer {
  const out = new MessageWriter();
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
