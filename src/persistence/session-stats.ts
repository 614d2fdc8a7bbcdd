import { withEachBounded } from '../adapters/bounded-executor.ts';
import { Executor } from '../adapters/executor.ts';
import { StatementSource } from '../adapters/statement-source.ts';
import type { Bounds } from '../core/bounds.ts';
import type { SessionStats } from '../core/types/index.ts';
import { ConfigError } from '../utils/errors.ts';
import type { ExportOptions, QueryReport } from '../utils/performance/report.ts';
import type { SessionTracker } from '../utils/performance/session-tracker.ts';
import type { Engine } from './engine.ts';

let sessions = 0;

/** What the statements of one session go through, so that they are known as its own, and what was measured of them. */
export class SessionStatements {
  readonly executor: Executor;
  readonly #source: StatementSource;
  readonly #tracker: SessionTracker | undefined;

  /** @param threshold Repetitions from which a loop is suspected; by default those of the database. */
  constructor({ executor, tracker }: Engine, bounds: Bounds | undefined, threshold: number | undefined) {
    const id = ++sessions;
    this.#tracker = tracker?.session(id, threshold);
    this.#source = new StatementSource(id, this.#tracker);
    const own = new Executor(executor, this.#source);
    this.executor = bounds === undefined ? own : withEachBounded(own, bounds);
  }

  stats(): SessionStats {
    const { statements } = this.#source;
    return this.#tracker === undefined ? { statements } : { statements, tracked: this.#tracker.totals() };
  }

  /** @throws ConfigError where nothing is measured. */
  export(options: ExportOptions): QueryReport {
    if (this.#tracker === undefined) throw notMeasured();
    return this.#tracker.export(options);
  }

  reset(): void {
    this.#source.statements = 0;
    this.#tracker?.reset();
  }

  /** No more statements will come: what was found is told now. */
  end(): void {
    this.#tracker?.settle();
  }
}

export function notMeasured(): ConfigError {
  return new ConfigError('Nothing was measured of the statements of this database.', {
    field: 'performance',
    remedy: 'Open it with Database.connect(dsn, { performance: true }).',
  });
}
