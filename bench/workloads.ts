import type { Figures, MaybePromise, Samples } from './contestants/contestant.ts';
import { newTracks, TRACKS } from './data.ts';
import type { BenchDatabase } from './engines/database.ts';

export type WorkloadId =
  | 'list'
  | 'to-one'
  | 'invoice-graph'
  | 'playlists'
  | 'get'
  | 'insert-1k'
  | 'insert-10k'
  | 'update';

export interface Workload {
  readonly id: WorkloadId;
  readonly title: string;
  /** How many rows each contestant has to report. */
  readonly rows: number;
  /** A sample of a tiny operation is a loop of this many; 1 otherwise. */
  readonly operations: number;
  /** Measured rounds, unless `--rounds` says otherwise. */
  readonly rounds: number;
  /** Readies one sample, unmeasured; undefined where the contestant doesn't take part. */
  prepare(samples: Partial<Samples>): Sample | undefined;
}

export interface Sample {
  /** This alone is measured. */
  run(): MaybePromise<Figures>;
  /** Puts the database back as it was, and checks what was written. */
  undo?(db: BenchDatabase): Promise<void>;
}

const GETS = 2_000;
/** Spread over the table, each id at most once: 7919 and 3503 share no factor. */
const getIds = Array.from({ length: GETS }, (_, index) => ((index * 7919) % TRACKS) + 1);

export const workloads: readonly Workload[] = [
  read('list', '3,503 tracks', TRACKS, 60, (samples) => samples.list),
  read('to-one', '1,000 tracks + album, artist, genre, media type', 1_000, 60, (samples) => samples.toOne),
  read(
    'invoice-graph',
    '412 invoices + customer, 2,240 lines, tracks',
    412 + 2_240,
    60,
    (samples) => samples.invoiceGraph,
  ),
  read('playlists', '18 playlists + 8,715 tracks', 18 + 8_715, 40, (samples) => samples.playlists),
  {
    id: 'get',
    title: `one track by key, fresh session (×${GETS.toLocaleString('en')})`,
    rows: GETS,
    operations: GETS,
    rounds: 40,
    prepare: ({ get }) => get && { run: () => get(getIds) },
  },
  insert('insert-1k', 1_000, 40),
  insert('insert-10k', 10_000, 20),
  {
    id: 'update',
    title: 'load 1,000 tracks, change one field of each',
    rows: 1_000,
    operations: 1,
    rounds: 40,
    prepare: ({ update }) => update && { run: update, undo: (db) => db.undoUpdate() },
  },
];

function read(
  id: WorkloadId,
  title: string,
  rows: number,
  rounds: number,
  pick: (samples: Partial<Samples>) => (() => MaybePromise<Figures>) | undefined,
): Workload {
  return {
    id,
    title,
    rows,
    rounds,
    operations: 1,
    prepare: (samples) => {
      const run = pick(samples);
      return run && { run };
    },
  };
}

function insert(id: WorkloadId, count: number, rounds: number): Workload {
  return {
    id,
    rounds,
    title: `insert ${count.toLocaleString('en')} tracks, keys read back`,
    rows: count,
    operations: 1,
    prepare: (samples) => {
      if (samples.insert === undefined) return undefined;
      const { insert: run } = samples;
      const tracks = newTracks(count); // new objects each time: a contestant may write keys into them
      return { run: () => run(tracks), undo: (db) => db.undoInsert(tracks) };
    },
  };
}
