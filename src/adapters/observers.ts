import { ReportedOnce } from '../utils/reported-once.ts';
import { statementChannel } from './statement-events.ts';
import type { StatementEvent } from './statement-events.ts';

/** Told of each statement of one database when it is over. What it throws is reported once and stops nothing. */
export type StatementObserver = (event: StatementEvent) => void;

/** Somebody who is around statements from their beginning: makes spans of them. */
export interface StatementTracing {
  /** Run what sends the statement. When it is over, observers are given the same event. Fails only with what `run` fails with. */
  around<T>(event: StatementEvent, run: () => T): T;
}

/** Who listens to the statements of one database. */
export class Observers {
  #all: readonly StatementObserver[] = [];
  readonly #faults = new WeakMap<StatementObserver, ReportedOnce>();
  #tracing: StatementTracing | undefined;
  /** Whether there is anybody: a field, since it is looked at before each statement. */
  any = false;

  /** Listen from now on. Gives what ends it. */
  add(observer: StatementObserver): () => void {
    this.#faults.set(observer, new ReportedOnce('BLAZE_OBSERVER', 'What listens to statements'));
    this.#set([...this.#all, observer]);
    return () => this.#set(this.#all.filter((other) => other !== observer));
  }

  /** Who is around each statement, if anybody is. There is room for one. */
  get tracing(): StatementTracing | undefined {
    return this.#tracing;
  }

  set tracing(tracing: StatementTracing | undefined) {
    this.#tracing = tracing;
    this.#set(this.#all);
  }

  /** Tell those of this database, and those of all databases. */
  tell(event: StatementEvent): void {
    for (const observer of this.#all) {
      try {
        observer(event);
      } catch (error) {
        this.#faults.get(observer)!.report(error);
      }
    }
    if (statementChannel.hasSubscribers) statementChannel.publish(event);
  }

  #set(all: readonly StatementObserver[]): void {
    this.#all = all;
    this.any = all.length > 0 || this.#tracing !== undefined;
  }
}
