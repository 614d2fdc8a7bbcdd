import { describe, expect, it } from 'vitest';

import { f, model } from 'blazeorm';
import { createTable, PostgresDialect } from 'blazeorm/schema';
import type { Migration } from 'blazeorm/schema';

import { describeOperation } from '../../../src/schema/describe.ts';
import { changesOf, makeMigration, possibleRenames, withRenames } from '../../../src/schema/makemigrations.ts';

const dialect = new PostgresDialect();
const history: Migration = {
  kind: 'migration',
  name: '0001_initial',
  checksum: '0001_initial',
  after: [],
  replaces: [],
  operations: [createTable('post', { id: f.auto(), title: f.text(), views: f.int() })],
};

class Post extends model('post', { id: f.auto(), heading: f.text({ default: '' }), likes: f.int({ default: 0 }) }) {}

describe('columns that may have been renamed', () => {
  const changes = changesOf([Post], [history], dialect);

  it('G2: are those of one type that go and come, and nothing takes them for one by itself', () => {
    expect(possibleRenames(changes)).toEqual([
      { table: 'post', from: 'title', to: 'heading' },
      { table: 'post', from: 'views', to: 'likes' },
    ]);
    const made = makeMigration(changes)!;
    expect([made.name, ...made.operations.map(describeOperation)]).toEqual([
      '0002_add_post_heading_add_post_likes_drop_post_title_and_more',
      'add column post.heading',
      'add column post.likes',
      'drop column post.title',
      'drop column post.views',
    ]);
  });

  it('G2: are renamed if somebody says so', () => {
    const renamed = withRenames(changes, [{ table: 'post', from: 'title', to: 'heading' }]);
    expect(possibleRenames(renamed)).toEqual([{ table: 'post', from: 'views', to: 'likes' }]);
    expect(makeMigration(renamed)!.operations.map(describeOperation)).toEqual([
      'rename column post.title to heading',
      'add column post.likes',
      'drop column post.views',
    ]);
    expect(withRenames(changes, [])).toBe(changes);
  });

  it('G2: there are none where models and migrations agree', () => {
    class Same extends model('post', { id: f.auto(), title: f.text(), views: f.int() }) {}
    const none = changesOf([Same], [history], dialect);
    expect([possibleRenames(none), makeMigration(none)]).toEqual([[], undefined]);
  });
});
