import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, Club, Membership, Person, Post, Tag } from '../../support/models.ts';
import { items, rowsOf } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author, Person] });
});

afterEach(() => db.close());

const post = (title: string, author: Author): Post => new Post({ title, author });

describe('many-to-many', () => {
  const seed = async (): Promise<void> => {
    await db.transaction((session) => {
      const ann = new Author({ name: 'Ann', email: 'a@x.org' });
      const tags = ['a', 'b', 'c'].map((name) => new Tag({ name }));
      const first = post('One', ann);
      first.tags.add(tags[0]!, tags[1]!);
      session.add(first, post('Two', ann), ...tags);
    });
  };
  const links = async (): Promise<string[]> =>
    ((await rowsOf(db))['post_tags'] ?? []).map((row) => `${String(row['post_id'])}-${String(row['tag_id'])}`);

  for (const loaded of [true, false]) {
    it(`R5: add, remove, set and clear from both sides, ${loaded ? 'loaded' : 'not loaded'}`, async () => {
      await seed();
      const session = db.session();
      const posts = await session.query(Post).orderBy('id');
      const tags = await session.query(Tag).orderBy('id');
      if (loaded) {
        await session.prefetch(posts, 'tags');
        await session.prefetch(tags, 'posts');
      }
      posts[0]!.tags.add(tags[2]!);
      tags[2]!.posts.add(posts[1]!);
      tags[0]!.posts.remove(posts[0]!);
      posts[0]!.tags.remove(tags[1]!);
      await expectSent(() => session.commit(), {
        sqlite: [
          'BEGIN',
          'DELETE FROM "post_tags" WHERE "post_id" = ? AND "tag_id" = ?',
          'DELETE FROM "post_tags" WHERE "tag_id" = ? AND "post_id" = ?',
          'INSERT INTO "post_tags" ("post_id", "tag_id") VALUES (?, ?) ON CONFLICT DO NOTHING',
          'INSERT INTO "post_tags" ("tag_id", "post_id") VALUES (?, ?) ON CONFLICT DO NOTHING',
          'COMMIT',
        ],
        postgres: [
          'BEGIN',
          'DELETE FROM "post_tags" WHERE "post_id" = $1 AND "tag_id" = $2',
          'DELETE FROM "post_tags" WHERE "tag_id" = $1 AND "post_id" = $2',
          'INSERT INTO "post_tags" ("post_id", "tag_id") VALUES ($1, $2) ON CONFLICT DO NOTHING',
          'INSERT INTO "post_tags" ("tag_id", "post_id") VALUES ($1, $2) ON CONFLICT DO NOTHING',
          'COMMIT',
        ],
        mysql: [
          'BEGIN',
          'DELETE FROM `post_tags` WHERE `post_id` = ? AND `tag_id` = ?',
          'DELETE FROM `post_tags` WHERE `tag_id` = ? AND `post_id` = ?',
          'INSERT INTO `post_tags` (`post_id`, `tag_id`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `post_id` = `post_id`',
          'INSERT INTO `post_tags` (`tag_id`, `post_id`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `post_id` = `post_id`',
          'COMMIT',
        ],
      });
      expect(await links()).toEqual(['1-3', '2-3']);
      await session.prefetch(posts, 'tags');
      await session.prefetch(tags, 'posts');
      expect(posts.map((item) => items(item.tags).map((tag) => tag.name))).toEqual([['c'], ['c']]);
      expect(tags.map((tag) => items(tag.posts).map((item) => item.title))).toEqual([[], [], ['One', 'Two']]);
      posts[0]!.tags.set([tags[0]!, tags[2]!, tags[0]!]);
      posts[1]!.tags.clear();
      expect(tags.map((tag) => items(tag.posts).map((item) => item.title))).toEqual([['One'], [], ['One']]);
      await session.commit();
      expect(await links()).toEqual(['1-1', '1-3']);
      expect(await statementsOf(() => session.commit())).toEqual([]);
      await session.close();
    });
  }

  it('R5: the same pair from both sides, twice, or there already, is one row', async () => {
    await seed();
    const session = db.session();
    const [one] = await session.query(Post).orderBy('id');
    const [a, , c] = await session.query(Tag).orderBy('id');
    one!.tags.add(c!, c!);
    c!.posts.add(one!);
    one!.tags.add(a!);
    await session.commit();
    expect(await links()).toEqual(['1-1', '1-2', '1-3']);
    await session.close();
  });

  it('R5: not loaded, the last call counts: remove then add, add then remove, from one side or both', async () => {
    await seed();
    const session = db.session();
    const [one, two] = await session.query(Post).orderBy('id');
    const [a, b, c] = await session.query(Tag).orderBy('id');
    two!.tags.remove(a!);
    two!.tags.add(a!);
    one!.tags.add(b!);
    one!.tags.remove(b!);
    two!.tags.add(c!);
    c!.posts.remove(two!);
    await session.commit();
    expect(await links()).toEqual(['1-1', '2-1']);
    await session.close();
  });

  it('R1: R5: through a model with columns of its own: rows of that model, with its rules', async () => {
    class Playlist extends model('playlist', {
      id: f.auto(),
      name: f.string(),
      tracks: f.manyToMany(() => Track, { through: () => Entry }),
      entries: f.reverse(() => Entry, 'playlist'),
    }) {}
    class Track extends model('track', {
      id: f.auto(),
      title: f.string(),
      playlists: f.reverse(() => Playlist, 'tracks'),
    }) {}
    class Entry extends model('entry', {
      id: f.auto(),
      playlist: f.foreignKey(() => Playlist),
      track: f.foreignKey(() => Track),
      position: f.int({ default: 7 }),
    }) {}
    const own = await openTestDatabase({ models: [Playlist] });
    const session = own.session();
    const list = new Playlist({ name: 'p' });
    expect(items(list.entries).length).toBe(0);
    const tracks = ['a', 'b'].map((title) => new Track({ title }));
    list.tracks.add(...tracks);
    session.add(list);
    await session.commit();
    expect((await rowsOf(own))['entry']).toEqual([
      { id: 1, playlist_id: 1, track_id: 1, position: 7 },
      { id: 2, playlist_id: 1, track_id: 2, position: 7 },
    ]);
    expect(items(list.entries).map((entry) => [entry.trackId, session.state(entry)])).toEqual([
      [1, 'persistent'],
      [2, 'persistent'],
    ]);
    const entry = items(list.entries)[0]!;
    list.tracks.remove(tracks[0]!);
    await session.commit();
    expect((await rowsOf(own))['entry']).toEqual([{ id: 2, playlist_id: 1, track_id: 2, position: 7 }]);
    expect([session.state(entry), items(list.entries).length, await session.get(Entry, 1)]).toEqual([
      'detached',
      1,
      null,
    ]);
    await own.close();
  });

  it('R5: through a model that needs more than the link can give: an error with its name, and nothing written', async () => {
    const session = db.session();
    const person = new Person({ name: 'Ann' });
    person.clubs.add(new Club({ name: 'Chess' }));
    session.add(person);
    expect(await errorOf(() => session.commit())).toMatchObject({
      code: 'E_VALIDATION',
      model: 'Membership',
      field: 'since',
      message: 'Membership.since has no value and is not nullable: give it one, or declare it nullable: true.',
    });
    expect([await rowsOf(db), person.id]).toEqual([{}, undefined]);
    person.clubs.clear();
    session.add(new Membership({ person, club: new Club({ name: 'Go' }), since: '2026-01-01' }));
    await session.commit();
    expect((await rowsOf(db))['membership']).toEqual([{ id: 1, person_id: 1, club_id: 2, since: '2026-01-01' }]);
  });
});
