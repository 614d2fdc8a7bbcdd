import { statementChannel } from './statement-events.ts';
import type { StatementEvent } from './statement-events.ts';

/** Told of each statement of one database when it is over. What it throws is reported once and stops nothing. */
export type StatementObserver = (event: StatementEvent) => void;

/** Who listens to the statements of one database. */
export class Observers {
  #all: readonly StatementObserver[] = [];
  readonly #reported = new WeakSet<StatementObserver>();
  /** Whether there is anybody: a field, since it is looked at before each statement. */
  any = false;

  /** Listen from now on. Gives what ends it. */
  add(observer: StatementObserver): () => void {
    this.#set([...this.#all, observer]);
    return () => this.#set(this.#all.filter((other) => other !== observer));
  }

  /** Tell those of this database, and those of all databases. */
  tell(event: StatementEvent): void {
    for (const observer of this.#all) {
      try {
        observer(event);
      } catch (error) {
        this.#report(observer, error);
      }
    }
    if (statementChannel.hasSubscribers) statementChannel.publish(event);
  }

  #set(all: readonly StatementObserver[]): void {
    this.#all = all;
    this.any = all.length > 0;
  }

  #report(observer: StatementObserver, error: unknown): void {
    if (this.#reported.has(observer)) return;
    this.#reported.add(observer);
    const { name, message } = error instanceof Error ? error : new Error('it threw what is no error');
    process.emitWarning(`What listens to statements failed, and is not reported again: ${name}: ${message}`, {
      type: 'BlazeWarning',
      code: 'BLAZE_OBSERVER',
    });
  }
}
