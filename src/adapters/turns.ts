import type { Connection } from './adapter.ts';

/**
 * Connections on which a statement that may be cancelled has its turn. A cancellation is asked for beside the connection
 * and meets whatever runs there, so nothing else is sent until the statement has ended and nothing can come late.
 */
export class Turns {
  readonly #held = new Map<Connection, Promise<void>>();

  /** Usually 0, and then there is nothing else to look at. */
  get size(): number {
    return this.#held.size;
  }

  /** The end of the turn that a connection is in; undefined if it is in none. */
  of(connection: Connection): Promise<void> | undefined {
    return this.#held.get(connection);
  }

  /** Begin a turn on a connection that is in none. Gives what ends it. */
  take(connection: Connection): () => void {
    const { promise, resolve } = withResolvers();
    this.#held.set(connection, promise);
    return () => {
      this.#held.delete(connection);
      resolve();
    };
  }
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
