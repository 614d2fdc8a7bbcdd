/** Classes that share a table, told apart by a discriminator: what is read, written and refused. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  CheckViolationError,
  f,
  InvalidQueryError,
  InvalidValueError,
  max,
  model,
  some,
  subModel,
  UniqueViolationError,
  UnknownDiscriminatorError,
  UnknownFieldError,
} from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { Animal, animals, Cat, Dog, Kennel, Owner } from '../../support/animals.ts';
import { errorOf, expectRefused, expectSql, failure, openTestDatabase } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';

let db: Database;

/** Ann has tom and rex, who lives in a kennel; rex guards ann's house. Kim is a kitten of tom. */
beforeEach(async () => {
  db = await openTestDatabase({ models: animals });
  const session = db.session();
  const ann = new Owner({ name: 'ann' });
  const tom = new Cat({ name: 'tom', owner: ann });
  const rex = new Dog({ name: 'rex', owner: ann, breed: 'pug', kennel: new Kennel({ city: 'Bonn' }) });
  rex.friends.add(tom);
  session.add(rex, new Cat({ name: 'kim', lives: 7, mother: tom }));
  await session.flush();
  ann.guard = rex;
  await session.commit();
});

afterEach(() => db.close());

const pick = (items: readonly Animal[]): readonly [string, string][] =>
  items.map((item) => [item.constructor.name, item.name]);

describe('a query of the base', () => {
  it('M11: gives instances of the subclasses, with their fields and methods', async () => {
    const all = await db.session().query(Animal).orderBy('name');
    expect(pick(all)).toEqual([
      ['Cat', 'kim'],
      ['Dog', 'rex'],
      ['Cat', 'tom'],
    ]);
    expect(all.map((item) => item.speak())).toEqual([
      'I am kim and have 7 lives',
      'I am rex',
      'I am tom and have 9 lives',
    ]);
    expect(all.every((item) => item instanceof Animal)).toBe(true);
    const [kim, rex] = all;
    expect(kim).toEqual(expect.objectContaining({ kind: 'cat', lives: 7 }));
    expect(Object.keys(kim!)).toEqual(['id', 'name', 'kind', 'ownerId', 'motherId', 'lives']);
    expect(Object.keys(rex!)).toEqual(['id', 'name', 'kind', 'ownerId', 'motherId', 'breed', 'trick', 'kennelId']);
    expect(rex?.kind === 'dog' && rex.breed).toBe('pug');
    expectSql(db.session().query(Animal).filter({ name: 'kim' }), {
      sqlite:
        'SELECT t0."id", t0."name", t0."kind", t0."owner_id", t0."mother_id", t0."lives", t0."breed", t0."trick", t0."kennel_id" FROM "animal" AS t0 WHERE t0."name" = ? ORDER BY t0."id"',
      postgres:
        'SELECT t0."id", t0."name", t0."kind", t0."owner_id", t0."mother_id", t0."lives", t0."breed", t0."trick", t0."kennel_id" FROM "animal" AS t0 WHERE t0."name" = $1 ORDER BY t0."id"',
      mysql:
        'SELECT t0.`id`, t0.`name`, t0.`kind`, t0.`owner_id`, t0.`mother_id`, t0.`lives`, t0.`breed`, t0.`trick`, t0.`kennel_id` FROM `animal` AS t0 WHERE t0.`name` = ? ORDER BY t0.`id`',
      parameters: ['kim'],
    });
  });

  it('M11: joins, prefetches and streams them', async () => {
    const session = db.session();
    const [ann] = await session.query(Owner).prefetchRelated('pets.mother').selectRelated('guard.kennel');
    expect(pick([...ann!.pets])).toEqual([
      ['Cat', 'tom'],
      ['Dog', 'rex'],
    ]);
    expect(ann!.guard).toBe(ann!.pets.at(1));
    expect(ann!.guard!.kennel!.city).toBe('Bonn');
    const [kim] = await db.session().query(Cat).filter({ name: 'kim' }).selectRelated('mother.owner');
    expect(pick([kim!.mother!])).toEqual([['Cat', 'tom']]);
    expect(kim!.mother!.owner!.name).toBe('ann');
    const streamed: Animal[] = [];
    for await (const item of db.session().query(Animal).orderBy('-name').iterate({ batchSize: 1 })) streamed.push(item);
    expect(pick(streamed)).toEqual([
      ['Cat', 'tom'],
      ['Dog', 'rex'],
      ['Cat', 'kim'],
    ]);
  });

  it('M11: L4: loads a relation for peers of every class at once', async () => {
    const all = await db.session().query(Animal);
    const sent = await statementsOf(async () => {
      const owner = await all[0]!.owner!.load();
      expect(owner.name).toBe('ann');
    });
    expect(sent).toHaveLength(1);
    const rex = all.find((item) => item.kind === 'dog')!;
    expect((await rex.kennel!.load()).city).toBe('Bonn');
    expect(pick([...(await rex.friends.load())])).toEqual([['Cat', 'tom']]);
  });

  it('M11: takes references that turn into what their row is', async () => {
    const session = db.session();
    const [kim] = await session.query(Cat).filter({ name: 'kim' });
    const mother = kim!.mother!;
    const loaded = await mother.load();
    expect(loaded).toBe(mother);
    expect(loaded).toBeInstanceOf(Cat);
    expect(loaded.speak()).toBe('I am tom and have 9 lives');
  });

  it('M11: Q7: guards what a partial row lacks', async () => {
    const [kim] = await db.session().query(Animal).only('name').filter({ name: 'kim' });
    expect(kim).toBeInstanceOf(Cat);
    expect((kim as Cat).kind).toBe('cat');
    const error = await errorOf(() => (kim as Cat).lives);
    expect(error.message).toBe(
      "Cat.lives is not loaded. Load it with await entity.load() or session.refresh(entity), or read 'lives' in the query.",
    );
    await kim!.load();
    expect((kim as Cat).lives).toBe(7);
  });

  it('M11: names a discriminator that no class goes by', async () => {
    await db.session().sql`INSERT INTO animal (name, kind) VALUES ('tweety', 'bird')`;
    await expect(db.session().query(Animal)).rejects.toThrow(
      failure(UnknownDiscriminatorError, {
        message:
          "A row of Animal has 'bird' for kind, and no subclass of Animal goes by that. Known are 'cat', 'dog'. Write a subModel() for it, and name it among the subclasses of Animal.",
        code: 'E_UNKNOWN_DISCRIMINATOR',
        model: 'Animal',
        field: 'kind',
      }),
    );
    expect(pick(await db.session().query(Cat).orderBy('name'))).toEqual([
      ['Cat', 'kim'],
      ['Cat', 'tom'],
    ]);
  });
});

describe('a query of a subclass', () => {
  it('M11: has its rows only, wherever it appears', async () => {
    const session = db.session();
    expect(pick(await session.query(Cat).orderBy('-lives'))).toEqual([
      ['Cat', 'tom'],
      ['Cat', 'kim'],
    ]);
    expect(await session.query(Dog).count()).toBe(1);
    expect(await session.query(Cat).filter({ name: 'rex' }).exists()).toBe(false);
    expect(await session.query(Cat).aggregate((c) => ({ most: max(c.lives) }))).toEqual({ most: 9 });
    expect(await session.query(Dog).values('name', 'breed')).toEqual([{ name: 'rex', breed: 'pug' }]);
    expect(
      await session
        .query(Owner)
        .filter({ guard: { breed: 'pug' } })
        .count(),
    ).toBe(1);
    expect(
      await session
        .query(Kennel)
        .filter({ dogs: some({ name: 'rex' }) })
        .count(),
    ).toBe(1);
    expect(
      await session
        .query(Kennel)
        .annotate((k) => ({ n: k.dogs.count() }))
        .valuesList('n', { flat: true }),
    ).toEqual([1]);
    expectSql(session.query(Cat).filter({ lives: 9 }), {
      sqlite:
        'SELECT t0."id", t0."name", t0."kind", t0."owner_id", t0."mother_id", t0."lives" FROM "animal" AS t0 WHERE t0."kind" = ? AND t0."lives" = ? ORDER BY t0."id"',
      postgres:
        'SELECT t0."id", t0."name", t0."kind", t0."owner_id", t0."mother_id", t0."lives" FROM "animal" AS t0 WHERE t0."kind" = $1 AND t0."lives" = $2 ORDER BY t0."id"',
      mysql:
        'SELECT t0.`id`, t0.`name`, t0.`kind`, t0.`owner_id`, t0.`mother_id`, t0.`lives` FROM `animal` AS t0 WHERE t0.`kind` = ? AND t0.`lives` = ? ORDER BY t0.`id`',
      parameters: ['cat', 9],
    });
  });

  it('M11: S1: finds the one object of a row, by whichever class it is asked', async () => {
    const session = db.session();
    const rex = (await session.query(Dog).first())!;
    expect(await session.get(Animal, rex.id)).toBe(rex);
    expect(await session.get(Dog, rex.id)).toBe(rex);
    expect(await session.get(Cat, rex.id)).toBe(null);
    const other = db.session();
    expect(await other.get(Cat, rex.id)).toBe(null);
    const again = await other.get(Animal, rex.id);
    expect(pick([again!])).toEqual([['Dog', 'rex']]);
    expect(await other.get(Dog, rex.id)).toBe(again);
    expect(await other.get(Animal, 99)).toBe(null);
  });

  it('M11: Q10: updates and deletes its rows, and no others', async () => {
    const session = db.session();
    const all = await session.query(Animal);
    expect(
      await session
        .query(Cat)
        .unfiltered()
        .update({ lives: (c) => c.lives.plus(1) }),
    ).toBe(2);
    expect(all.map((item) => (item instanceof Cat ? item.lives : item.breed))).toEqual(
      expect.arrayContaining([10, 8, 'pug']),
    );
    expect(await session.query(Dog).unfiltered().update({ trick: 'roll' })).toBe(1);
    expect(await session.query(Owner).unfiltered().update({ guard: null })).toBe(1);
    await session.sql`DELETE FROM animal_friends`;
    expect(await session.query(Dog).unfiltered().delete()).toBe(1);
    expect(pick(await session.query(Animal).orderBy('name'))).toEqual([
      ['Cat', 'kim'],
      ['Cat', 'tom'],
    ]);
  });

  it('M11: Q18: inherits statics', async () => {
    await db.session().run(async () => {
      expect(pick(await Cat.named('tom'))).toEqual([['Cat', 'tom']]);
      expect(pick(await Dog.named('tom'))).toEqual([]);
    });
  });
});

describe('a flush', () => {
  const table = (session: Session): Promise<unknown[]> =>
    session.sql`SELECT name, kind, lives, breed FROM animal ORDER BY name`;

  it('M11: S4: writes the columns of each class, and what changed of them', async () => {
    const session = db.session();
    const [kim, rex] = await session.query(Animal).orderBy('name');
    if (kim instanceof Cat) kim.lives = 6;
    if (rex instanceof Dog) rex.breed = 'boxer';
    session.add(new Cat({ name: 'zoe' }));
    const sent = await statementsOf(() => session.commit());
    expect(sent.filter((sql) => sql.startsWith('UPDATE'))).toHaveLength(2);
    expect(await table(db.session())).toEqual([
      { name: 'kim', kind: 'cat', lives: 6, breed: null },
      { name: 'rex', kind: 'dog', lives: null, breed: 'boxer' },
      { name: 'tom', kind: 'cat', lives: 9, breed: null },
      { name: 'zoe', kind: 'cat', lives: 9, breed: null },
    ]);
  });

  it('M11: S3: S7: orders rows of one table, deletes them, and takes all of it back', async () => {
    const session = db.session();
    const [kim, tom] = await session.query(Cat).orderBy('name');
    const pup = new Dog({ name: 'pup', breed: 'pug', mother: new Dog({ name: 'mum', breed: 'pug' }) });
    await expect(
      session.transaction(async () => {
        kim!.lives = 1;
        session.add(pup);
        session.delete(kim!);
        await session.flush();
        expect(await session.query(Animal).count()).toBe(4);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect([session.state(kim!), session.state(pup), kim!.lives, pup.id]).toEqual([
      'persistent',
      'transient',
      7,
      undefined,
    ]);
    session.add(pup);
    session.delete(kim!);
    await session.commit();
    expect(pick(await db.session().query(Animal).orderBy('name'))).toEqual([
      ['Dog', 'mum'],
      ['Dog', 'pup'],
      ['Dog', 'rex'],
      ['Cat', 'tom'],
    ]);
    expect(tom!.pk).toBe(tom!.id);
  });

  it('M11: Q9: creates many of one class at once', async () => {
    const session = db.session();
    const made = await session.query(Cat).bulkCreate([{ name: 'a' }, new Cat({ name: 'b', lives: 1 })]);
    expect(pick(made)).toEqual([
      ['Cat', 'a'],
      ['Cat', 'b'],
    ]);
    const [tom, created] = await session.query(Cat).updateOrCreate({ name: 'tom' }, { defaults: { lives: 3 } });
    expect([created, tom.lives, tom.constructor]).toEqual([false, 3, Cat]);
    expect(await session.query(Cat).bulkUpdate(made, ['lives'])).toBe(2);
    expect(await session.query(Cat).filter({ name: 'a' }).count()).toBe(1);
  });

  it('M11: Q9: inserts rows of one class out of a query', async () => {
    const session = db.session();
    const owners = session.query(Owner);
    expect(await session.query(Cat).insertFrom(owners, (o) => ({ name: o.name.concat("'s"), owner: o.id }))).toBe(1);
    expect(
      await session.query(Dog).insertFrom(session.query(Cat).filter({ name: 'kim' }), (c) => ({
        name: c.name.concat('!'),
        breed: 'pug',
        owner: null,
      })),
    ).toBe(1);
    expect(await table(session)).toEqual([
      { name: "ann's", kind: 'cat', lives: 9, breed: null },
      { name: 'kim', kind: 'cat', lives: 7, breed: null },
      { name: 'kim!', kind: 'dog', lives: null, breed: 'pug' },
      { name: 'rex', kind: 'dog', lives: null, breed: 'pug' },
      { name: 'tom', kind: 'cat', lives: 9, breed: null },
    ]);
    const refused = (call: () => unknown, message: string): Promise<void> =>
      expectRefused(db, call, { type: InvalidQueryError, message });
    const fixed =
      'insertFrom() cannot set Cat.kind: it is what says of which class a row is. Leave it out: the class says it.';
    await refused(() => session.query(Cat).insertFrom(owners, () => ({ name: 'x', kind: 'dog' }) as never), fixed);
    await refused(
      () => session.query(Cat).insertFrom(session.query(Animal), (a) => ({ name: 'x', kind: a.kind }) as never),
      fixed,
    );
    await refused(
      () => session.query(Animal).insertFrom(owners, () => ({ name: 'x' })),
      'insertFrom() makes rows of one class, and none is of Animal itself. Insert into Cat or Dog.',
    );
  });

  it('M11: Q9: takes no row of another class for one of its own', async () => {
    const session = db.session();
    const rex = await session.query(Dog).get({ name: 'rex' });
    for (const call of [
      () => session.query(Cat).getOrCreate({ name: 'rex' }),
      () => session.query(Cat).updateOrCreate({ name: 'rex' }, { defaults: { lives: 1 } }),
      () => session.query(Cat).bulkCreate([{ name: 'rex' }], { onConflict: 'ignore', conflictFields: ['name'] }),
      () => session.query(Cat).bulkCreate([{ name: 'rex' }], { onConflict: 'update', conflictFields: ['name'] }),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(UniqueViolationError);
      expect(error.message).toBe(
        'A Cat cannot have the same name as a row of another class that shares its table. Read that one by a query of Animal.',
      );
    }
    expect(await table(db.session())).toContainEqual({ name: 'rex', kind: 'dog', lives: null, breed: 'pug' });
    expect([rex.kind, await session.query(Animal).count()]).toEqual(['dog', 3]);
  });

  it('M11: refuses to change the discriminator', async () => {
    const session = db.session();
    const tom = (await session.query(Cat).get({ name: 'tom' })) as { kind: string };
    tom.kind = 'dog';
    const error = await errorOf(() => session.flush());
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error.message).toBe(
      'Cat.kind says of which class a row is, and was changed. Insert an entity of the other class and delete this Cat.',
    );
    tom.kind = 'cat';
    await expectRefused(
      db,
      () =>
        session
          .query(Cat)
          .unfiltered()
          .update({ kind: 'dog' } as never),
      {
        type: InvalidQueryError,
        message: 'update() cannot set Cat.kind: it is what says of which class a row is.',
      },
    );
    await expectRefused(db, () => new Cat({ name: 'x', kind: 'dog' } as never), {
      type: UnknownFieldError,
      message: "new Cat() was given 'kind', which it does not take. The class says it: every Cat has 'cat'.",
    });
    await expectRefused(db, () => new Animal({ name: 'x' }), {
      type: InvalidValueError,
      message:
        'new Animal() makes nothing that its discriminator has a value for. Use new Cat() or new Dog(), or give Animal a { discriminatorValue: … }.',
    });
  });
});

describe('hooks', () => {
  it('M11: M6: V3: of the root are called for every class, and those of a class after them', async () => {
    const seen: string[] = [];
    const stops = [
      Animal.on('beforeSave', (animal) => void seen.push(`animal ${animal.name}`)),
      Cat.on('beforeSave', (cat) => void seen.push(`cat ${cat.lives}`)),
    ];
    const session = db.session();
    session.add(new Cat({ name: 'a' }));
    await session.flush();
    session.add(new Dog({ name: 'b', breed: 'c' }));
    await session.flush();
    for (const stop of stops) stop();
    expect(seen).toEqual(['animal a', 'cat 9', 'animal b']);
  });
});

describe('the table', () => {
  it('M11: G1: has all columns, and requires of each class what it requires', async () => {
    const insert = (name: string, kind: string, breed: string | null, lives: number | null): Promise<unknown> =>
      db.session().sql`INSERT INTO animal (name, kind, breed, lives) VALUES (${name}, ${kind}, ${breed}, ${lives})`;
    expect(await errorOf(() => insert('x', 'dog', null, null))).toBeInstanceOf(CheckViolationError);
    expect(await errorOf(() => insert('x', 'dog', '', null))).toBeInstanceOf(CheckViolationError);
    expect(await errorOf(() => insert('x', 'cat', '', null))).toBeInstanceOf(CheckViolationError);
    await insert('y', 'cat', '', 1);
    expect(await db.session().query(Cat).filter({ name: 'y' }).count()).toBe(1);
  });

  it('M11: may hold rows of the base as well', async () => {
    class Post extends model(
      'post',
      { id: f.auto(), kind: f.int(), title: f.string({ maxLength: 40 }) },
      { discriminator: 'kind', discriminatorValue: 1, subclasses: () => [Poll] },
    ) {}
    class Poll extends subModel(Post, 2, { options: f.json<string[]>() }) {}
    const own = await openTestDatabase({ models: [Poll] });
    const session = own.session();
    session.add(new Post({ title: 'a' }), new Poll({ title: 'b', options: ['x'] }));
    await session.commit();
    const all = await own.session().query(Post).orderBy('title');
    expect(all.map((item) => [item.constructor, item.toJSON()])).toEqual([
      [Post, { id: expect.any(Number), kind: 1, title: 'a' }],
      [Poll, { id: expect.any(Number), kind: 2, title: 'b', options: ['x'] }],
    ]);
    await own.close();
  });
});
