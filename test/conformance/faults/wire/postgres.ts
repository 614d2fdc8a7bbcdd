/** PostgreSQL's messages (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
import { Messages } from './protocol.ts';
import type { Answered, ClientReader, Protocol, Said, ServerReader } from './protocol.ts';

const REFUSED = `DO $$ BEGIN RAISE unique_violation USING MESSAGE = 'refused', CONSTRAINT = 'refused'; END $$`;

const typeOf = (message: Buffer): string => String.fromCharCode(message[0]!);
const textAt = (message: Buffer, at: number): string => message.toString('utf8', at, message.indexOf(0, at));

/** A message of a type, with texts that end in a zero and bytes. */
function messageOf(type: string, ...parts: readonly (string | readonly number[])[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : Buffer.from(part))),
  );
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const typedLength = (bytes: Buffer): number | undefined => (bytes.length < 5 ? undefined : 1 + bytes.readInt32BE(1));

class PostgresClient implements ClientReader {
  #greeted = false;
  readonly #messages = new Messages((bytes) => {
    if (this.#greeted) return typedLength(bytes);
    // What a client says first has no type.
    return bytes.length < 4 ? undefined : bytes.readInt32BE(0);
  });
  /** Texts of statements by the names under which the server keeps them. */
  readonly #texts = new Map<string, string>();
  /** Of a request that is not complete. */
  #parts: Buffer[] = [];
  #text = '';

  *read(chunk: Buffer): Generator<Said> {
    for (const bytes of this.#messages.read(chunk)) {
      if (!this.#greeted) {
        this.#greeted = true;
        yield { bytes, request: undefined };
        continue;
      }
      const type = typeOf(bytes);
      if (type === 'p' || type === 'X') yield { bytes, request: undefined };
      else if (type === 'Q') yield { bytes, request: textAt(bytes, 5) };
      else yield* this.#part(type, bytes);
    }
  }

  /** A request of the extended protocol ends with Sync. */
  *#part(type: string, bytes: Buffer): Generator<Said> {
    this.#parts.push(bytes);
    if (type === 'P') {
      const name = textAt(bytes, 5);
      this.#text = textAt(bytes, 5 + Buffer.byteLength(name) + 1);
      this.#texts.set(name, this.#text);
    } else if (type === 'B') {
      const portal = textAt(bytes, 5);
      this.#text = this.#texts.get(textAt(bytes, 5 + Buffer.byteLength(portal) + 1)) ?? '';
    } else if (type === 'S') {
      yield { bytes: Buffer.concat(this.#parts), request: this.#text };
      this.#parts = [];
    }
  }

  /** What is to be kept under a name is kept all the same: the driver takes it for kept from the moment that it is sent. */
  refusal({ bytes }: Said): Buffer {
    if (typeOf(bytes) === 'Q') return messageOf('Q', REFUSED);
    const kept = typeOf(bytes) === 'P' ? bytes.subarray(0, typedLength(bytes)) : Buffer.alloc(0);
    return Buffer.concat([
      kept,
      messageOf('P', '', REFUSED, [0, 0]),
      messageOf('B', '', '', [0, 0, 0, 0, 0, 0]),
      messageOf('E', '', [0, 0, 0, 0]),
      messageOf('S'),
    ]);
  }
}

class PostgresServer implements ServerReader {
  readonly #messages = new Messages(typedLength);

  *read(chunk: Buffer): Generator<Answered> {
    for (const bytes of this.#messages.read(chunk)) yield { bytes, ends: typeOf(bytes) === 'Z' };
  }
}

export const postgres: Protocol = { client: () => new PostgresClient(), server: () => new PostgresServer() };
