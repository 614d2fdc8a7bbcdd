import { StatementSource } from '../adapters/statement-source.ts';
import type { SessionStats } from '../core/types/index.ts';
import { ConfigError } from '../utils/errors.ts';
import type { ExportOptions, QueryReport } from '../utils/performance/report.ts';
import type { SessionTracker } from '../utils/performance/session-tracker.ts';
import type { Engine } from './engine.ts';

let sessions = 0;

/** Who sends the statements of one session, and what was measured of them. */
export class SessionStatements extends StatementSource {
  readonly #engine: Engine;
  readonly #threshold: number | undefined;
  #tracker: SessionTracker | undefined = undefined;

  /** @param threshold Repetitions from which a loop is suspected; by default those of the database. */
  constructor(engine: Engine, threshold: number | undefined) {
    super(++sessions);
    this.#engine = engine;
    this.#threshold = threshold;
  }

  protected override watch(): SessionTracker | undefined {
    return (this.#tracker ??= this.#engine.tracker?.session(this.session, this.#threshold));
  }

  stats(): SessionStats {
    const tracker = this.watch();
    const { sent: statements } = this;
    return tracker === undefined ? { statements } : { statements, tracked: tracker.totals() };
  }

  /** @throws ConfigError where nothing is measured. */
  export(options: ExportOptions): QueryReport {
    const tracker = this.watch();
    if (tracker === undefined) throw notMeasured();
    return tracker.export(options);
  }

  reset(): void {
    this.sent = 0;
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
