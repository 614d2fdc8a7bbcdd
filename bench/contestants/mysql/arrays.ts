import type { RowDataPacket } from 'mysql2/promise';
import type { Contestant } from '../contestant.ts';
import type { TrackArray, TrackWithOnesArray } from '../statements.ts';
import { driverVersions, inTransaction, openMysql } from './connection.ts';
import * as sql from './statements.ts';

/** Named cast of every row: the driver's type of one has names. */
type ByPosition<Row> = (Row & RowDataPacket)[];
type InvoiceArray = [id: number, customerId: number, date: string, ...string[]];
type LineArray = [
  id: number,
  invoiceId: number,
  trackId: number,
  unitPrice: string,
  quantity: number,
  name: string,
  albumId: number,
  mediaTypeId: number,
  genreId: number,
  composer: string | null,
  milliseconds: number,
];

/**
 * The limit: the same SQL read as arrays, times left as text, with nothing built from them. What is above this line is
 * the price of objects. It has no insert: there is no row to read.
 */
export async function openArrays(url: string): Promise<Contestant> {
  const pool = openMysql(url, { rowsAsArray: true, dateStrings: true });

  return {
    versions: driverVersions,
    close: () => pool.end(),
    samples: {
      async list() {
        const [tracks] = await pool.execute<ByPosition<TrackArray>>(sql.selectTracks);
        let sum = 0;
        for (const t of tracks) {
          sum += t[0] + t[1].length + t[2] + t[3] + t[4] + (t[5]?.length ?? 0) + t[6] + t[7] + t[8].length;
        }
        return { rows: tracks.length, sum };
      },

      async toOne() {
        const [tracks] = await pool.execute<ByPosition<TrackWithOnesArray>>(sql.selectTracksWithOnes);
        let sum = 0;
        for (const t of tracks) {
          sum += t[1].length + t[6] + t[9].length + t[11].length + t[12].length + t[13].length;
        }
        return { rows: tracks.length, sum };
      },

      async invoiceGraph() {
        const [lines] = await pool.execute<ByPosition<LineArray>>(sql.selectLinesWithTrack);
        const [invoices] = await pool.execute<ByPosition<InvoiceArray>>(sql.selectInvoicesWithCustomer);
        let sum = 0;
        for (const i of invoices) sum += Date.parse(`${i[2]}Z`) + i[8]!.length + i[10]!.length;
        for (const l of lines) sum += l[4] + l[3].length + l[5].length + l[10];
        return { rows: invoices.length + lines.length, sum };
      },

      async playlists() {
        const trackById = new Map<number, TrackArray>();
        const [tracks] = await pool.execute<ByPosition<TrackArray>>(sql.selectLinkedTracks);
        for (const track of tracks) trackById.set(track[0], track);
        const [links] = await pool.execute<ByPosition<[playlistId: number, trackId: number]>>(sql.selectLinks);
        const [playlists] = await pool.execute<ByPosition<[id: number, name: string]>>(sql.selectPlaylists);
        let sum = 0;
        for (const p of playlists) sum += p[1].length;
        for (const link of links) {
          const t = trackById.get(link[1])!;
          sum += t[1].length + t[6];
        }
        return { rows: playlists.length + links.length, sum };
      },

      async get(ids) {
        let rows = 0;
        let sum = 0;
        for (const id of ids) {
          const [[track]] = await pool.execute<ByPosition<TrackArray>>(sql.selectTrack, [id]);
          if (track === undefined) continue;
          rows += 1;
          sum += track[1].length + track[6];
        }
        return { rows, sum };
      },

      async update() {
        const [tracks] = await pool.execute<ByPosition<TrackArray>>(sql.selectFirstTracks);
        const raised = tracks.map((track) => [track[0], track[6] + 1] as const);
        const values = JSON.stringify(raised);
        await inTransaction(pool, (connection) => connection.execute(sql.updateMilliseconds, [values]));
        let sum = 0;
        for (const [, milliseconds] of raised) sum += milliseconds;
        return { rows: tracks.length, sum };
      },
    },
  };
}
