import type { NewTrack } from '../../data.ts';
import type { Contestant } from '../contestant.ts';
import { driverVersions, openSqlite } from './connection.ts';
import * as sql from './statements.ts';

interface TrackRow {
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

interface TrackWithOnesRow extends TrackRow {
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

interface InvoiceRow extends Omit<Customer, 'id'> {
  id: number;
  customer_id: number;
  invoice_date: string;
  billing_address: string | null;
  billing_city: string | null;
  billing_state: string | null;
  billing_country: string | null;
  billing_postal_code: string | null;
  total: string;
}

interface LineRow extends Omit<TrackRow, 'id'> {
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

interface LinkRow {
  playlist_id: number;
  track_id: number;
}

/**
 * The driver by hand, in its usual mode (rows as objects), as a competent engineer writes it: statements are
 * prepared once, joined rows become nested objects, children are grouped by a `Map`, timestamps become `Date`s.
 */
export async function openRaw(url: string): Promise<Contestant> {
  const connection = openSqlite(url);
  const selectTracks = connection.prepare<[], TrackRow>(sql.selectTracks);
  const selectTracksWithOnes = connection.prepare<[], TrackWithOnesRow>(sql.selectTracksWithOnes);
  const selectInvoices = connection.prepare<[], InvoiceRow>(sql.selectInvoicesWithCustomer);
  const selectLines = connection.prepare<[], LineRow>(sql.selectLinesWithTrack);
  const selectPlaylists = connection.prepare<[], { id: number; name: string | null }>(sql.selectPlaylists);
  const selectLinks = connection.prepare<[], LinkRow>(sql.selectLinks);
  const selectLinkedTracks = connection.prepare<[], TrackRow>(sql.selectLinkedTracks);
  const selectTrack = connection.prepare<[number], TrackRow>(sql.selectTrack);
  const selectFirstTracks = connection.prepare<[], TrackRow>(sql.selectFirstTracks);
  const updateMilliseconds = connection.prepare<[number, number]>(sql.updateMilliseconds);
  const insertTrack = connection.prepare(sql.insertTrack);

  const insertAll = connection.transaction((tracks: readonly NewTrack[]) => {
    for (const t of tracks) {
      const { lastInsertRowid } = insertTrack.run(
        t.name,
        t.albumId,
        t.mediaTypeId,
        t.genreId,
        t.composer,
        t.milliseconds,
        t.bytes,
        t.unitPrice,
      );
      t.id = Number(lastInsertRowid);
    }
  });

  const saveAll = connection.transaction((tracks: readonly TrackRow[]) => {
    for (const track of tracks) updateMilliseconds.run(track.milliseconds, track.id);
  });

  return {
    versions: driverVersions,
    close: () => void connection.close(),
    samples: {
      list() {
        const tracks = selectTracks.all();
        let sum = 0;
        for (const t of tracks) {
          sum += t.id + t.name.length + (t.album_id ?? 0) + t.media_type_id + (t.genre_id ?? 0);
          sum += (t.composer?.length ?? 0) + t.milliseconds + (t.bytes ?? 0) + t.unit_price.length;
        }
        return { rows: tracks.length, sum };
      },

      toOne() {
        const tracks = selectTracksWithOnes.all().map((row) => ({
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
        let sum = 0;
        for (const t of tracks) {
          sum += t.name.length + t.milliseconds + (t.album?.title.length ?? 0) + (t.album?.artist.name?.length ?? 0);
          sum += (t.genre?.name?.length ?? 0) + (t.media_type.name?.length ?? 0);
        }
        return { rows: tracks.length, sum };
      },

      invoiceGraph() {
        const linesOfInvoice = new Map<number, Line[]>();
        for (const row of selectLines.all()) {
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
        const invoices = selectInvoices.all().map((row) => ({
          id: row.id,
          customer_id: row.customer_id,
          invoice_date: new Date(`${row.invoice_date.replace(' ', 'T')}Z`),
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
      },

      playlists() {
        // A track is in 2.5 playlists on average: to read each once takes a third less time than to join it to the links.
        const trackById = new Map<number, TrackRow>();
        for (const track of selectLinkedTracks.all()) trackById.set(track.id, track);
        const tracksOfPlaylist = new Map<number, TrackRow[]>();
        for (const { playlist_id, track_id } of selectLinks.all()) {
          const track = trackById.get(track_id)!;
          const tracks = tracksOfPlaylist.get(playlist_id);
          if (tracks === undefined) tracksOfPlaylist.set(playlist_id, [track]);
          else tracks.push(track);
        }
        const playlists = selectPlaylists.all().map((row) => ({
          id: row.id,
          name: row.name,
          tracks: tracksOfPlaylist.get(row.id) ?? [],
        }));
        let rows = 0;
        let sum = 0;
        for (const playlist of playlists) {
          rows += 1 + playlist.tracks.length;
          sum += playlist.name?.length ?? 0;
          for (const t of playlist.tracks) sum += t.name.length + t.milliseconds;
        }
        return { rows, sum };
      },

      get(ids) {
        let rows = 0;
        let sum = 0;
        for (const id of ids) {
          const track = selectTrack.get(id);
          if (track === undefined) continue;
          rows += 1;
          sum += track.name.length + track.milliseconds;
        }
        return { rows, sum };
      },

      insert(tracks) {
        insertAll(tracks);
        let sum = 0;
        for (const t of tracks) sum += t.id!;
        return { rows: tracks.length, sum };
      },

      update() {
        const tracks = selectFirstTracks.all();
        for (const track of tracks) track.milliseconds += 1;
        saveAll(tracks);
        let sum = 0;
        for (const track of tracks) sum += track.milliseconds;
        return { rows: tracks.length, sum };
      },
    },
  };
}
