/** What models have in common without a table: fields and options that are spread in, methods and hooks of a class between. */
import { describe, expect, it } from 'vitest';

import { check, Database, f, index, model } from 'blazeorm';

interface Dated {
  readonly createdAt: Date;
}

const dated = { createdAt: f.datetime({ autoNowAdd: true }) };
const datedIndexes = [index('-createdAt')] as const;

/** A class between the model and its base: methods, getters and statics for every model that is made with it. */
// oxlint-disable-next-line typescript/no-explicit-any -- TypeScript wants a mixin's constructor so
function withAge<B extends abstract new (...args: any[]) => Dated>(Base: B) {
  abstract class WithAge extends Base {
    get age(): number {
      return Date.now() - this.createdAt.getTime();
    }

    isOlderThan(milliseconds: number): boolean {
      return this.age > milliseconds;
    }

    static readonly trait = 'dated';
  }
  return WithAge;
}

class Article extends withAge(
  model(
    'article',
    { id: f.auto(), title: f.string(), ...dated },
    { indexes: [...datedIndexes, index('title')], constraints: [check('titled', (a) => a.title.ne(''))] },
  ),
) {}

class Note extends withAge(model('note', { id: f.auto(), ...dated }, { indexes: [...datedIndexes] })) {
  override isOlderThan(milliseconds: number): boolean {
    return super.isOlderThan(milliseconds * 2);
  }
}

describe('what models have in common', () => {
  it('M6: fields, indexes, methods and statics are those of each model', async () => {
    expect(Article.meta.indexes.map(({ name }) => name)).toEqual(['article_created_at_idx', 'article_title_idx']);
    expect(Note.meta.indexes.map(({ name }) => name)).toEqual(['note_created_at_idx']);
    expect([Article.trait, Note.trait]).toEqual(['dated', 'dated']);
    const db = await Database.connect('sqlite::memory:', { models: [Article, Note] });
    await db.createAll();
    const session = db.session();
    const old = new Date(Date.now() - 60_000);
    session.add(new Article({ title: 'a', createdAt: old }), new Note({ createdAt: old }));
    await session.commit();
    const article = await db.session().query(Article).one();
    const note = await db.session().query(Note).one();
    expect([article.isOlderThan(40_000), note.isOlderThan(40_000)]).toEqual([true, false]);
    expect(article).toBeInstanceOf(Article);
    await db.close();
  });

  it('M6: V3: hooks of one model are not those of another that shares its fields', async () => {
    const seen: string[] = [];
    const stops = [
      Article.on('beforeSave', (article) => void seen.push(`article ${article.title}`)),
      Note.on('beforeSave', () => void seen.push('note')),
    ];
    const db = await Database.connect('sqlite::memory:', { models: [Article, Note] });
    await db.createAll();
    const session = db.session();
    session.add(new Article({ title: 'a' }), new Note({}));
    await session.commit();
    expect(seen.toSorted((a, b) => a.localeCompare(b))).toEqual(['article a', 'note']);
    for (const stop of stops) stop();
    await db.close();
  });
});
