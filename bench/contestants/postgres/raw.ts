import type { NewTrack } from '../../data.ts';
import type { Contestant } from '../contestant.ts';
import * as shared from '../shared.ts';
import type { InvoiceRow, LineRow, LinkRow, PlaylistRow, TrackRow, TrackWithOnesRow } from '../shared.ts';
import { driverVersions, inTransaction, openPostgres } from './connection.ts';
import * as sql from './statements.ts';

const ROWS_PER_INSERT = 5_000;

/**
 * The driver by hand, in its usual mode (rows as objects), as a competent engineer writes it: one connection,
 * statements prepared under a name, joined rows become nested objects, children are grouped by a `Map`, and many rows
 * go to a statement as arrays. Values are what `pg` makes of them: decimals texts, timestamps `Date`s.
 */
export async function openRaw(url: string): Promise<Contestant> {
  const client = await openPostgres(url);
  const selectTracks = { name: 'tracks', text: sql.selectTracks };
  const selectTracksWithOnes = { name: 'ones', text: sql.selectTracksWithOnes };
  const selectInvoices = { name: 'invoices', text: sql.selectInvoicesWithCustomer };
  const selectLines = { name: 'lines', text: sql.selectLinesWithTrack };
  const selectPlaylists = { name: 'playlists', text: sql.selectPlaylists };
  const selectLinks = { name: 'links', text: sql.selectLinks };
  const selectLinkedTracks = { name: 'linked', text: sql.selectLinkedTracks };
  const selectTrack = { name: 'track', text: sql.selectTrack };
  const selectFirstTracks = { name: 'first', text: sql.selectFirstTracks };
  const insertTracks = { name: 'insert', text: sql.insertTracks };
  const updateMilliseconds = { name: 'update', text: sql.updateMilliseconds };

  return {
    versions: driverVersions,
    close: () => client.end(),
    samples: {
      async list() {
        const { rows } = await client.query<TrackRow>(selectTracks);
        return shared.readTracks(rows);
      },

      async toOne() {
        const { rows } = await client.query<TrackWithOnesRow>(selectTracksWithOnes);
        return shared.readOnes(shared.nestOnes(rows));
      },

      async invoiceGraph() {
        const lines = await client.query<LineRow>(selectLines);
        const linesOfInvoice = shared.groupLines(lines.rows);
        const invoices = await client.query<InvoiceRow<Date>>(selectInvoices);
        return shared.readInvoices(shared.nestInvoices(invoices.rows, linesOfInvoice, toDate));
      },

      async playlists() {
        const tracks = await client.query<TrackRow>(selectLinkedTracks);
        const links = await client.query<LinkRow>(selectLinks);
        const playlists = await client.query<PlaylistRow>(selectPlaylists);
        return shared.readPlaylists(shared.nestPlaylists(tracks.rows, links.rows, playlists.rows));
      },

      async get(ids) {
        let rows = 0;
        let sum = 0;
        for (const id of ids) {
          const [track] = (await client.query<TrackRow>({ ...selectTrack, values: [id] })).rows;
          if (track === undefined) continue;
          rows += 1;
          sum += track.name.length + track.milliseconds;
        }
        return { rows, sum };
      },

      async insert(tracks) {
        await inTransaction(client, async () => {
          for (let start = 0; start < tracks.length; start += ROWS_PER_INSERT) {
            const chunk = tracks.slice(start, start + ROWS_PER_INSERT);
            const inserted = await client.query<{ id: number }>({ ...insertTracks, values: columnsOf(chunk) });
            for (const [index, { id }] of inserted.rows.entries()) chunk[index]!.id = id;
          }
        });
        let sum = 0;
        for (const t of tracks) sum += t.id!;
        return { rows: tracks.length, sum };
      },

      async update() {
        const { rows: tracks } = await client.query<TrackRow>(selectFirstTracks);
        for (const track of tracks) track.milliseconds += 1;
        const values = [tracks.map(({ id }) => id), tracks.map(({ milliseconds }) => milliseconds)];
        await inTransaction(client, () => client.query({ ...updateMilliseconds, values }));
        let sum = 0;
        for (const track of tracks) sum += track.milliseconds;
        return { rows: tracks.length, sum };
      },
    },
  };
}

const toDate = (date: Date): Date => date;

/** In the order of the statement's parameters. */
function columnsOf(tracks: readonly NewTrack[]): unknown[][] {
  return [
    tracks.map((t) => t.name),
    tracks.map((t) => t.albumId),
    tracks.map((t) => t.mediaTypeId),
    tracks.map((t) => t.genreId),
    tracks.map((t) => t.composer),
    tracks.map((t) => t.milliseconds),
    tracks.map((t) => t.bytes),
    tracks.map((t) => t.unitPrice),
  ];
}
