/** What has to be understood of a protocol to fail its nth request. */

/** A piece of what the client says: one request, or something that is none. */
export interface Said {
  readonly bytes: Buffer;
  /** The statement; undefined for what is no request: greetings, and what is not answered. */
  readonly request: string | undefined;
}

/** One connection's client, read piece by piece. */
export interface ClientReader {
  /** @param chunk What arrived. @returns What is complete now. */
  read(chunk: Buffer): Iterable<Said>;
  /** A request in place of this one, to which the server answers with an error of a constraint. */
  refusal(said: Said): Buffer;
}

/** One connection's server. */
export interface ServerReader {
  /** @param chunk What arrived. @returns What is complete now. */
  read(chunk: Buffer): Iterable<Answered>;
}

/** A piece of what the server says. */
export interface Answered {
  readonly bytes: Buffer;
  /** Whether it ends the answer to a request. */
  readonly ends: boolean;
}

export interface Protocol {
  client(): ClientReader;
  server(): ServerReader;
}

/** Cuts what arrives into messages, whose lengths `lengthOf` tells as soon as it can. */
export class Messages {
  readonly #lengthOf: (bytes: Buffer) => number | undefined;
  #rest: Buffer = Buffer.alloc(0);

  constructor(lengthOf: (bytes: Buffer) => number | undefined) {
    this.#lengthOf = lengthOf;
  }

  *read(chunk: Buffer): Generator<Buffer> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const length = this.#lengthOf(this.#rest);
      if (length === undefined || this.#rest.length < length) return;
      const message = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      yield message;
    }
  }
}
