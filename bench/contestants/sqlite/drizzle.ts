import { asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { npmVersion } from 'drizzle-orm/version';
import type { Contestant } from '../contestant.ts';
import { driverVersions, openSqlite } from './connection.ts';
import { relations, track } from './drizzle-schema.ts';

/** 8 columns × 4,000 rows stay under SQLite's limit of 32,766 parameters. */
const ROWS_PER_INSERT = 4_000;

/**
 * Drizzle at its best: relational queries for what is loaded with relations, every query prepared once, and the
 * generated mappers (`jit`) on. With this driver it is synchronous, as `raw` is.
 */
export async function openDrizzle(url: string): Promise<Contestant> {
  const client = openSqlite(url);
  const db = drizzle({ client, relations, jit: true });

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
        const rows = tracks.all();
        let sum = 0;
        for (const t of rows) {
          sum += t.id + t.name.length + (t.albumId ?? 0) + t.mediaTypeId + (t.genreId ?? 0);
          sum += (t.composer?.length ?? 0) + t.milliseconds + (t.bytes ?? 0) + t.unitPrice.length;
        }
        return { rows: rows.length, sum };
      },

      toOne() {
        const rows = tracksWithOnes.execute().sync();
        let sum = 0;
        for (const t of rows) {
          sum += t.name.length + t.milliseconds + (t.album?.title.length ?? 0) + (t.album?.artist.name?.length ?? 0);
          sum += (t.genre?.name?.length ?? 0) + (t.mediaType.name?.length ?? 0);
        }
        return { rows: rows.length, sum };
      },

      invoiceGraph() {
        let rows = 0;
        let sum = 0;
        for (const invoice of invoices.execute().sync()) {
          rows += 1 + invoice.lines.length;
          sum += invoice.invoiceDate.getTime() + invoice.total.length + invoice.customer.lastName.length;
          for (const line of invoice.lines) {
            sum += line.quantity + line.unitPrice.length + line.track.name.length + line.track.milliseconds;
          }
        }
        return { rows, sum };
      },

      playlists() {
        let rows = 0;
        let sum = 0;
        for (const playlist of playlists.execute().sync()) {
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
