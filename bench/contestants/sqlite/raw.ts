import type { NewTrack } from '../../data.ts';
import type { Contestant } from '../contestant.ts';
import * as shared from '../shared.ts';
import type { InvoiceRow, LineRow, LinkRow, PlaylistRow, TrackRow, TrackWithOnesRow } from '../shared.ts';
import { driverVersions, openSqlite } from './connection.ts';
import * as sql from './statements.ts';

/**
 * The driver by hand, in its usual mode (rows as objects), as a competent engineer writes it: statements are
 * prepared once, joined rows become nested objects, children are grouped by a `Map`, timestamps become `Date`s.
 */
export async function openRaw(url: string): Promise<Contestant> {
  const connection = openSqlite(url);
  const selectTracks = connection.prepare<[], TrackRow>(sql.selectTracks);
  const selectTracksWithOnes = connection.prepare<[], TrackWithOnesRow>(sql.selectTracksWithOnes);
  const selectInvoices = connection.prepare<[], InvoiceRow<string>>(sql.selectInvoicesWithCustomer);
  const selectLines = connection.prepare<[], LineRow>(sql.selectLinesWithTrack);
  const selectPlaylists = connection.prepare<[], PlaylistRow>(sql.selectPlaylists);
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
        return shared.readTracks(selectTracks.all());
      },

      toOne() {
        return shared.readOnes(shared.nestOnes(selectTracksWithOnes.all()));
      },

      invoiceGraph() {
        const lines = shared.groupLines(selectLines.all());
        return shared.readInvoices(shared.nestInvoices(selectInvoices.all(), lines, toDate));
      },

      playlists() {
        return shared.readPlaylists(
          shared.nestPlaylists(selectLinkedTracks.all(), selectLinks.all(), selectPlaylists.all()),
        );
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

/** `2021-01-01 00:00:00.000`, in UTC */
function toDate(stored: string): Date {
  return new Date(`${stored.replace(' ', 'T')}Z`);
}
