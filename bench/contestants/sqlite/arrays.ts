import type { Contestant } from '../contestant.ts';
import type { TrackArray, TrackWithOnesArray } from '../statements.ts';
import { driverVersions, openSqlite } from './connection.ts';
import * as sql from './statements.ts';

/**
 * The limit: the same SQL read as arrays, with nothing built from them. No library can return usable objects in
 * less; what is above this line is the price of objects. It has no insert: there is no row to read.
 */
export async function openArrays(url: string): Promise<Contestant> {
  const connection = openSqlite(url);
  const prepare = <Row>(text: string) => connection.prepare<unknown[], Row>(text).raw();
  const selectTracks = prepare<TrackArray>(sql.selectTracks);
  const selectTracksWithOnes = prepare<TrackWithOnesArray>(sql.selectTracksWithOnes);
  const selectInvoices = prepare<unknown[]>(sql.selectInvoicesWithCustomer);
  const selectLines = prepare<unknown[]>(sql.selectLinesWithTrack);
  const selectPlaylists = prepare<[id: number, name: string]>(sql.selectPlaylists);
  const selectLinks = prepare<[playlistId: number, trackId: number]>(sql.selectLinks);
  const selectLinkedTracks = prepare<TrackArray>(sql.selectLinkedTracks);
  const selectTrack = prepare<TrackArray>(sql.selectTrack);
  const selectFirstTracks = prepare<TrackArray>(sql.selectFirstTracks);
  const updateMilliseconds = connection.prepare<[number, number]>(sql.updateMilliseconds);

  const saveAll = connection.transaction((tracks: readonly TrackArray[]) => {
    for (const track of tracks) updateMilliseconds.run(track[6], track[0]);
  });

  return {
    versions: driverVersions,
    close: () => void connection.close(),
    samples: {
      list() {
        const tracks = selectTracks.all();
        let sum = 0;
        for (const t of tracks) {
          sum += t[0] + t[1].length + t[2] + t[3] + t[4] + (t[5]?.length ?? 0) + t[6] + t[7] + t[8].length;
        }
        return { rows: tracks.length, sum };
      },

      toOne() {
        const tracks = selectTracksWithOnes.all();
        let sum = 0;
        for (const t of tracks) sum += t[1].length + t[6] + t[9].length + t[11].length + t[12].length + t[13].length;
        return { rows: tracks.length, sum };
      },

      invoiceGraph() {
        const lines = selectLines.all();
        const invoices = selectInvoices.all();
        let sum = 0;
        for (const i of invoices) {
          sum +=
            Date.parse(`${(i[2] as string).replace(' ', 'T')}Z`) + (i[8] as string).length + (i[10] as string).length;
        }
        for (const l of lines) {
          sum += (l[4] as number) + (l[3] as string).length + (l[5] as string).length + (l[10] as number);
        }
        return { rows: invoices.length + lines.length, sum };
      },

      playlists() {
        const trackById = new Map<number, TrackArray>();
        for (const track of selectLinkedTracks.all()) trackById.set(track[0], track);
        const links = selectLinks.all();
        const playlists = selectPlaylists.all();
        let sum = 0;
        for (const p of playlists) sum += p[1].length;
        for (const link of links) {
          const t = trackById.get(link[1])!;
          sum += t[1].length + t[6];
        }
        return { rows: playlists.length + links.length, sum };
      },

      get(ids) {
        let rows = 0;
        let sum = 0;
        for (const id of ids) {
          const track = selectTrack.get(id);
          if (track === undefined) continue;
          rows += 1;
          sum += track[1].length + track[6];
        }
        return { rows, sum };
      },

      update() {
        const tracks = selectFirstTracks.all();
        for (const track of tracks) track[6] += 1;
        saveAll(tracks);
        let sum = 0;
        for (const track of tracks) sum += track[6];
        return { rows: tracks.length, sum };
      },
    },
  };
}
