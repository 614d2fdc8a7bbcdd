import type { Bounds } from '../core/bounds.ts';
import { isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { AcquireOptions, Connection, Rows } from './adapter.ts';
import { Cancellation } from './cancellation.ts';
import { endRows, Executor } from './executor.ts';
import type { Sending } from './statement-source.ts';
import { untilStopped } from './stoppable.ts';

/** An executor for one piece of work, and what stops that. */
export interface Bounded {
  readonly executor: Executor;
  /** Whoever asked for it says when the work has ended: `cancellation.end()`. */
  readonly cancellation: Cancellation;
}

/** The executor for a piece of work that is to stop in time: all of its statements, and its waits for a connection. */
export function withinBounds(executor: Executor, what: 'query' | 'transaction', bounds: Bounds): Bounded {
  return BoundedExecutor.within(executor, what, bounds);
}

/** The executor with bounds for each single statement, and for each wait for a connection. */
export function withEachBounded(executor: Executor, bounds: Bounds): Executor {
  return new BoundedExecutor(executor, undefined, bounds);
}

/** The same face for statements that are stopped when a signal or a time says so, in the database too. */
class BoundedExecutor extends Executor {
  /** That of the work of which the statements are a part. */
  readonly #whole: Cancellation | undefined;
  readonly #bounds: Bounds | undefined;

  constructor(source: Executor, whole: Cancellation | undefined, bounds: Bounds | undefined) {
    super(source);
    this.#whole = whole;
    this.#bounds = bounds;
  }

  static within(source: Executor, what: string, bounds: Bounds): Bounded {
    const [whole, each] = source instanceof BoundedExecutor ? [source.#whole, source.#bounds] : [];
    const cancellation = new Cancellation(what, bounds, whole);
    return { executor: new BoundedExecutor(source, cancellation, each), cancellation };
  }

  override acquire(options: AcquireOptions): MaybePromise<Connection> {
    return this.#bounded(undefined, ({ signal }) => super.acquire({ ...options, signal }));
  }

  override query(
    connection: Connection,
    sql: string,
    parameters: readonly unknown[],
    origin?: object,
  ): MaybePromise<Rows> {
    this.count(1);
    return this.run(connection, { sql, runs: 1, kind: undefined, parameters, origin }, 'read', () =>
      connection.query(sql, parameters),
    );
  }

  override iterate(
    connection: Connection,
    sql: string,
    parameters: readonly unknown[],
    origin?: object,
  ): ReturnType<Connection['iterate']> {
    const cancellation = this.#begin();
    cancellation.check(sql);
    this.count(1);
    const rows = connection.iterate(sql, parameters);
    const inTime =
      Symbol.iterator in rows
        ? checked(rows, cancellation, sql, () => this.#end(cancellation))
        : this.#pulled(rows[Symbol.asyncIterator](), connection, cancellation, sql);
    return this.heardRows(connection, { sql, runs: 1, kind: undefined, parameters, origin }, inTime);
  }

  protected override run<T>(
    connection: Connection,
    sending: Sending,
    kind: 'read' | 'write',
    run: () => MaybePromise<T>,
  ): MaybePromise<T> {
    const { sql } = sending;
    return this.#bounded(sql, (cancellation) =>
      this.heard(
        connection,
        sending,
        connection.cancel === undefined ? run : () => this.#stoppable(connection, cancellation, sql, kind, run),
      ),
    );
  }

  /** Too short to be cancelled; but what is to stop must not begin or be made to last. */
  protected override control(connection: Connection, sql: string, run: () => MaybePromise<void>): MaybePromise<void> {
    return this.#bounded(sql, () => super.control(connection, sql, run));
  }

  /** @throws QueryTimeoutError, QueryAbortedError before anything is sent. */
  #bounded<T>(sql: string | undefined, run: (cancellation: Cancellation) => MaybePromise<T>): MaybePromise<T> {
    const cancellation = this.#begin();
    let result: MaybePromise<T>;
    try {
      cancellation.check(sql);
      result = run(cancellation);
    } catch (error) {
      this.#end(cancellation);
      throw error;
    }
    if (isPromise(result)) return result.finally(() => this.#end(cancellation));
    this.#end(cancellation);
    return result;
  }

  #begin(): Cancellation {
    return this.#bounds === undefined ? this.#whole! : new Cancellation('statement', this.#bounds, this.#whole);
  }

  #end(cancellation: Cancellation): void {
    if (cancellation !== this.#whole) cancellation.end();
  }

  #stoppable<T>(
    connection: Connection,
    cancellation: Cancellation,
    sql: string,
    kind: 'read' | 'write',
    run: () => MaybePromise<T>,
  ): Promise<T> {
    return this.#inTurn(
      connection,
      (others) => cancellation.race(others),
      () => {
        cancellation.check(sql);
        return untilStopped(connection, cancellation, sql, kind, run);
      },
    );
  }

  /** Alone on its connection: what is under way there is answered first, and what comes later waits. */
  async #inTurn<T>(
    connection: Connection,
    wait: (others: Promise<void>) => Promise<void>,
    run: () => Promise<T>,
  ): Promise<T> {
    const { turns } = this.shared;
    for (let turn = turns.of(connection); turn !== undefined; turn = turns.of(connection)) await wait(turn);
    const endTurn = turns.take(connection);
    try {
      const idle = connection.idle?.();
      if (idle !== undefined) await wait(idle);
      return await run();
    } finally {
      endTurn();
    }
  }

  /** Rows of a server: each is asked for in a turn of its own, so that statements may come in between. */
  async *#pulled(
    rows: AsyncIterator<unknown[]>,
    connection: Connection,
    cancellation: Cancellation,
    sql: string,
  ): AsyncGenerator<unknown[], undefined, undefined> {
    let done = false;
    try {
      for (;;) {
        const next = await this.#stoppable(connection, cancellation, sql, 'read', () => rows.next());
        done = next.done === true;
        if (next.done === true) return undefined;
        yield next.value;
        cancellation.check(sql);
      }
    } finally {
      this.#end(cancellation);
      if (!done)
        await this.#inTurn(
          connection,
          (others) => others,
          () => leave(rows, connection, cancellation),
        );
    }
  }
}

/** The server may still be sending rows that nobody wants. */
async function leave(rows: AsyncIterator<unknown[]>, connection: Connection, { signal }: Cancellation): Promise<void> {
  if (signal.aborted) await connection.cancel?.();
  await endRows(rows);
}

/** Rows of a synchronous driver: nothing can come between, but time passes. */
function* checked(
  rows: Iterable<unknown[]>,
  cancellation: Cancellation,
  sql: string,
  end: () => void,
): Generator<unknown[], undefined, undefined> {
  try {
    for (const row of rows) {
      cancellation.check(sql);
      yield row;
    }
  } finally {
    end();
  }
  return undefined;
}
