/** The way to a database and to a cache, with a gate before and behind each step: who goes through next is decided outside. */
import { AsyncLocalStorage } from 'node:async_hooks';

import type { AcquireOptions, Adapter, Connection } from 'blazeorm';
import type { CacheBackend } from 'blazeorm/cache';

/** A step that is not done by then waits for a lock: others go on. */
const BLOCKED_MS = 20;

/** So many gates of one program, before another has its turn. */
export interface Turn {
  readonly program: number;
  readonly gates: number;
}

/** Opens one gate after the other, in the order of some turns, again and again. */
export class Gates {
  /** Counts the gates that were opened: the time of a schedule. */
  now = 0;
  #isPlaying = false;
  readonly #program = new AsyncLocalStorage<number>();
  readonly #waiting: { readonly program: number; readonly open: () => void }[] = [];
  #inFlight = 0;
  #arrived = (): void => undefined;
  #landed = (): void => undefined;

  /** A step with a gate before it, and one behind it. Where nothing is being played it is done at once. */
  async step<T>(run: () => T | Promise<T>): Promise<T> {
    await this.pass();
    this.#inFlight++;
    try {
      return await run();
    } finally {
      this.#inFlight--;
      this.#landed();
      await this.pass();
    }
  }

  /** Run programs, and open their gates until all are done. Who waits for something else loses the rest of his turn. */
  async play(turns: readonly Turn[], programs: readonly (() => Promise<unknown>)[]): Promise<void> {
    this.#isPlaying = true;
    this.now = 0;
    let at = 0;
    let left = turns[0]!.gates;
    let running = true;
    const stop = (): void => {
      running = false;
      this.#arrived();
    };
    const end = Promise.all(programs.map((run, i) => this.#program.run(i, run)));
    end.then(stop, stop);
    while (running) {
      await this.#settled();
      if (this.#waiting.length === 0) {
        if (running) await new Promise<void>((resolve) => (this.#arrived = resolve));
        continue;
      }
      this.now++;
      const turn = turns[at % turns.length]!;
      const here = this.#waiting.findIndex(({ program }) => program === turn.program);
      if (here < 0 || --left <= 0) left = turns[++at % turns.length]!.gates;
      const [gate] = this.#waiting.splice(Math.max(here, 0), 1);
      gate!.open();
    }
    this.#isPlaying = false;
    await end;
  }

  /** Wait until the gate is opened; not at all where nothing is being played. */
  pass(): Promise<void> | undefined {
    if (!this.#isPlaying) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push({ program: this.#program.getStore()!, open: resolve });
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
