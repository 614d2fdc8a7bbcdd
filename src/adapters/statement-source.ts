import type { StatementSubject, StatementEvent } from './statement-events.ts';

/** Told of the statements of one session while they run: it may refuse what it sees. */
export interface StatementWatch {
  /** Where the sender's frames are on the stack still. */
  begins(event: StatementEvent): void;
  /** @throws what the statement then fails with, though it was done. */
  ended(event: StatementEvent): void;
}

/** Who sends statements: a session, or nobody in particular. */
export class StatementSource {
  readonly session: number | undefined;
  /** Statements sent so far. */
  statements = 0;
  watch: StatementWatch | undefined;

  constructor(session?: number, watch?: StatementWatch) {
    this.session = session;
    this.watch = watch;
  }
}

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
