import { ConnectionConfig } from '../../src/adapters/config.ts';
import { Database, DeadlockError } from '../../src/index.ts';
import type { Session } from '../../src/index.ts';

/** One transaction of code that uses the database. */
export type Work = (session: Session, turn: number) => Promise<void>;

/** Code that uses a database, over and over, on connections of its own that wait shortly for locks. */
export class Traffic {
  readonly errors: unknown[] = [];
  /** Transactions that were committed. */
  committed = 0;
  readonly #db: Database;
  #work: Work;
  #running = true;
  #loops: Promise<void>[] = [];
  #turn = 0;

  private constructor(db: Database, work: Work) {
    this.#db = db;
    this.#work = work;
  }

  static async start(
    url: string,
    work: Work,
    { lockTimeout, users }: { lockTimeout: number; users: number },
  ): Promise<Traffic> {
    const traffic = new Traffic(await Database.connect(ConnectionConfig.fromDsn(url, { lockTimeout })), work);
    traffic.#loops = Array.from({ length: users }, () => traffic.#loop());
    return traffic;
  }

  /** Deploy other code: no transaction of the old one is begun any more, and those that were have ended. */
  async deploy(work: Work): Promise<void> {
    await this.#stop();
    this.#work = work;
    const users = this.#loops.length;
    this.#running = true;
    this.#loops = Array.from({ length: users }, () => this.#loop());
  }

  /** Wait until so many more transactions were committed, or one failed. */
  async flow(more: number): Promise<void> {
    const wanted = this.committed + more;
    while (this.committed < wanted && this.errors.length === 0) await new Promise(setImmediate);
  }

  async end(): Promise<void> {
    await this.#stop();
    await this.#db.close();
  }

  async #stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#loops);
  }

  async #loop(): Promise<void> {
    let deadlocks = 0;
    while (this.#running) {
      try {
        await this.#db.transaction((session) => this.#work(session, this.#turn++));
        this.committed++;
      } catch (error) {
        // What every application does; that a lock is not to be had in time is no deadlock.
        if (error instanceof DeadlockError && deadlocks++ < 3) continue;
        this.errors.push(error);
        return;
      }
    }
  }
}
