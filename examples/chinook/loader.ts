/** The data into the database, through the unit of work: entities are added, the session works out the statements. */
import type { Database, Model, Session } from 'blazeorm';

import type { ChinookData } from './data.ts';
import { createEntities } from './entities.ts';
import type { ModelName, Playlist, Track } from './models.ts';

/** How many entities are added before a flush: few enough for a bar that moves. */
const BATCH = 500;

/** Told after every flush which model's rows were written, and how many. */
export type OnProgress = (model: ModelName, rows: number) => void;

/** Load everything in one transaction, so that what fails half-way leaves nothing behind. */
export async function loadChinook(db: Database, data: ChinookData, onProgress: OnProgress = () => {}): Promise<void> {
  const entities = createEntities(data);
  await db.transaction(async (session) => {
    for (const [model, list] of Object.entries(entities)) {
      await addInBatches(session, list, (rows) => onProgress(model as ModelName, rows));
    }
    await linkTracks(session, data.PlaylistTrack, entities, (rows) => onProgress('PlaylistTrack', rows));
  });
}

async function addInBatches(
  session: Session,
  entities: readonly Model[],
  onFlush: (rows: number) => void,
): Promise<void> {
  for (let start = 0; start < entities.length; start += BATCH) {
    const batch = entities.slice(start, start + BATCH);
    session.addAll(batch);
    await session.flush();
    onFlush(batch.length);
  }
}

/** Put the tracks on their playlists; the link rows follow from the collections. */
async function linkTracks(
  session: Session,
  links: ChinookData['PlaylistTrack'],
  entities: { readonly Playlist: readonly Playlist[]; readonly Track: readonly Track[] },
  onFlush: (rows: number) => void,
): Promise<void> {
  const trackById = new Map(entities.Track.map((track) => [track.id, track]));
  for (const playlist of entities.Playlist) {
    const own = links.filter((link) => link.PlaylistId === playlist.id);
    if (own.length === 0) continue;
    playlist.tracks.add(...own.map((link) => trackById.get(link.TrackId)!));
    await session.flush();
    onFlush(own.length);
  }
}
