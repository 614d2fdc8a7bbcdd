import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { NewTrack } from '../../data.ts';
import type { Contestant } from '../contestant.ts';
import * as shared from '../shared.ts';
import type { InvoiceRow, LineRow, LinkRow, PlaylistRow, TrackRow, TrackWithOnesRow } from '../shared.ts';
import { driverVersions, inTransaction, openMysql } from './connection.ts';
import * as sql from './statements.ts';

type Rows<Row> = (Row & RowDataPacket)[];

const ROWS_PER_INSERT = 1_000;

/**
 * The driver by hand, in its usual mode (rows as objects), as a competent engineer writes it: `pool.execute`, which
 * keeps its statements prepared, joined rows become nested objects, children are grouped by a `Map`, and many rows go to
 * one statement. Values are what `mysql2` makes of them: decimals texts, timestamps `Date`s.
 */
export async function openRaw(url: string): Promise<Contestant> {
  const pool = openMysql(url);

  return {
    versions: driverVersions,
    close: () => pool.end(),
    samples: {
      async list() {
        const [rows] = await pool.execute<Rows<TrackRow>>(sql.selectTracks);
        return shared.readTracks(rows);
      },

      async toOne() {
        const [rows] = await pool.execute<Rows<TrackWithOnesRow>>(sql.selectTracksWithOnes);
        return shared.readOnes(shared.nestOnes(rows));
      },

      async invoiceGraph() {
        const [lines] = await pool.execute<Rows<LineRow>>(sql.selectLinesWithTrack);
        const linesOfInvoice = shared.groupLines(lines);
        const [invoices] = await pool.execute<Rows<InvoiceRow<Date>>>(sql.selectInvoicesWithCustomer);
        return shared.readInvoices(shared.nestInvoices(invoices, linesOfInvoice, toDate));
      },

      async playlists() {
        const [tracks] = await pool.execute<Rows<TrackRow>>(sql.selectLinkedTracks);
        const [links] = await pool.execute<Rows<LinkRow>>(sql.selectLinks);
        const [playlists] = await pool.execute<Rows<PlaylistRow>>(sql.selectPlaylists);
        return shared.readPlaylists(shared.nestPlaylists(tracks, links, playlists));
      },

      async get(ids) {
        let rows = 0;
        let sum = 0;
        for (const id of ids) {
          const [[track]] = await pool.execute<Rows<TrackRow>>(sql.selectTrack, [id]);
          if (track === undefined) continue;
          rows += 1;
          sum += track.name.length + track.milliseconds;
        }
        return { rows, sum };
      },

      async insert(tracks) {
        await inTransaction(pool, async (connection) => {
          for (let start = 0; start < tracks.length; start += ROWS_PER_INSERT) {
            const chunk = tracks.slice(start, start + ROWS_PER_INSERT);
            const [{ insertId }] = await connection.query<ResultSetHeader>(sql.insertTracks, [chunk.map(valuesOf)]);
            // Of the rows of one statement the server says the first key; the others follow it.
            for (const [index, track] of chunk.entries()) track.id = insertId + index;
          }
        });
        let sum = 0;
        for (const t of tracks) sum += t.id!;
        return { rows: tracks.length, sum };
      },

      async update() {
        const [tracks] = await pool.execute<Rows<TrackRow>>(sql.selectFirstTracks);
        for (const track of tracks) track.milliseconds += 1;
        const values = JSON.stringify(tracks.map(({ id, milliseconds }) => [id, milliseconds]));
        await inTransaction(pool, (connection) => connection.execute(sql.updateMilliseconds, [values]));
        let sum = 0;
        for (const track of tracks) sum += track.milliseconds;
        return { rows: tracks.length, sum };
      },
    },
  };
}

const toDate = (date: Date): Date => date;

/** In the order of the statement's columns. */
function valuesOf(t: NewTrack): unknown[] {
  return [t.name, t.albumId, t.mediaTypeId, t.genreId, t.composer, t.milliseconds, t.bytes, t.unitPrice];
}
