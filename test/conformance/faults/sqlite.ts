/** SQLite in this process: the calls of its driver fail, all else is done by the driver. */
import Database from 'better-sqlite3';

import type { FaultKind, FaultyWay, Seen } from './fault.ts';

type Call = (this: Statement, ...given: unknown[]) => unknown;
interface Statement {
  readonly source: string;
  readonly database: Database.Database;
}
type Exec = (this: Database.Database, sql: string) => unknown;

const STATEMENT = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1')) as Record<'run' | 'all', Call>;
// Named cast: the prototype as a place where methods are replaced.
const HANDLE = Database.prototype as unknown as { exec: Exec };

/**
 * A statement that is done and not answered is one whose error comes after its work. COMMIT and RELEASE are not among them:
 * SQLite has kept what it says that it has kept, and nothing else. Nor can its connection be lost: it is the process.
 */
export class FaultyDriver implements FaultyWay {
  readonly url = 'sqlite::memory:?driver=better-sqlite3';
  #armed: { readonly kind: FaultKind; readonly at: number } | undefined;
  #requests: string[] = [];
  #failed: string | undefined;
  readonly #restore: () => void;
  /** As SQLite does by itself. */
  readonly #end: (database: Database.Database) => void;

  constructor() {
    const [{ run, all }, { exec }] = [STATEMENT, HANDLE];
    const meet = this.#meet.bind(this);
    const replaced = (call: Call): Call =>
      function (...given) {
        return meet(this.source, () => call.apply(this, given), this.database);
      };
    Object.assign(STATEMENT, { run: replaced(run), all: replaced(all) });
    HANDLE.exec = function (sql) {
      return meet(sql, () => exec.call(this, sql), this);
    };
    this.#end = (database) => {
      if (database.inTransaction) exec.call(database, 'ROLLBACK');
    };
    this.#restore = () => {
      Object.assign(STATEMENT, { run, all });
      HANDLE.exec = exec;
    };
  }

  arm(kind: FaultKind, at: number): void {
    this.#armed = { kind, at };
    this.#requests = [];
    this.#failed = undefined;
  }

  disarm(): Seen {
    this.#armed = undefined;
    return { failed: this.#failed, requests: this.#requests, trips: this.#requests.length };
  }

  async close(): Promise<void> {
    this.#restore();
  }

  #meet(sql: string, run: () => unknown, database: Database.Database): unknown {
    const { kind, at } = this.#armed ?? { at: 0 };
    if (kind === undefined || this.#requests.push(sql) !== at) return run();
    this.#failed = sql;
    if (kind === 'ended') {
      this.#end(database);
      throw new Database.SqliteError('database or disk is full', 'SQLITE_FULL');
    }
    if (kind === 'unanswered' && !/^(?:COMMIT|RELEASE)/.test(sql)) run();
    throw new Database.SqliteError('UNIQUE constraint failed: refused', 'SQLITE_CONSTRAINT_UNIQUE');
  }
}
