import type { Contestant } from '../contestants/contestant.ts';
import type { ChinookTable } from '../data.ts';
import type { WorkloadId } from '../workloads.ts';
import type { BenchDatabase } from './database.ts';

/** A database that can be benchmarked. To add one, write this interface and list it in `engines/index.ts`. */
export interface Engine {
  /** Of an engine that needs a server: the environment variable that may name it. */
  readonly serverVariable?: string;
  /** Creates an empty database (on the server with the DSN `server`), has its tables created, and fills them. */
  open(
    tables: readonly ChinookTable[],
    createTables: CreateTables | undefined,
    server: string | undefined,
  ): Promise<BenchDatabase>;
  /** Imported when they are asked for, so that a library that is not installed disturbs nobody. */
  readonly contestants: Readonly<Record<'raw' | 'arrays' | 'blazeorm', ContestantLoader>>;
  /** Other libraries, and other ways to write by hand. */
  readonly peers: Readonly<Record<string, ContestantLoader>>;
  /**
   * What the server says of a statement that it does not take, if that is what the error is; undefined otherwise. A
   * peer that sends one is reported as rejected, which is no failure of the run.
   */
  readonly rejection?: (error: unknown) => string | undefined;
  /** The ratios to hand-written code that BlazeORM has to reach on this engine. */
  readonly goals: Readonly<Partial<Record<WorkloadId, number>>>;
}

/** Opens a contestant on the database at `url`. */
export type ContestantLoader = () => Promise<(url: string) => Promise<Contestant>>;

/** Creates the tables at `url` from BlazeORM's models; where it is not given, the engine uses its own DDL. */
export type CreateTables = (url: string) => Promise<void>;
