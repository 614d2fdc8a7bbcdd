/** The way to a database and to a cache, with a gate before and behind each step: who goes through next is decided outside. */
import type { AcquireOptions, Adapter, Connection } from 'blazeorm';
import type { CacheBackend } from 'blazeorm/cache';

/** A step that is not done by then waits for a lock: others go on. */
const BLOCKED_MS = 20;

/** Opens one gate after the other, in an order that a function chooses. */
export class Gates {
  /** Counts the gates that were opened: the time of a schedule. */
  now = 0;
  #choose: ((count: number) => number) | undefined;
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;
  #arrived = (): void => undefined;
  #landed = (): void => undefined;

  /** A step with a gate before it, and one behind it. Where nothing is being played it is done at once. */
  async step<T>(run: () => T | Promise<T>): Promise<T> {
    await this.#pass();
    this.#inFlight++;
    try {
      return await run();
    } finally {
      this.#inFlight--;
      this.#landed();
      await this.#pass();
    }
  }

  /** Open gates until the work is done. */
  async play(choose: (count: number) => number, work: () => Promise<unknown>): Promise<void> {
    this.#choose = choose;
    this.now = 0;
    let running = true;
    const stop = (): void => {
      running = false;
      this.#arrived();
    };
    const end = work();
    end.then(stop, stop);
    while (running) {
      await this.#settled();
      if (this.#waiting.length === 0) {
        if (running) await new Promise<void>((resolve) => (this.#arrived = resolve));
        continue;
      }
      this.now++;
      const [open] = this.#waiting.splice(choose(this.#waiting.length), 1);
      open!();
    }
    this.#choose = undefined;
    await end;
  }

  #pass(): Promise<void> | undefined {
    if (this.#choose === undefined) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#arrived();
    });
  }

  /** What was let through has been done, and whoever goes on stands before his next gate. */
  async #settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#inFlight === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, BLOCKED_MS);
      this.#landed = resolve;
    });
    clearTimeout(timer);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** `written` is called around each COMMIT, and each statement, that is let through. */
export function gatedAdapter(
  adapter: Adapter,
  gates: Gates,
  written: <T>(kind: 'commit' | 'execute', run: () => T | Promise<T>) => Promise<T>,
): Adapter {
  const real = new WeakMap<Connection, Connection>();
  const gated = new WeakMap<Connection, Connection>();
  const acquire = async (options: AcquireOptions): Promise<Connection> => {
    const connection = await adapter.acquire(options);
    let stand = gated.get(connection);
    if (stand !== undefined) return stand;
    stand = standIn(connection, {
      query: (...given) => gates.step(() => connection.query(...given)),
      execute: (...given) => gates.step(() => written('execute', () => connection.execute(...given))),
      executeMany: (...given) => gates.step(() => connection.executeMany(...given)),
      commit: () => gates.step(() => written('commit', () => connection.commit())),
    });
    gated.set(connection, stand);
    real.set(stand, connection);
    return stand;
  };
  return standIn(adapter, { acquire, release: (c: Connection) => adapter.release(real.get(c) ?? c) });
}

export function gatedBackend(backend: CacheBackend, gates: Gates): CacheBackend {
  return {
    timeout: 60_000,
    holdTimeout: 60_000,
    get: (questions, token) => gates.step(() => backend.get(questions, token)),
    set: (entries, token) => gates.step(() => backend.set(entries, token)),
    hold: (marks, holder, ms) => gates.step(() => backend.hold(marks, holder, ms)),
    release: (marks, holder) => gates.step(() => backend.release(marks, holder)),
    delete: (marks, keys) => gates.step(() => backend.delete(marks, keys)),
    clear: () => gates.step(() => backend.clear()),
  };
}

function standIn<T extends object>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name) as unknown;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
