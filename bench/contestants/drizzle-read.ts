import type { Figures, Samples } from './contestant.ts';

/** How Drizzle's results are read on every engine. */

interface Track {
  id: number;
  name: string;
  albumId: number | null;
  mediaTypeId: number;
  genreId: number | null;
  composer: string | null;
  milliseconds: number;
  bytes: number | null;
  unitPrice: string;
}

interface Named {
  name: string | null;
}

interface TrackWithOnes extends Track {
  album: { title: string; artist: Named } | null;
  genre: Named | null;
  mediaType: Named;
}

interface Invoice {
  invoiceDate: Date;
  total: string;
  customer: { lastName: string };
  lines: readonly { quantity: number; unitPrice: string; track: Track }[];
}

interface Playlist extends Named {
  tracks: readonly Track[];
}

export function readTracks(tracks: readonly Track[]): Figures {
  let sum = 0;
  for (const t of tracks) {
    sum += t.id + t.name.length + (t.albumId ?? 0) + t.mediaTypeId + (t.genreId ?? 0);
    sum += (t.composer?.length ?? 0) + t.milliseconds + (t.bytes ?? 0) + t.unitPrice.length;
  }
  return { rows: tracks.length, sum };
}

export function readOnes(tracks: readonly TrackWithOnes[]): Figures {
  let sum = 0;
  for (const t of tracks) {
    sum += t.name.length + t.milliseconds + (t.album?.title.length ?? 0) + (t.album?.artist.name?.length ?? 0);
    sum += (t.genre?.name?.length ?? 0) + (t.mediaType.name?.length ?? 0);
  }
  return { rows: tracks.length, sum };
}

export function readInvoices(invoices: readonly Invoice[]): Figures {
  let rows = 0;
  let sum = 0;
  for (const invoice of invoices) {
    rows += 1 + invoice.lines.length;
    sum += invoice.invoiceDate.getTime() + invoice.total.length + invoice.customer.lastName.length;
    for (const line of invoice.lines) {
      sum += line.quantity + line.unitPrice.length + line.track.name.length + line.track.milliseconds;
    }
  }
  return { rows, sum };
}

export function readPlaylists(playlists: readonly Playlist[]): Figures {
  let rows = 0;
  let sum = 0;
  for (const playlist of playlists) {
    rows += 1 + playlist.tracks.length;
    sum += playlist.name?.length ?? 0;
    for (const t of playlist.tracks) sum += t.name.length + t.milliseconds;
  }
  return { rows, sum };
}

interface Prepared<Row> {
  execute(): Promise<readonly Row[]>;
}

/** What is read the same way through every driver that is asynchronous. */
export function asyncReads(queries: {
  readonly tracks: Prepared<Track>;
  readonly tracksWithOnes: Prepared<TrackWithOnes>;
  readonly invoices: Prepared<Invoice>;
  readonly playlists: Prepared<Playlist>;
  readonly trackById: { execute(values: { id: number }): Promise<readonly Track[]> };
}): Pick<Samples, 'list' | 'toOne' | 'invoiceGraph' | 'playlists' | 'get'> {
  const { tracks, tracksWithOnes, invoices, playlists, trackById } = queries;
  return {
    async list() {
      return readTracks(await tracks.execute());
    },

    async toOne() {
      return readOnes(await tracksWithOnes.execute());
    },

    async invoiceGraph() {
      return readInvoices(await invoices.execute());
    },

    async playlists() {
      return readPlaylists(await playlists.execute());
    },

    async get(ids) {
      let rows = 0;
      let sum = 0;
      for (const id of ids) {
        const [found] = await trackById.execute({ id });
        if (found === undefined) continue;
        rows += 1;
        sum += found.name.length + found.milliseconds;
      }
      return { rows, sum };
    },
  };
}
