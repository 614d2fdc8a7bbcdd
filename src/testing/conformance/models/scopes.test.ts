/** Conditions that belong to a model, wherever it appears: what is seen, what is not, and what is said of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  f,
  model,
  none,
  NotFoundError,
  NotLoadedError,
  prefetch,
  ScopeValueError,
  some,
  sum,
  UnfilteredWriteError,
} from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, expectRefused, expectSql, failure, openTestDatabase } from '../../support/database.ts';
import { Badge, Label, Note, openTenants, Person, Reply } from '../../support/scoped-models.ts';
import { statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTenants();
});

afterEach(() => db.close());

const tenant = (id = 7): Session => db.session({ scopes: { tenant: id } });
const titles = async (rows: PromiseLike<readonly { readonly title: string }[]>): Promise<string[]> =>
  (await rows).map(({ title }) => title).toSorted();

describe('the rows of a model', () => {
  it('M12: are those that its scopes leave, in every kind of query', async () => {
    const session = tenant();
    const notes = session.query(Note);
    expect(await titles(notes)).toEqual(['one', 'two']);
    expect(await notes.count()).toBe(2);
    expect(await notes.filter({ title: 'three' }).exists()).toBe(false);
    expect(await notes.filter({ title: 'four' }).exists()).toBe(false);
    expect(await notes.values('title').orderBy('title')).toEqual([{ title: 'one' }, { title: 'two' }]);
    expect(await notes.orderBy('title').valuesList('title', { flat: true })).toEqual(['one', 'two']);
    expect(await notes.aggregate((n) => ({ views: sum(n.views) }))).toEqual({ views: 15 });
    expect(await notes.limit(10).count()).toBe(2);
    expect((await notes.orderBy('-views').first())?.title).toBe('one');
    expect((await notes.orderBy('-views').last())?.title).toBe('two');
    await expect(notes.get({ title: 'three' })).rejects.toThrow(
      failure(NotFoundError, { message: 'No Note matches the query.', model: 'Note' }),
    );
    const streamed: string[] = [];
    for await (const note of notes.orderBy('id')) streamed.push(note.title);
    expect(streamed).toEqual(['one', 'two']);
    expectSql(notes.filter({ title: 'x' }), {
      sqlite:
        'SELECT t0."id", t0."tenant_id", t0."title", t0."views", t0."deleted_at", t0."writer_id", t0."reviewer_id" FROM "note" AS t0 WHERE t0."tenant_id" = ? AND t0."deleted_at" IS NULL AND t0."title" = ?',
      postgres:
        'SELECT t0."id", t0."tenant_id", t0."title", t0."views", t0."deleted_at", t0."writer_id", t0."reviewer_id" FROM "note" AS t0 WHERE t0."tenant_id" = $1 AND t0."deleted_at" IS NULL AND t0."title" = $2',
      mysql:
        'SELECT t0.`id`, t0.`tenant_id`, t0.`title`, t0.`views`, t0.`deleted_at`, t0.`writer_id`, t0.`reviewer_id` FROM `note` AS t0 WHERE t0.`tenant_id` = ? AND t0.`deleted_at` IS NULL AND t0.`title` = ?',
      parameters: [7, 'x'],
    });
  });

  it('M12: are found by their key where a scope does not hide them', async () => {
    const ids = new Map((await db.session({ unscoped: ['tenant', 'alive'] }).query(Note)).map((n) => [n.title, n.id]));
    const session = tenant();
    const sent = await statementsOf(async () => {
      expect((await session.get(Note, ids.get('one')!))?.title).toBe('one');
      expect((await session.get(Note, ids.get('one')!))?.title).toBe('one');
      expect(await session.get(Note, ids.get('three')!)).toBeNull();
      expect(await session.get(Note, ids.get('four')!)).toBeNull();
    });
    expect(sent.length).toBe(3);
    // What was read in spite of a scope is no answer to who asks with it.
    const [four] = await session.query(Note).unscoped('tenant').filter({ title: 'four' });
    expect(four?.tenantId).toBe(8);
    expect(await session.get(Note, ids.get('four')!)).toBeNull();
    expect((await session.get(Note, ids.get('one')!))?.title).toBe('one');
  });

  it('M12: are written by set only where they can be seen', async () => {
    const session = tenant();
    await expect(session.query(Note).update({ views: 1 })).rejects.toThrow(UnfilteredWriteError);
    expect(await session.query(Note).unfiltered().update({ views: 1 })).toBe(2);
    expect(await session.query(Note).filter({ views: 50 }).delete()).toBe(0);
    expect(await session.query(Reply).filter({ body: 'r4' }).delete()).toBe(0);
    expect(await session.query(Reply).filter({ body: 'r3' }).delete()).toBe(1);
    const all = await db
      .session({ unscoped: ['tenant', 'alive'] })
      .query(Note)
      .orderBy('title')
      .values('title', 'views');
    expect(all).toEqual([
      { title: 'four', views: 50 },
      { title: 'one', views: 1 },
      { title: 'three', views: 0 },
      { title: 'two', views: 1 },
    ]);
    expect(
      await db
        .session({ unscoped: ['tenant'] })
        .query(Reply)
        .orderBy('id')
        .valuesList('body', { flat: true }),
    ).toEqual(['r1', 'r2', 'r4']);
  });
});

describe('relations', () => {
  it('M12: to one are joined with the conditions of the target; no row vanishes for it', async () => {
    const session = tenant();
    const query = session.query(Note).selectRelated('writer').orderBy('id');
    expectSql(query, {
      sqlite:
        'SELECT t0."id", t0."tenant_id", t0."title", t0."views", t0."deleted_at", t0."writer_id", t0."reviewer_id", t1."tenant_id", t1."name", t1."deleted_at" FROM "note" AS t0 LEFT JOIN "person" AS t1 ON (t0."writer_id" = t1."id" AND t1."tenant_id" = ? AND t1."deleted_at" IS NULL) WHERE t0."tenant_id" = ? AND t0."deleted_at" IS NULL ORDER BY t0."id"',
      postgres:
        'SELECT t0."id", t0."tenant_id", t0."title", t0."views", t0."deleted_at", t0."writer_id", t0."reviewer_id", t1."tenant_id", t1."name", t1."deleted_at" FROM "note" AS t0 LEFT JOIN "person" AS t1 ON (t0."writer_id" = t1."id" AND t1."tenant_id" = $1 AND t1."deleted_at" IS NULL) WHERE t0."tenant_id" = $2 AND t0."deleted_at" IS NULL ORDER BY t0."id"',
      mysql:
        'SELECT t0.`id`, t0.`tenant_id`, t0.`title`, t0.`views`, t0.`deleted_at`, t0.`writer_id`, t0.`reviewer_id`, t1.`tenant_id`, t1.`name`, t1.`deleted_at` FROM `note` AS t0 LEFT JOIN `person` AS t1 ON (t0.`writer_id` = t1.`id` AND t1.`tenant_id` = ? AND t1.`deleted_at` IS NULL) WHERE t0.`tenant_id` = ? AND t0.`deleted_at` IS NULL ORDER BY t0.`id`',
      parameters: [7, 7],
    });
    for (const loadStrategy of ['join', 'batch'] as const) {
      const [one, two] = await db
        .session({ scopes: { tenant: 7 }, loadStrategy })
        .query(Note)
        .selectRelated('writer')
        .orderBy('id');
      expect(one?.writer.name).toBe('ann');
      expect(two?.title).toBe('two');
      // The key is there, and what is behind it is not: that is what reading it says.
      expect(two?.writer.pk).toBe(two?.writerId);
      expect(await errorOf(() => two?.writer.name)).toEqual(
        failure(NotLoadedError, {
          message:
            "Person.name is not loaded: Note.writer is a reference. Load it with await writer.load(), or add .selectRelated('writer') to the query of Note; a row that a scope hides ('tenant', 'alive') is read with .unscoped(…) only.",
        }),
      );
      await expect(two?.writer.load()).rejects.toThrow(
        failure(NotFoundError, {
          message:
            "The row of a Person that is referred to does not exist, or a scope hides it ('tenant', 'alive'). Query with .unscoped(…) where all rows are meant.",
          model: 'Person',
        }),
      );
    }
  });

  it('M12: to one are hidden in filters, orders and expressions; the key on this side is not', async () => {
    const notes = tenant().query(Note);
    expect(await titles(notes.filter({ writer: { name: 'bob' } }))).toEqual([]);
    expect(await titles(notes.exclude({ writer: { name: 'ann' } }))).toEqual(['two']);
    expect(await titles(notes.filter((n) => n.writer.name.lower().eq('ann').not()))).toEqual(['two']);
    expect(await titles(notes.filter((n) => n.reviewer.id.isNull()))).toEqual(['one']);
    expect(await titles(notes.filter({ reviewer: null }))).toEqual([]);
    expect(await notes.orderBy('id').values((n) => ({ title: n.title, writer: n.writer.name }))).toEqual([
      { title: 'one', writer: 'ann' },
      { title: 'two', writer: null },
    ]);
  });

  it('M12: to many are those rows that can be seen: tests, aggregates, prefetches, loads and queries', async () => {
    const session = tenant();
    const people = session.query(Person);
    expect((await people).map(({ name }) => name)).toEqual(['ann']);
    expect(await people.filter({ notes: some({ title: 'three' }) }).count()).toBe(0);
    expect(await people.filter({ notes: none({ title: 'three' }) }).count()).toBe(1);
    expect(await people.filter((p) => p.notes.every((n) => n.title.eq('one'))).count()).toBe(1);
    const [ann] = await people
      .annotate((p) => ({ n: p.notes.count(), views: p.notes.sum((n) => n.views) }))
      .prefetchRelated('notes.labels', 'notes.replies', 'badge');
    expect(ann).toMatchObject({ n: 1, views: 10 });
    expect(ann?.notes.map(({ title }) => title)).toEqual(['one']);
    expect(ann?.notes.at(0)?.labels.map(({ name }) => name)).toEqual(['shown']);
    expect(ann?.notes.at(0)?.replies.map(({ body }) => body)).toEqual(['r1', 'r2']);
    expect(ann?.badge?.code).toBe('a');
    const again = await tenant().query(Person).one();
    expect((await again.notes.load()).map(({ title }) => title)).toEqual(['one']);
    expect(await titles(again.notes.query())).toEqual(['one']);
    const [note] = await again.notes.load();
    expect((await note!.labels.load()).map(({ name }) => name)).toEqual(['shown']);
    expect((await note!.labels.query()).map(({ name }) => name)).toEqual(['shown']);
    expect(
      await tenant()
        .query(Label)
        .annotate((l) => ({ n: l.notes.count() }))
        .values('name', 'n'),
    ).toEqual([{ name: 'shown', n: 2 }]);
    expect(await tenant(8).query(Person).selectRelated('badge').one()).toMatchObject({ name: 'eve', badge: null });
  });

  it('M12: links to what is hidden are left out even where the session holds it', async () => {
    const session = tenant();
    const all = await session.query(Label).unscoped('shown').orderBy('id');
    expect(all.map(({ name }) => name)).toEqual(['shown', 'hidden']);
    const [one] = await session.query(Note).filter({ title: 'one' }).prefetchRelated('labels');
    expect(one?.labels.map(({ name }) => name)).toEqual(['shown']);
    const [two] = await session.query(Note).filter({ title: 'two' }).unscoped('alive').prefetchRelated('labels');
    expect(two?.labels.map(({ name }) => name)).toEqual(['shown']);
  });

  it('M12: conditions that need another table are joined in WHERE, and are a subquery in ON', async () => {
    const session = tenant();
    expectSql(session.query(Reply), {
      sqlite:
        'SELECT t0."id", t0."body", t0."note_id" FROM "reply" AS t0 INNER JOIN "note" AS t1 ON t0."note_id" = t1."id" WHERE t1."tenant_id" = ?',
      postgres:
        'SELECT t0."id", t0."body", t0."note_id" FROM "reply" AS t0 INNER JOIN "note" AS t1 ON t0."note_id" = t1."id" WHERE t1."tenant_id" = $1',
      mysql:
        'SELECT t0.`id`, t0.`body`, t0.`note_id` FROM `reply` AS t0 INNER JOIN `note` AS t1 ON t0.`note_id` = t1.`id` WHERE t1.`tenant_id` = ?',
      parameters: [7],
    });
    const badges = session.query(Badge).filter({ about: { body: 'r1' } });
    expectSql(badges, {
      sqlite:
        'SELECT t0."id", t0."code", t0."person_id", t0."about_id", t0."deleted_at" FROM "badge" AS t0 LEFT JOIN "reply" AS t1 ON (t0."about_id" = t1."id" AND EXISTS (SELECT 1 FROM "reply" AS t3 INNER JOIN "note" AS t4 ON t3."note_id" = t4."id" WHERE t3."id" = t1."id" AND t4."tenant_id" = ?)) WHERE t0."deleted_at" IS NULL AND t1."body" = ?',
      postgres:
        'SELECT t0."id", t0."code", t0."person_id", t0."about_id", t0."deleted_at" FROM "badge" AS t0 LEFT JOIN "reply" AS t1 ON (t0."about_id" = t1."id" AND EXISTS (SELECT 1 FROM "reply" AS t3 INNER JOIN "note" AS t4 ON t3."note_id" = t4."id" WHERE t3."id" = t1."id" AND t4."tenant_id" = $1)) WHERE t0."deleted_at" IS NULL AND t1."body" = $2',
      mysql:
        'SELECT t0.`id`, t0.`code`, t0.`person_id`, t0.`about_id`, t0.`deleted_at` FROM `badge` AS t0 LEFT JOIN `reply` AS t1 ON (t0.`about_id` = t1.`id` AND EXISTS (SELECT 1 FROM `reply` AS t3 INNER JOIN `note` AS t4 ON t3.`note_id` = t4.`id` WHERE t3.`id` = t1.`id` AND t4.`tenant_id` = ?)) WHERE t0.`deleted_at` IS NULL AND t1.`body` = ?',
      parameters: [7, 'r1'],
    });
    expect((await badges).map(({ code }) => code)).toEqual(['a']);
    expect(
      await tenant(8)
        .query(Badge)
        .filter({ about: { body: 'r1' } })
        .count(),
    ).toBe(0);
  });
});

describe('the value of a scope', () => {
  it('M12: is a parameter: one statement for all tenants, and each sees its own rows', async () => {
    const shapes = async (): Promise<number> => {
      for (const id of [7, 8, 9]) {
        const query = tenant(id).query(Note).selectRelated('writer').filter({ replies: some() }).orderBy('id');
        expect(await titles(query)).toEqual({ 7: ['one'], 8: ['four'], 9: [] }[id]);
        expect(
          await tenant(id)
            .query(Person)
            .annotate((p) => ({ n: p.notes.count() }))
            .valuesList('name', 'n'),
        ).toEqual({ 7: [['ann', 1]], 8: [['eve', 1]], 9: [] }[id]);
      }
      return db.queryStats().shapes;
    };
    const first = await shapes();
    expect(await shapes()).toBe(first);
    const sqls = [7, 8].map((id) => tenant(id).query(Note).toSQL());
    expect(sqls[0]?.sql).toBe(sqls[1]?.sql);
    expect(sqls.map(({ parameters }) => parameters)).toEqual([[7], [8]]);
    // Without the scope it is another statement, never the cached one.
    expect(await titles(tenant().query(Note).unscoped('tenant'))).toEqual(['four', 'one', 'two']);
    expect(await titles(tenant().query(Note))).toEqual(['one', 'two']);
  });

  it('M12: is missed before anything is sent, wherever the model appears', async () => {
    const message = (model: string): string =>
      `${model} is read by the scope 'tenant' only, and this session gives it no value. Open the session with { scopes: { tenant: … } }, or say .unscoped('tenant') where all rows are meant.`;
    const session = db.session();
    const refused = (call: () => unknown, model: string): Promise<void> =>
      expectRefused(db, call, { type: ScopeValueError, message: message(model), code: 'E_SCOPE_VALUE' });
    await refused(() => session.query(Note), 'Note');
    await refused(() => session.query(Note).count(), 'Note');
    await refused(() => session.query(Note).unscoped(), 'Note');
    await refused(() => session.get(Note, 1), 'Note');
    await refused(() => session.query(Note).filter({ id: 1 }).update({ views: 1 }), 'Note');
    await refused(() => session.query(Badge).selectRelated('person'), 'Person');
    await refused(() => session.query(Badge).filter({ person: { name: 'ann' } }), 'Person');
    await refused(() => session.query(Label).annotate((l) => ({ n: l.notes.count() })), 'Note');
    expect(await session.query(Label).count()).toBe(1);
    expect(await session.query(Note).unscoped('tenant').count()).toBe(3);
    await expect(session.query(Label).prefetchRelated('notes')).rejects.toThrow(message('Note'));
  });
});

describe('together with', () => {
  it('M12: R1: links of a model of their own, and keys to a unique field: both have scopes, too', async () => {
    class Team extends model('team', {
      id: f.auto(),
      name: f.string({ maxLength: 20, unique: true }),
      captain: f.foreignKey(() => Player, { to: 'name', nullable: true }),
      people: f.manyToMany(() => Player, { through: () => Membership }),
    }) {}
    class Player extends model(
      'player',
      {
        id: f.auto(),
        name: f.string({ maxLength: 20, unique: true }),
        gone: f.bool({ default: false }),
        teams: f.reverse(() => Team, 'people'),
      },
      { scopes: { here: (p) => p.gone.eq(false) } },
    ) {}
    class Membership extends model(
      'membership',
      {
        id: f.auto(),
        team: f.foreignKey(() => Team),
        player: f.foreignKey(() => Player),
        ended: f.bool({ default: false }),
      },
      { scopes: { current: (m) => m.ended.eq(false) } },
    ) {}
    const own = await openTestDatabase({ models: [Team, Player, Membership] });
    try {
      const everybody = own.session({ unscoped: ['here', 'current'] });
      const [x, y, z] = [new Player({ name: 'x' }), new Player({ name: 'y', gone: true }), new Player({ name: 'z' })];
      const [a, b] = [new Team({ name: 'a', captain: y }), new Team({ name: 'b' })];
      everybody.add(new Membership({ team: a, player: x }), new Membership({ team: a, player: y }));
      everybody.add(new Membership({ team: a, player: z, ended: true }), new Membership({ team: b, player: z }));
      await everybody.commit();
      const session = own.session();
      const teams = await session.query(Team).prefetchRelated('people').orderBy('name');
      expect(teams.map(({ people }) => people.map(({ name }) => name))).toEqual([['x'], ['z']]);
      expect((await teams[0]!.people.query()).map(({ name }) => name)).toEqual(['x']);
      const counts = session.query(Player).annotate((p) => ({ n: p.teams.count() }));
      expect(await counts.orderBy('name').valuesList('name', 'n')).toEqual([
        ['x', 1],
        ['z', 1],
      ]);
      expect(
        await session
          .query(Team)
          .filter({ people: some({ name: 'z' }) })
          .valuesList('name', { flat: true }),
      ).toEqual(['b']);
      const [first] = await own.session().query(Team).orderBy('id');
      expect(first?.captainId).toBe('y');
      await expect(first?.captain?.load()).rejects.toThrow(NotFoundError);
      expect(
        await own
          .session()
          .query(Team)
          .filter({ captain: { gone: true } })
          .count(),
      ).toBe(0);
    } finally {
      await own.close();
    }
  });

  it('M12: Q9: pages and streams: only rows that can be seen, and cursors go on among them', async () => {
    const notes = tenant().query(Note).orderBy('-views');
    const page = await notes.page({ first: 1 });
    expect(page.items.map(({ title }) => title)).toEqual(['one']);
    const next = await notes.page({ first: 5, after: page.pageInfo.endCursor! });
    expect(next.items.map(({ title }) => title)).toEqual(['two']);
    const all: string[] = [];
    for await (const { title } of notes.values('title')) all.push(title);
    expect(all).toEqual(['one', 'two']);
  });

  it('M12: L3: prefetches of their own: filtered, limited, and with scopes of their own', async () => {
    const person = await tenant()
      .query(Person)
      .prefetchRelated(
        prefetch('notes', { as: 'shown', limitPerParent: 5 }, (notes) => notes.orderBy('id')),
        prefetch('notes', { as: 'all' }, (notes) => notes.unscoped('alive').orderBy('id')),
      )
      .one();
    expect(person.shown.map(({ title }) => title)).toEqual(['one']);
    expect(person.all.map(({ title }) => title)).toEqual(['one', 'three']);
    const note = await tenant()
      .query(Note)
      .prefetchRelated(prefetch('labels', { as: 'some', limitPerParent: 5 }, (labels) => labels.orderBy('name')))
      .get({ title: 'one' });
    expect(note.some.map(({ name }) => name)).toEqual(['shown']);
    const bare = await tenant()
      .query(Note)
      .prefetchRelated(prefetch('labels', (labels) => labels.unscoped('shown')))
      .get({ title: 'one' });
    expect(bare.labels.map(({ name }) => name).toSorted()).toEqual(['hidden', 'shown']);
  });

  it('M12: Q6: locks: of the rows that can be seen', async () => {
    await db.transaction(
      async (session) => {
        const notes = await session.query(Note).forUpdate();
        expect(notes.map(({ title }) => title).toSorted()).toEqual(['one', 'two']);
        const joined = await session.query(Note).selectRelated('writer').orderBy('id').forUpdate();
        expect(joined[0]?.writer.name).toBe('ann');
      },
      { scopes: { tenant: 7 } },
    );
  });

  it('M12: conditions that are another each time they are asked', async () => {
    let now = 10;
    let some = true;
    class Offer extends model(
      'offer',
      { id: f.auto(), until: f.int(), open: f.bool() },
      { scopes: { valid: (o) => (some ? o.until.gte(now) : o.open.eq(true)) } },
    ) {}
    const own = await openTestDatabase({ models: [Offer] });
    try {
      const session = own.session();
      session.add(new Offer({ until: 10, open: false }), new Offer({ until: 20, open: true }));
      await session.commit();
      const offers = session.query(Offer);
      expect(await offers.count()).toBe(2);
      now = 20;
      expect(await offers.count()).toBe(1);
      now = 30;
      expect(await offers.count()).toBe(0);
      some = false;
      expect(await offers.valuesList('until', { flat: true })).toEqual([20]);
      expect(offers.toSQL().parameters.length).toBe(1);
    } finally {
      await own.close();
    }
  });
});
