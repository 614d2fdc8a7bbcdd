import { asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { npmVersion } from 'drizzle-orm/version';
import type { Contestant } from '../contestant.ts';
import { asyncReads } from '../drizzle-read.ts';
import { relate } from '../drizzle-relations.ts';
import { driverVersions, openPostgres } from './connection.ts';
import { tables } from './drizzle-schema.ts';

/** 8 columns × 8,000 rows stay under the protocol's limit of 65,535 parameters. */
const ROWS_PER_INSERT = 8_000;

const { track } = tables;

/**
 * Drizzle at its best: relational queries for what is loaded with relations, every query prepared once under a name,
 * the generated mappers (`jit`) on, and an update of many rows from arrays.
 */
export async function openDrizzle(url: string): Promise<Contestant> {
  const client = await openPostgres(url);
  const db = drizzle({ client, relations: relate(tables), jit: true });

  const tracks = db.select().from(track).orderBy(asc(track.id)).prepare('tracks');
  const firstTracks = db.select().from(track).orderBy(asc(track.id)).limit(1000).prepare('first');
  const tracksWithOnes = db.query.track
    .findMany({
      with: { album: { with: { artist: true } }, genre: true, mediaType: true },
      orderBy: { id: 'asc' },
      limit: 1000,
    })
    .prepare('ones');
  const invoices = db.query.invoice
    .findMany({ with: { customer: true, lines: { with: { track: true } } }, orderBy: { id: 'asc' } })
    .prepare('invoices');
  const playlists = db.query.playlist.findMany({ with: { tracks: true }, orderBy: { id: 'asc' } }).prepare('playlists');
  const trackById = db
    .select()
    .from(track)
    .where(eq(track.id, sql.placeholder('id')))
    .prepare('track');
  const updateMilliseconds = db
    .update(track)
    .set({ milliseconds: sql`v.milliseconds` })
    .from(
      sql`unnest(${sql.placeholder('ids')}::int[], ${sql.placeholder('milliseconds')}::int[]) AS v (id, milliseconds)`,
    )
    .where(sql`${track.id} = v.id`)
    .prepare('update');

  return {
    versions: { ...driverVersions, 'drizzle-orm': npmVersion },
    close: () => client.end(),
    samples: {
      ...asyncReads({ tracks, tracksWithOnes, invoices, playlists, trackById }),

      async insert(newTracks) {
        await db.transaction(async (tx) => {
          for (let start = 0; start < newTracks.length; start += ROWS_PER_INSERT) {
            const chunk = newTracks.slice(start, start + ROWS_PER_INSERT);
            const inserted = await tx.insert(track).values(chunk).returning({ id: track.id });
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
        const ids = rows.map((t) => t.id);
        const milliseconds = rows.map((t) => t.milliseconds);
        await db.transaction(() => updateMilliseconds.execute({ ids, milliseconds }));
        let sum = 0;
        for (const t of rows) sum += t.milliseconds;
        return { rows: rows.length, sum };
      },
    },
  };
}
