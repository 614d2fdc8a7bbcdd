import type { NewTrack } from '../../data.ts';
import type { Contestant } from '../contestant.ts';
import * as shared from '../shared.ts';
import type { InvoiceRow, LineRow, LinkRow, PlaylistRow, TrackRow, TrackWithOnesRow } from '../shared.ts';
import { driverVersions, inTransaction, openPostgres } from './connection.ts';
import * as sql from './statements.ts';

const ROWS_PER_STATEMENT = 1_000;

/**
 * The driver by hand as its own manual shows it: `client.query(text, values)`, rows as objects, many rows as a list of
 * placeholders. No statement has a name, so the server parses and plans each anew. What it reads it builds as `raw` does.
 */
export async function openPlain(url: string): Promise<Contestant> {
  const client = await openPostgres(url);

  return {
    versions: driverVersions,
    close: () => client.end(),
    samples: {
      async list() {
        const { rows } = await client.query<TrackRow>(sql.selectTracks);
        return shared.readTracks(rows);
      },

      async toOne() {
        const { rows } = await client.query<TrackWithOnesRow>(sql.selectTracksWithOnes);
        return shared.readOnes(shared.nestOnes(rows));
      },

      async invoiceGraph() {
        const lines = await client.query<LineRow>(sql.selectLinesWithTrack);
        const linesOfInvoice = shared.groupLines(lines.rows);
        const invoices = await client.query<InvoiceRow<Date>>(sql.selectInvoicesWithCustomer);
        return shared.readInvoices(shared.nestInvoices(invoices.rows, linesOfInvoice, toDate));
      },

      async playlists() {
        const tracks = await client.query<TrackRow>(sql.selectLinkedTracks);
        const links = await client.query<LinkRow>(sql.selectLinks);
        const playlists = await client.query<PlaylistRow>(sql.selectPlaylists);
        return shared.readPlaylists(shared.nestPlaylists(tracks.rows, links.rows, playlists.rows));
      },

      async get(ids) {
        let rows = 0;
        let sum = 0;
        for (const id of ids) {
          const [track] = (await client.query<TrackRow>(sql.selectTrack, [id])).rows;
          if (track === undefined) continue;
          rows += 1;
          sum += track.name.length + track.milliseconds;
        }
        return { rows, sum };
      },

      async insert(tracks) {
        await inTransaction(client, async () => {
          for (let start = 0; start < tracks.length; start += ROWS_PER_STATEMENT) {
            const chunk = tracks.slice(start, start + ROWS_PER_STATEMENT);
            const text = `INSERT INTO track (${columns}) VALUES ${placeholders(chunk.length, 8)} RETURNING id`;
            const inserted = await client.query<{ id: number }>(text, chunk.flatMap(valuesOf));
            for (const [index, { id }] of inserted.rows.entries()) chunk[index]!.id = id;
          }
        });
        let sum = 0;
        for (const t of tracks) sum += t.id!;
        return { rows: tracks.length, sum };
      },

      async update() {
        const { rows: tracks } = await client.query<TrackRow>(sql.selectFirstTracks);
        for (const track of tracks) track.milliseconds += 1;
        const text = `
          UPDATE track SET milliseconds = v.milliseconds::int
          FROM (VALUES ${placeholders(tracks.length, 2)}) AS v (id, milliseconds) WHERE track.id = v.id::int`;
        const values = tracks.flatMap(({ id, milliseconds }) => [id, milliseconds]);
        await inTransaction(client, () => client.query(text, values));
        let sum = 0;
        for (const track of tracks) sum += track.milliseconds;
        return { rows: tracks.length, sum };
      },
    },
  };
}

const toDate = (date: Date): Date => date;

const columns = 'name, album_id, media_type_id, genre_id, composer, milliseconds, bytes, unit_price';

function valuesOf(t: NewTrack): unknown[] {
  return [t.name, t.albumId, t.mediaTypeId, t.genreId, t.composer, t.milliseconds, t.bytes, t.unitPrice];
}

/** `($1, $2), ($3, $4)` for two rows of two. */
function placeholders(rows: number, width: number): string {
  const row = (r: number): string => Array.from({ length: width }, (_, c) => `$${r * width + c + 1}`).join(', ');
  return Array.from({ length: rows }, (_, r) => `(${row(r)})`).join(', ');
}
