import { createRequire } from 'node:module';
import { Database, type DatabaseOptions } from 'blazeorm';
import { Invoice, models, Playlist, Track } from '../models.ts';
import type { Contestant } from './contestant.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** Creates the tables of the benchmark from the models. */
export async function createTables(url: string): Promise<void> {
  const db = await Database.connect(url, { models });
  await db.createAll();
  await db.close();
}

/** BlazeORM as an application uses it: full entities from a session of their own, on whatever database `url` names. */
export function openBlazeorm(url: string): Promise<Contestant> {
  return open(url, {});
}

/** The same, with all of its statements measured. */
export function openMeasured(url: string): Promise<Contestant> {
  return open(url, { performance: true });
}

async function open(url: string, options: DatabaseOptions): Promise<Contestant> {
  const db = await Database.connect(url, { models, ...options });

  return {
    versions: { blazeorm: version },
    close: () => db.close(),
    samples: {
      async list() {
        const session = db.session();
        const tracks = await session.query(Track).orderBy('id');
        let sum = 0;
        for (const t of tracks) {
          sum += t.id + t.name.length + (t.albumId ?? 0) + t.mediaTypeId + (t.genreId ?? 0);
          sum += (t.composer?.length ?? 0) + t.milliseconds + (t.bytes ?? 0) + t.unitPrice.length;
        }
        await session.close();
        return { rows: tracks.length, sum };
      },

      async toOne() {
        const session = db.session();
        const tracks = await session
          .query(Track)
          .selectRelated('album.artist', 'genre', 'mediaType')
          .orderBy('id')
          .limit(1000);
        let sum = 0;
        for (const t of tracks) {
          sum += t.name.length + t.milliseconds + (t.album?.title.length ?? 0) + (t.album?.artist.name?.length ?? 0);
          sum += (t.genre?.name?.length ?? 0) + (t.mediaType.name?.length ?? 0);
        }
        await session.close();
        return { rows: tracks.length, sum };
      },

      async invoiceGraph() {
        const session = db.session();
        const invoices = await session
          .query(Invoice)
          .selectRelated('customer')
          .prefetchRelated('lines.track')
          .orderBy('id');
        let rows = 0;
        let sum = 0;
        for (const invoice of invoices) {
          rows += 1 + invoice.lines.length;
          sum += invoice.invoiceDate.getTime() + invoice.total.length + invoice.customer.lastName.length;
          for (const line of invoice.lines) {
            sum += line.quantity + line.unitPrice.length + line.track.name.length + line.track.milliseconds;
          }
        }
        await session.close();
        return { rows, sum };
      },

      async playlists() {
        const session = db.session();
        const playlists = await session.query(Playlist).prefetchRelated('tracks').orderBy('id');
        let rows = 0;
        let sum = 0;
        for (const playlist of playlists) {
          rows += 1 + playlist.tracks.length;
          sum += playlist.name?.length ?? 0;
          for (const t of playlist.tracks) sum += t.name.length + t.milliseconds;
        }
        await session.close();
        return { rows, sum };
      },

      async get(ids) {
        let rows = 0;
        let sum = 0;
        for (const id of ids) {
          const session = db.session();
          const track = await session.get(Track, id);
          if (track) {
            rows += 1;
            sum += track.name.length + track.milliseconds;
          }
          await session.close();
        }
        return { rows, sum };
      },

      async insert(tracks) {
        const entities = await db.transaction(async (session) => {
          const added: Track[] = [];
          for (const t of tracks) {
            const track = new Track({
              name: t.name,
              album: t.albumId,
              mediaType: t.mediaTypeId,
              genre: t.genreId,
              composer: t.composer,
              milliseconds: t.milliseconds,
              bytes: t.bytes,
              unitPrice: t.unitPrice,
            });
            session.add(track);
            added.push(track);
          }
          return added;
        });
        let sum = 0;
        for (const track of entities) sum += track.id;
        return { rows: entities.length, sum };
      },

      async update() {
        const tracks = await db.transaction(async (session) => {
          const loaded = await session.query(Track).orderBy('id').limit(1000);
          for (const track of loaded) track.milliseconds += 1;
          return loaded;
        });
        let sum = 0;
        for (const track of tracks) sum += track.milliseconds;
        return { rows: tracks.length, sum };
      },
    },
  };
}
