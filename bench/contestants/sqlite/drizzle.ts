import { asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { npmVersion } from 'drizzle-orm/version';
import type { Contestant } from '../contestant.ts';
import * as read from '../drizzle-read.ts';
import { relate } from '../drizzle-relations.ts';
import { driverVersions, openSqlite } from './connection.ts';
import { tables } from './drizzle-schema.ts';

/** 8 columns × 4,000 rows stay under SQLite's limit of 32,766 parameters. */
const ROWS_PER_INSERT = 4_000;

const { track } = tables;

/**
 * Drizzle at its best: relational queries for what is loaded with relations, every query prepared once, and the
 * generated mappers (`jit`) on. With this driver it is synchronous, as `raw` is.
 */
export async function openDrizzle(url: string): Promise<Contestant> {
  const client = openSqlite(url);
  const db = drizzle({ client, relations: relate(tables), jit: true });

  const tracks = db.select().from(track).orderBy(asc(track.id)).prepare();
  const firstTracks = db.select().from(track).orderBy(asc(track.id)).limit(1000).prepare();
  const tracksWithOnes = db.query.track
    .findMany({
      with: { album: { with: { artist: true } }, genre: true, mediaType: true },
      orderBy: { id: 'asc' },
      limit: 1000,
    })
    .prepare();
  const invoices = db.query.invoice
    .findMany({ with: { customer: true, lines: { with: { track: true } } }, orderBy: { id: 'asc' } })
    .prepare();
  const playlists = db.query.playlist.findMany({ with: { tracks: true }, orderBy: { id: 'asc' } }).prepare();
  const trackById = db
    .select()
    .from(track)
    .where(eq(track.id, sql.placeholder('id')))
    .prepare();
  const updateMilliseconds = db
    .update(track)
    .set({ milliseconds: sql`${sql.placeholder('milliseconds')}` })
    .where(eq(track.id, sql.placeholder('id')))
    .prepare();

  return {
    versions: { ...driverVersions, 'drizzle-orm': npmVersion },
    close: () => void client.close(),
    samples: {
      list() {
        return read.readTracks(tracks.all());
      },

      toOne() {
        return read.readOnes(tracksWithOnes.execute().sync());
      },

      invoiceGraph() {
        return read.readInvoices(invoices.execute().sync());
      },

      playlists() {
        return read.readPlaylists(playlists.execute().sync());
      },

      get(ids) {
        let rows = 0;
        let sum = 0;
        for (const id of ids) {
          const found = trackById.get({ id });
          if (found === undefined) continue;
          rows += 1;
          sum += found.name.length + found.milliseconds;
        }
        return { rows, sum };
      },

      insert(newTracks) {
        db.transaction((tx) => {
          for (let start = 0; start < newTracks.length; start += ROWS_PER_INSERT) {
            const chunk = newTracks.slice(start, start + ROWS_PER_INSERT);
            const inserted = tx.insert(track).values(chunk).returning({ id: track.id }).all();
            for (const [index, { id }] of inserted.entries()) chunk[index]!.id = id;
          }
        });
        let sum = 0;
        for (const t of newTracks) sum += t.id!;
        return { rows: newTracks.length, sum };
      },

      update() {
        const rows = firstTracks.all();
        for (const t of rows) t.milliseconds += 1;
        db.transaction(() => {
          for (const t of rows) updateMilliseconds.run({ milliseconds: t.milliseconds, id: t.id });
        });
        let sum = 0;
        for (const t of rows) sum += t.milliseconds;
        return { rows: rows.length, sum };
      },
    },
  };
}
