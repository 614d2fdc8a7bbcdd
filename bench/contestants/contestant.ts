import type { NewTrack } from '../data.ts';

/**
 * What a contestant saw in its result. Equal figures from all contestants mean that all did the same
 * work: `rows` counts what was loaded, and `sum` adds up fields that were read from every object of it.
 */
export interface Figures {
  readonly rows: number;
  readonly sum: number;
}

export type MaybePromise<T> = T | Promise<T>;

/**
 * The work, as one contestant does it. Each method is one sample: it starts from nothing (an ORM opens
 * a fresh session), loads or writes, and reads the whole result as an application would.
 */
export interface Samples {
  /** All tracks by id; every field is read. */
  list(): MaybePromise<Figures>;
  /** The first 1,000 tracks with album, artist, genre and media type; a field of each is read. */
  toOne(): MaybePromise<Figures>;
  /** All invoices with customer, lines and each line's track. */
  invoiceGraph(): MaybePromise<Figures>;
  /** All playlists with their tracks. */
  playlists(): MaybePromise<Figures>;
  /** One track per id, each in a session of its own. */
  get(ids: readonly number[]): MaybePromise<Figures>;
  /** Inserts the tracks in one transaction; each object has its key afterwards. */
  insert(tracks: NewTrack[]): MaybePromise<Figures>;
  /** Loads the first 1,000 tracks as objects, adds 1 to `milliseconds` of each and saves them in one transaction. */
  update(): MaybePromise<Figures>;
}

export interface Contestant {
  /** A contestant leaves out what makes no sense for it. */
  readonly samples: Partial<Samples>;
  /** Packages that it ran on, for the report. */
  readonly versions: Readonly<Record<string, string>>;
  close(): MaybePromise<void>;
}
