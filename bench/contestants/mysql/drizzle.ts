import { asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/mysql2';
import { npmVersion } from 'drizzle-orm/version';
import type { Contestant } from '../contestant.ts';
import { asyncReads } from '../drizzle-read.ts';
import { relate } from '../drizzle-relations.ts';
import { driverVersions, openMysql } from './connection.ts';
import { tables } from './drizzle-schema.ts';

const ROWS_PER_INSERT = 1_000;

const { track } = tables;

/**
 * Drizzle at its best: relational queries for what is loaded with relations, every query prepared once, the generated
 * mappers (`jit`) on, and an update of many rows from JSON, which its builder of updates can't say. Relational queries
 * are LATERAL joins, which MariaDB lacks.
 */
export async function openDrizzle(url: string): Promise<Contestant> {
  const client = openMysql(url);
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

  return {
    versions: { ...driverVersions, 'drizzle-orm': npmVersion },
    close: () => client.end(),
    samples: {
      ...asyncReads({ tracks, tracksWithOnes, invoices, playlists, trackById }),

      async insert(newTracks) {
        await db.transaction(async (tx) => {
          for (let start = 0; start < newTracks.length; start += ROWS_PER_INSERT) {
            const chunk = newTracks.slice(start, start + ROWS_PER_INSERT);
            const inserted = await tx.insert(track).values(chunk).$returningId();
            for (const [index, { id }] of inserted.entries()) chunk[index]!.id = id;
          }
        });
        let sum = 0;
        for (const t of newTracks) sum += t.id!;
        return { rows: newTracks.length, sum };
      },

      async update() {
        const rows = await firstTracks.execute();
        for (const t of rows) t.milliseconds += 1;
        const values = JSON.stringify(rows.map((t) => [t.id, t.milliseconds]));
        await db.transaction((tx) =>
          tx.execute(sql`
            UPDATE ${track}
            JOIN JSON_TABLE(${values}, '$[*]' COLUMNS (id INT PATH '$[0]', milliseconds INT PATH '$[1]')) v ON v.id = ${track.id}
            SET ${track.milliseconds} = v.milliseconds`),
        );
        let sum = 0;
        for (const t of rows) sum += t.milliseconds;
        return { rows: rows.length, sum };
      },
    },
  };
}
