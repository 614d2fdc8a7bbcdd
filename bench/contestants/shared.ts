import type { Figures } from './contestant.ts';

/**
 * What the hand-written contestants of every engine do alike: `raw` nests and groups the driver's objects, and reads
 * the result. Each function takes whole results. A process runs one engine, so they see one driver's objects only.
 */

export interface TrackRow {
  id: number;
  name: string;
  album_id: number | null;
  media_type_id: number;
  genre_id: number | null;
  composer: string | null;
  milliseconds: number;
  bytes: number | null;
  unit_price: string;
}

export interface TrackWithOnesRow extends TrackRow {
  album_title: string;
  artist_id: number;
  artist_name: string | null;
  genre_name: string | null;
  media_type_name: string | null;
}

interface Address {
  address: string | null;
  city: string | null;
  state: string | null;
  country: string | null;
  postal_code: string | null;
}

interface Customer extends Address {
  id: number;
  first_name: string;
  last_name: string;
  company: string | null;
  phone: string | null;
  fax: string | null;
  email: string;
  support_rep_id: number | null;
}

/** `Stored`: what the driver gives for a timestamp. */
export interface InvoiceRow<Stored> extends Omit<Customer, 'id'> {
  id: number;
  customer_id: number;
  invoice_date: Stored;
  billing_address: string | null;
  billing_city: string | null;
  billing_state: string | null;
  billing_country: string | null;
  billing_postal_code: string | null;
  total: string;
}

export interface LineRow extends Omit<TrackRow, 'id'> {
  id: number;
  invoice_id: number;
  track_id: number;
  quantity: number;
  track_unit_price: string;
}

interface Line {
  id: number;
  invoice_id: number;
  track_id: number;
  unit_price: string;
  quantity: number;
  track: TrackRow;
}

export interface LinkRow {
  playlist_id: number;
  track_id: number;
}

export interface PlaylistRow {
  id: number;
  name: string | null;
}

/** Joined rows become nested objects. */
export function nestOnes(rows: readonly TrackWithOnesRow[]) {
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    album_id: row.album_id,
    media_type_id: row.media_type_id,
    genre_id: row.genre_id,
    composer: row.composer,
    milliseconds: row.milliseconds,
    bytes: row.bytes,
    unit_price: row.unit_price,
    album:
      row.album_id === null
        ? null
        : {
            id: row.album_id,
            title: row.album_title,
            artist_id: row.artist_id,
            artist: { id: row.artist_id, name: row.artist_name },
          },
    genre: row.genre_id === null ? null : { id: row.genre_id, name: row.genre_name },
    media_type: { id: row.media_type_id, name: row.media_type_name },
  }));
}

/** Lines with their track, by the id of their invoice. */
export function groupLines(rows: readonly LineRow[]): Map<number, Line[]> {
  const linesOfInvoice = new Map<number, Line[]>();
  for (const row of rows) {
    const line = {
      id: row.id,
      invoice_id: row.invoice_id,
      track_id: row.track_id,
      unit_price: row.unit_price,
      quantity: row.quantity,
      track: {
        id: row.track_id,
        name: row.name,
        album_id: row.album_id,
        media_type_id: row.media_type_id,
        genre_id: row.genre_id,
        composer: row.composer,
        milliseconds: row.milliseconds,
        bytes: row.bytes,
        unit_price: row.track_unit_price,
      },
    };
    const lines = linesOfInvoice.get(row.invoice_id);
    if (lines === undefined) linesOfInvoice.set(row.invoice_id, [line]);
    else lines.push(line);
  }
  return linesOfInvoice;
}

export function nestInvoices<Stored>(
  rows: readonly InvoiceRow<Stored>[],
  linesOfInvoice: ReadonlyMap<number, Line[]>,
  toDate: (stored: Stored) => Date,
) {
  return rows.map((row) => ({
    id: row.id,
    customer_id: row.customer_id,
    invoice_date: toDate(row.invoice_date),
    billing_address: row.billing_address,
    billing_city: row.billing_city,
    billing_state: row.billing_state,
    billing_country: row.billing_country,
    billing_postal_code: row.billing_postal_code,
    total: row.total,
    customer: {
      id: row.customer_id,
      first_name: row.first_name,
      last_name: row.last_name,
      company: row.company,
      address: row.address,
      city: row.city,
      state: row.state,
      country: row.country,
      postal_code: row.postal_code,
      phone: row.phone,
      fax: row.fax,
      email: row.email,
      support_rep_id: row.support_rep_id,
    },
    lines: linesOfInvoice.get(row.id) ?? [],
  }));
}

/** A track is in 2.5 playlists on average: to read each once takes a third less time than to join it to the links. */
export function nestPlaylists(tracks: readonly TrackRow[], links: readonly LinkRow[], rows: readonly PlaylistRow[]) {
  const trackById = new Map<number, TrackRow>();
  for (const track of tracks) trackById.set(track.id, track);
  const tracksOfPlaylist = new Map<number, TrackRow[]>();
  for (const { playlist_id, track_id } of links) {
    const track = trackById.get(track_id)!;
    const siblings = tracksOfPlaylist.get(playlist_id);
    if (siblings === undefined) tracksOfPlaylist.set(playlist_id, [track]);
    else siblings.push(track);
  }
  return rows.map((row) => ({ id: row.id, name: row.name, tracks: tracksOfPlaylist.get(row.id) ?? [] }));
}

export function readTracks(tracks: readonly TrackRow[]): Figures {
  let sum = 0;
  for (const t of tracks) {
    sum += t.id + t.name.length + (t.album_id ?? 0) + t.media_type_id + (t.genre_id ?? 0);
    sum += (t.composer?.length ?? 0) + t.milliseconds + (t.bytes ?? 0) + t.unit_price.length;
  }
  return { rows: tracks.length, sum };
}

export function readOnes(tracks: ReturnType<typeof nestOnes>): Figures {
  let sum = 0;
  for (const t of tracks) {
    sum += t.name.length + t.milliseconds + (t.album?.title.length ?? 0) + (t.album?.artist.name?.length ?? 0);
    sum += (t.genre?.name?.length ?? 0) + (t.media_type.name?.length ?? 0);
  }
  return { rows: tracks.length, sum };
}

export function readInvoices(invoices: ReturnType<typeof nestInvoices>): Figures {
  let rows = 0;
  let sum = 0;
  for (const invoice of invoices) {
    rows += 1 + invoice.lines.length;
    sum += invoice.invoice_date.getTime() + invoice.total.length + invoice.customer.last_name.length;
    for (const line of invoice.lines) {
      sum += line.quantity + line.unit_price.length + line.track.name.length + line.track.milliseconds;
    }
  }
  return { rows, sum };
}

export function readPlaylists(playlists: ReturnType<typeof nestPlaylists>): Figures {
  let rows = 0;
  let sum = 0;
  for (const playlist of playlists) {
    rows += 1 + playlist.tracks.length;
    sum += playlist.name?.length ?? 0;
    for (const t of playlist.tracks) sum += t.name.length + t.milliseconds;
  }
  return { rows, sum };
}
