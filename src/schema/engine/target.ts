import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { RunStep } from '../steps/step.ts';
import type { MigrationRecord } from './record.ts';

/** The database that migrations are applied to, as the engine needs it. */
export interface MigrationTarget {
  readonly executor: Executor;
  readonly dialect: Dialect;
  /** A file beside the database, where that is a file, by which migrators keep each other out. */
  readonly lockFile: string | undefined;
  /** Run code of a migration. */
  readonly runCode: (step: RunStep, how: CodeTerms) => Promise<void>;
}

/** What code of a migration has to work with. */
export interface CodeTerms {
  /** The migration's own connection: in its transaction, unless the step stands outside. */
  readonly connection: Connection;
  /** Where code that stands outside notes how far it has come. */
  readonly record: MigrationRecord;
  readonly migration: string;
  readonly progress: (done: number, total?: number) => void;
}
