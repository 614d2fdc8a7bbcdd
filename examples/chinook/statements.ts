/** How many SQL statements a piece of work sends. */
import type { Database } from 'blazeorm';

/** Counts statements by section, from what the database says it has sent so far. */
export class StatementMeter {
  readonly #db: Database;
  readonly #sections: Record<string, number> = {};

  constructor(db: Database) {
    this.#db = db;
  }

  /** Statements by section, in the order in which the sections ran. */
  get sections(): Readonly<Record<string, number>> {
    return this.#sections;
  }

  /**
   * Run the work and count what it sends.
   *
   * @param prepared A second name, for the number of distinct statements that were prepared on the way.
   */
  async measure<T>(section: string, work: () => Promise<T>, prepared?: string): Promise<T> {
    const before = this.#db.queryStats();
    const result = await work();
    const after = this.#db.queryStats();
    this.#sections[section] = after.statements - before.statements;
    if (prepared !== undefined) this.#sections[prepared] = after.prepared - before.prepared;
    return result;
  }
}
