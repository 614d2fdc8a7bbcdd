import { AcquireTimeoutError, ConnectionError } from '../utils/errors.ts';
import { connectionChannel } from './connection-events.ts';
import type { ConnectionEvent, PoolState } from './connection-events.ts';

/** What a pool needs of a connection. */
export interface Pooled {
  /** Of no more use: the server closed it, or nobody knows what is still under way on it. */
  readonly broken: boolean;
  /** Bring it back to the state of a new one: no transaction open. Throws if that cannot be done. */
  reset(): Promise<void> | undefined;
  end(): Promise<void>;
}

export interface PoolOptions {
  /** What it is called by those who look at it. */
  readonly name: string;
  readonly size: number;
  /** Milliseconds that somebody waits for a connection. */
  readonly acquireTimeout: number;
  /** Milliseconds after which an idle connection is closed; 0: never. */
  readonly idleTimeout: number;
  /** Milliseconds after which a connection is replaced, once it is idle; 0: never. */
  readonly maxLifetime: number;
}

interface Waiter<C> {
  readonly purpose: string;
  readonly since: number;
  readonly resolve: (connection: C) => void;
  readonly reject: (error: Error) => void;
}

interface Member<C> {
  readonly connection: C;
  readonly born: number;
  holder: string | undefined;
  idleSince: number;
  /** When it was lent; 0 if nobody listened then. */
  lentAt: number;
}

/**
 * Connections to one server, up to a number, opened when they are needed. Who finds none free waits in the order of
 * coming, for a limited time, and then learns who holds them. The connection that was used last is lent first, so that
 * those that are not needed grow old and are closed.
 */
export class Pool<C extends Pooled> implements PoolState {
  readonly #open: () => Promise<C>;
  readonly #options: PoolOptions;
  readonly #members = new Map<C, Member<C>>();
  readonly #idle: Member<C>[] = [];
  readonly #waiting: Waiter<C>[] = [];
  #opening = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  #emptied: (() => void) | undefined;

  constructor(open: () => Promise<C>, options: PoolOptions) {
    this.#open = open;
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get max(): number {
    return this.#options.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get used(): number {
    return this.#members.size - this.#idle.length;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  get connections(): Iterable<C> {
    return this.#members.keys();
  }

  /** Whether a connection is being opened. */
  get isOpening(): boolean {
    return this.#opening > 0;
  }

  /** @throws AcquireTimeoutError naming the holders; ConnectionError if the pool is closed or the server is not there. */
  acquire(purpose: string, signal?: AbortSignal): C | Promise<C> {
    if (this.#closing !== undefined) throw closed();
    for (let member = this.#idle.pop(); member !== undefined; member = this.#idle.pop()) {
      if (member.connection.broken || this.#isOld(member)) {
        this.#drop(member);
        continue;
      }
      member.holder = purpose;
      if (connectionChannel.hasSubscribers) this.#lent(member, 0);
      return member.connection;
    }
    return this.#wait(purpose, signal);
  }

  #wait(purpose: string, signal: AbortSignal | undefined): Promise<C> {
    return new Promise<C>((resolve, reject) => {
      const giveUp = (error: Error): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        waiter.reject(error);
      };
      const timer = setTimeout(() => {
        const error = this.#timedOut(purpose);
        this.#publish('timeout', waiter.since, error);
        giveUp(error);
      }, this.#options.acquireTimeout);
      const abort = (): void => giveUp(signal!.reason as Error);
      const settled = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const waiter: Waiter<C> = {
        purpose,
        since: performance.now(),
        resolve: (connection) => {
          settled();
          resolve(connection);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener('abort', abort);
      this.#waiting.push(waiter);
      this.#grow();
    });
  }

  release(connection: C): void {
    const member = this.#members.get(connection);
    if (member === undefined || member.holder === undefined) return;
    if (member.lentAt > 0) this.#returned(member);
    if (connection.broken) return this.#drop(member);
    let cleaning: Promise<void> | undefined;
    try {
      cleaning = connection.reset();
    } catch {
      // A connection that cannot be cleaned is closed: nobody must find what was left on it.
      return this.#drop(member);
    }
    if (cleaning === undefined) return this.#lend(member);
    void cleaning.then(
      () => this.#lend(member),
      () => this.#drop(member),
    );
  }

  /** Refuses who waits, lets holders finish (for as long as others would wait for them), and closes everything. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new ConnectionError('The database was closed.'));
    const ended = this.#idle.splice(0).map((member) => this.#end(member));
    if (this.#members.size > 0 || this.#opening > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#options.acquireTimeout);
        this.#emptied = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      ended.push(...[...this.#members.values()].map((member) => this.#end(member)));
    }
    await Promise.allSettled(ended);
  }

  /** Open as many as there are people waiting, and room. */
  #grow(): void {
    while (this.#opening < this.#waiting.length && this.#members.size + this.#opening < this.#options.size) {
      this.#opening++;
      const start = performance.now();
      void this.#open().then(
        (connection) => this.#join(connection, start),
        (error: unknown) => this.#failed(error, start),
      );
    }
  }

  #join(connection: C, start: number): void {
    this.#opening--;
    const member: Member<C> = { connection, born: Date.now(), holder: undefined, idleSince: 0, lentAt: 0 };
    this.#members.set(connection, member);
    this.#publish('opened', start);
    this.#lend(member);
  }

  /** Whoever waits longest learns why; the others may still get a connection that is given back. */
  #failed(error: unknown, start: number): void {
    this.#opening--;
    this.#publish('failed', start, error);
    this.#waiting.shift()?.reject(error as Error);
    this.#settle();
  }

  /** To whoever waits, or back to the others. */
  #lend(member: Member<C>): void {
    if (this.#closing !== undefined || member.connection.broken || this.#isOld(member)) return this.#drop(member);
    const next = this.#waiting.shift();
    member.holder = next?.purpose;
    if (next !== undefined) {
      if (connectionChannel.hasSubscribers) this.#lent(member, next.since);
      return next.resolve(member.connection);
    }
    member.idleSince = Date.now();
    this.#idle.push(member);
    this.#sweep();
  }

  #drop(member: Member<C>): void {
    void this.#end(member);
    this.#settle();
  }

  async #end(member: Member<C>): Promise<void> {
    this.#members.delete(member.connection);
    this.#publish('closed');
    // It is on its way out: that the server hung up first is nobody's concern.
    await member.connection.end().catch(() => undefined);
  }

  #settle(): void {
    if (this.#closing === undefined) this.#grow();
    else if (this.#members.size === 0 && this.#opening === 0) this.#emptied?.();
  }

  #isOld({ born }: Member<C>): boolean {
    const { maxLifetime } = this.#options;
    return maxLifetime > 0 && Date.now() - born > maxLifetime;
  }

  /** Close what nobody has needed for a while. */
  #sweep(): void {
    const { idleTimeout } = this.#options;
    if (idleTimeout === 0 || this.#sweeper !== undefined) return;
    this.#sweeper = setInterval(
      () => {
        const limit = Date.now() - idleTimeout;
        while (this.#idle.length > 0 && this.#idle[0]!.idleSince < limit) this.#drop(this.#idle.shift()!);
        if (this.#idle.length > 0) return;
        clearInterval(this.#sweeper);
        this.#sweeper = undefined;
      },
      Math.max(100, idleTimeout / 2),
    );
    this.#sweeper.unref();
  }

  /** @param since When its borrower began to wait; 0 if it was there. */
  #lent(member: Member<C>, since: number): void {
    member.lentAt = performance.now();
    this.#publish('lent', since === 0 ? member.lentAt : since);
  }

  #returned(member: Member<C>): void {
    this.#publish('returned', member.lentAt);
    member.lentAt = 0;
  }

  #publish(kind: ConnectionEvent['kind'], since?: number, error?: unknown): void {
    if (!connectionChannel.hasSubscribers) return;
    const durationMs = since === undefined ? undefined : performance.now() - since;
    connectionChannel.publish({ kind, pool: this, durationMs, error } satisfies ConnectionEvent);
  }

  #timedOut(purpose: string): AcquireTimeoutError {
    const holders = new Map<string, number>();
    for (const { holder } of this.#members.values())
      if (holder !== undefined) holders.set(holder, (holders.get(holder) ?? 0) + 1);
    const held = [...holders].map(([holder, count]) => (count === 1 ? holder : `${count} × ${holder}`)).join(', ');
    const { size, acquireTimeout } = this.#options;
    return new AcquireTimeoutError(
      `No connection for ${purpose} within ${acquireTimeout} ms: ${held === '' ? 'none could be opened in time' : `all ${size} are held by ${held}`}.`,
      {
        remedy:
          'Is a query of another session awaited inside a transaction? Use its own session there, make transactions shorter, or raise poolSize.',
      },
    );
  }
}

function closed(): ConnectionError {
  return new ConnectionError('The database is closed, or was never opened.', {
    remedy: 'Await Database.connect() first.',
  });
}
