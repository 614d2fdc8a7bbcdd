import { statementChannel } from './statement-events.ts';
import type { StatementEvent, StatementSubject } from './statement-events.ts';

/** Told of the statements of one sender while they run. */
export interface StatementWatch {
  /** Gives a mark if it wants to see who waits for the statement: then `ended` is called where that is on the stack. */
  begins(event: StatementEvent): object | undefined;
  /** @throws what the statement then fails with, though it was done. */
  ended(event: StatementEvent, mark: object | undefined): void;
}

/** Watches every sender of every database. */
export type Watcher = (source: StatementSource) => StatementWatch;

const everywhere = new Set<Watcher>();
/** Of that set: senders keep what they have found in it. */
let version = 0;

/** Watch whatever is sent from now on, in this process. Gives what ends it. */
export function watchEverywhere(watcher: Watcher): () => void {
  const listen = (): void => undefined;
  // Whether anybody listens is one question before each statement: the channel answers it.
  statementChannel.subscribe(listen);
  everywhere.add(watcher);
  version++;
  return () => {
    statementChannel.unsubscribe(listen);
    everywhere.delete(watcher);
    version++;
  };
}

/** Who sends statements: a session, or nobody in particular. */
export class StatementSource {
  /** The number of the session in this process. */
  readonly session: number | undefined;
  /** How many it has sent; a batch counts one for each list of parameters that the driver was given. */
  sent = 0;
  #watches: readonly StatementWatch[] = NOBODY;
  /** Of none: who watches is found out when the first one is heard. */
  #version = -1;

  constructor(session?: number) {
    this.session = session;
  }

  /** Who watches what it sends. */
  get watches(): readonly StatementWatch[] {
    if (this.#version !== version) {
      const own = this.watch();
      const watches = own === undefined ? [] : [own];
      for (const watcher of everywhere) watches.push(watcher(this));
      this.#watches = watches;
      this.#version = version;
    }
    return this.#watches;
  }

  /** What watches it alone. */
  protected watch(): StatementWatch | undefined {
    return undefined;
  }
}

const NOBODY: readonly StatementWatch[] = [];

/** What is known of that from which a statement was made. The executor hands it on and does not look into it. */
export type Describe = (origin: object) => StatementSubject | undefined;

/** One statement on its way, as far as the executor is concerned. */
export interface Sending {
  readonly sql: string;
  readonly runs: number;
  /** `undefined`: its text says whether it reads or writes. */
  readonly kind: 'script' | 'control' | undefined;
  /** None where there are several lists of them. */
  readonly parameters: readonly unknown[] | undefined;
  /** What it was made of, for whoever describes it to listeners. */
  readonly origin: object | undefined;
}
