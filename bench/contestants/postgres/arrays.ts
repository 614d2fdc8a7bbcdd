import type { QueryArrayConfig } from 'pg';
import type { Contestant } from '../contestant.ts';
import { driverVersions, inTransaction, openPostgres } from './connection.ts';
import * as sql from './statements.ts';

/** By position, in the order of the SELECT list in statements.ts: what the server sends is text, and stays it. */
type Row = (string | null)[];

const asText = (text: string): string => text;

function prepared(name: string, text: string): QueryArrayConfig {
  return { name, text, rowMode: 'array', types: { getTypeParser: () => asText } };
}

/**
 * The limit: the same SQL read as arrays of text, with nothing built from them; a number is parsed where it is read.
 * What is above this line is the price of objects. It has no insert: there is no row to read.
 */
export async function openArrays(url: string): Promise<Contestant> {
  const client = await openPostgres(url);
  const selectTracks = prepared('tracks', sql.selectTracks);
  const selectTracksWithOnes = prepared('ones', sql.selectTracksWithOnes);
  const selectInvoices = prepared('invoices', sql.selectInvoicesWithCustomer);
  const selectLines = prepared('lines', sql.selectLinesWithTrack);
  const selectPlaylists = prepared('playlists', sql.selectPlaylists);
  const selectLinks = prepared('links', sql.selectLinks);
  const selectLinkedTracks = prepared('linked', sql.selectLinkedTracks);
  const selectTrack = prepared('track', sql.selectTrack);
  const selectFirstTracks = prepared('first', sql.selectFirstTracks);
  const updateMilliseconds = prepared('update', sql.updateMilliseconds);

  return {
    versions: driverVersions,
    close: () => client.end(),
    samples: {
      async list() {
        const { rows: tracks } = await client.query<Row>(selectTracks);
        let sum = 0;
        for (const t of tracks) {
          sum += Number(t[0]) + t[1]!.length + Number(t[2]) + Number(t[3]) + Number(t[4]);
          sum += (t[5]?.length ?? 0) + Number(t[6]) + Number(t[7]) + t[8]!.length;
        }
        return { rows: tracks.length, sum };
      },

      async toOne() {
        const { rows: tracks } = await client.query<Row>(selectTracksWithOnes);
        let sum = 0;
        for (const t of tracks) {
          sum += t[1]!.length + Number(t[6]) + t[9]!.length + t[11]!.length + t[12]!.length + t[13]!.length;
        }
        return { rows: tracks.length, sum };
      },

      async invoiceGraph() {
        const { rows: lines } = await client.query<Row>(selectLines);
        const { rows: invoices } = await client.query<Row>(selectInvoices);
        let sum = 0;
        for (const i of invoices) sum += Date.parse(i[2]!) + i[8]!.length + i[10]!.length;
        for (const l of lines) sum += Number(l[4]) + l[3]!.length + l[5]!.length + Number(l[10]);
        return { rows: invoices.length + lines.length, sum };
      },

      async playlists() {
        const trackById = new Map<string, Row>();
        for (const track of (await client.query<Row>(selectLinkedTracks)).rows) trackById.set(track[0]!, track);
        const { rows: links } = await client.query<Row>(selectLinks);
        const { rows: playlists } = await client.query<Row>(selectPlaylists);
        let sum = 0;
        for (const p of playlists) sum += p[1]!.length;
        for (const link of links) {
          const t = trackById.get(link[1]!)!;
          sum += t[1]!.length + Number(t[6]);
        }
        return { rows: playlists.length + links.length, sum };
      },

      async get(ids) {
        let rows = 0;
        let sum = 0;
        for (const id of ids) {
          const [track] = (await client.query<Row>({ ...selectTrack, values: [id] })).rows;
          if (track === undefined) continue;
          rows += 1;
          sum += track[1]!.length + Number(track[6]);
        }
        return { rows, sum };
      },

      async update() {
        const { rows: tracks } = await client.query<Row>(selectFirstTracks);
        const raised = tracks.map((track) => Number(track[6]) + 1);
        const values = [tracks.map((track) => track[0]), raised];
        await inTransaction(client, () => client.query({ ...updateMilliseconds, values }));
        let sum = 0;
        for (const milliseconds of raised) sum += milliseconds;
        return { rows: tracks.length, sum };
      },
    },
  };
}
