/** Faults on demand, between the session and a real connection. */
import { DatabaseError } from '../index.ts';
import type { AcquireOptions, Adapter, BatchResult, Connection } from '../index.ts';
import { standIn } from '../utils/stand-in.ts';

/** What a fault is called, to tell it from errors that the library makes. */
export class InjectedFault extends DatabaseError {}

/** What can be made to fail. */
export type FaultyCall = 'statement' | 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollbackTo';

/** Which call is to fail, counted from when it was set; and how many calls there were since. */
export class Faults {
  #call: FaultyCall | undefined;
  #at = 0;
  #seen = 0;

  /** The `at`th call of this kind fails, once. `Infinity` only counts. */
  set(call: FaultyCall, at = 1): void {
    this.#call = call;
    this.#at = at;
    this.#seen = 0;
  }

  clear(): void {
    this.#call = undefined;
  }

  /** Calls of that kind since the last `set`. */
  get seen(): number {
    return this.#seen;
  }

  meet(call: FaultyCall): void {
    if (call !== this.#call) return;
    this.#seen++;
    if (this.#seen === this.#at) throw new InjectedFault(`A fault at ${call} ${this.#at}.`);
  }
}

/**
 * An adapter that fails where it is told to, before anything is sent; all else is done for real by the adapter that it
 * stands before. A fault can be in the middle of a batch too.
 */
export function faulty(adapter: Adapter): { readonly adapter: Adapter; readonly faults: Faults } {
  const faults = new Faults();
  const real = new WeakMap<Connection, Connection>();
  const acquire = async (options: AcquireOptions): Promise<Connection> => {
    const connection = await adapter.acquire(options);
    const failing = standIn(connection, failingCalls(connection, faults));
    real.set(failing, connection);
    return failing;
  };
  const release = (connection: Connection): void => adapter.release(real.get(connection) ?? connection);
  return { adapter: standIn(adapter, { acquire, release }), faults };
}

function failingCalls(connection: Connection, faults: Faults): Partial<Connection> {
  const after =
    <Given extends unknown[], R>(call: FaultyCall, run: (...given: Given) => R) =>
    (...given: Given): R => {
      faults.meet(call);
      return run(...given);
    };
  return {
    query: after('statement', connection.query.bind(connection)),
    queryNamed: after('statement', connection.queryNamed.bind(connection)),
    execute: after('statement', connection.execute.bind(connection)),
    iterate: after('statement', connection.iterate.bind(connection)),
    async executeMany(sql, batches) {
      const results: BatchResult[] = [];
      for (const parameters of batches) {
        faults.meet('statement');
        results.push(await connection.executeMany(sql, [parameters]));
      }
      return {
        changes: results.flatMap(({ changes }) => changes),
        lastInsertIds: results.flatMap(({ lastInsertIds }) => lastInsertIds),
      };
    },
    begin: after('begin', connection.begin.bind(connection)),
    commit: after('commit', connection.commit.bind(connection)),
    rollback: after('rollback', connection.rollback.bind(connection)),
    savepoint: after('savepoint', connection.savepoint.bind(connection)),
    releaseSavepoint: after('release', connection.releaseSavepoint.bind(connection)),
    rollbackToSavepoint: after('rollbackTo', connection.rollbackToSavepoint.bind(connection)),
  };
}
