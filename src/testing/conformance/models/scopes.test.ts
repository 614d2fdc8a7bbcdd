/** Conditions that belong to a model, wherever it appears: what is seen, what is not, and what is said of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  ConfigError,
  InvalidQueryError,
  InvalidValueError,
  none,
  NotFoundError,
  NotLoadedError,
  ScopeValueError,
  some,
  sum,
  UnfilteredWriteError,
  UniqueViolationError,
  UnknownFieldError,
} from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, expectRefused, expectSql, failure, openTestDatabase } from '../../support/database.ts';
import { Badge, Label, Note, Person, Reply, scopedModels } from '../../support/scoped-models.ts';
import { statementsOf } from '../../support/statements.ts';

const GONE = new Date('2026-01-02T03:04:05.000Z');

let db: Database;

/** Tenant 7: ann (with bob's note to review), bob, who is deleted. Tenant 8: eve. */
beforeEach(async () => {
  db = await openTestDatabase({ models: scopedModels });
  const session = db.session({ unscoped: ['tenant'] });
  const [ann, bob, eve] = [
    new Person({ tenantId: 7, name: 'ann' }),
    new Person({ tenantId: 7, name: 'bob', deletedAt: GONE }),
    new Person({ tenantId: 8, name: 'eve' }),
  ] as const;
  const [shown, hidden] = [new Label({ name: 'shown', hidden: false }), new Label({ name: 'hidden', hidden: true })];
  const note = (
    title: string,
    tenantId: number,
    writer: Person,
    rest: Partial<ConstructorParameters<typeof Note>[0]>,
  ) => new Note({ title, tenantId, writer, ...rest });
  const one = note('one', 7, ann, { views: 10, reviewer: bob });
  const two = note('two', 7, bob, { views: 5, reviewer: ann });
  const three = note('three', 7, ann, { deletedAt: GONE });
  const four = note('four', 8, eve, { views: 50 });
  for (const item of [one, two, four]) item.labels.add(shown!, hidden!);
  session.add(one, two, three, four);
  await session.flush();
  const reply = (body: string, note: Note): Reply => new Reply({ body, note });
  const about = reply('r1', one);
  session.add(about, reply('r2', one), reply('r3', three), reply('r4', four));
  session.add(new Badge({ code: 'a', person: ann, about }), new Badge({ code: 'e', person: eve, deletedAt: GONE }));
  await session.commit();
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

describe('a scope with check', () => {
  const message = (model: string): string =>
    `${model}.tenantId is not what the scope 'tenant' of this session demands. Write it in a session with another value for the scope, or with { unscoped: ['tenant'] }.`;
  const strange = { tenantId: 8, name: 'zoe' } as const;

  it('M12: is met by what is inserted, or nothing is sent', async () => {
    const refused = (call: (session: Session) => unknown, model = 'Person'): Promise<void> =>
      expectRefused(db, () => call(tenant()), { type: InvalidValueError, message: message(model) });
    const flushed = (session: Session): Promise<void> => {
      session.add(new Person({ tenantId: 7, name: 'yan' }), new Person(strange));
      return session.commit();
    };
    await refused(flushed);
    await refused((session) => session.query(Person).bulkCreate([{ tenantId: 7, name: 'yan' }, strange]));
    await refused((session) => session.query(Note).filter({ id: 1 }).update({ tenantId: 8 }), 'Note');
    await refused(
      (session) =>
        session
          .query(Note)
          .filter({ id: 1 })
          .update({ tenantId: (n) => n.views }),
      'Note',
    );
    expect(await tenant().query(Note).filter({ title: 'two' }).update({ tenantId: 7 })).toBe(1);
    const person = await tenant().query(Person).one();
    person.tenantId = 8;
    expect(person.name).toBe('ann');
    const everyone = db.session({ unscoped: ['tenant'] });
    everyone.add(new Person(strange));
    await everyone.commit();
    expect(await tenant(8).query(Person).orderBy('name').valuesList('name', { flat: true })).toEqual(['eve', 'zoe']);
  });

  it('M12: is met by what is changed', async () => {
    const session = tenant();
    const person = await session.query(Person).one();
    person.tenantId = 8;
    await expectRefused(db, () => session.query(Person).bulkUpdate([person], ['tenantId']), {
      type: InvalidValueError,
      message: message('Person'),
    });
    await expect(session.commit()).rejects.toThrow(failure(InvalidValueError, { message: message('Person') }));
    person.tenantId = 7;
    person.name = 'anna';
    await session.commit();
    expect(await tenant().query(Person).valuesList('name', { flat: true })).toEqual(['anna']);
  });

  it('M12: Q8: decides whose rows bulkCreate and getOrCreate take for those that exist', async () => {
    const people = tenant().query(Person);
    const rows = [
      { tenantId: 7, name: 'ann' },
      { tenantId: 7, name: 'kim' },
    ];
    await expectRefused(db, () => people.bulkCreate(rows, { onConflict: 'ignore' }), {
      type: InvalidQueryError,
      message:
        "bulkCreate() of Person could take a row that exists and that the scope 'alive' hides. Say .unscoped('alive') where such rows are meant, too.",
    });
    const made = await people.unscoped('alive').bulkCreate(rows, { onConflict: 'ignore' });
    expect(made.map(({ name }) => name)).toEqual(['ann', 'kim']);
    const [ann, isNew] = await people.getOrCreate({ tenantId: 7, name: 'ann' });
    expect([ann.name, isNew]).toEqual(['ann', false]);
    const [lee, isNewToo] = await people.getOrCreate({ tenantId: 7, name: 'lee' });
    expect([lee.name, isNewToo]).toEqual(['lee', true]);
    const hidden = failure(UniqueViolationError, {
      message:
        "A Person with the same tenantId and name exists, and a scope hides it ('tenant', 'alive'). Query with .unscoped(…) where it is meant.",
      model: 'Person',
    });
    await expect(people.getOrCreate({ tenantId: 7, name: 'bob' })).rejects.toThrow(hidden);
    await expect(
      people.updateOrCreate({ tenantId: 7, name: 'bob' }, { defaults: { deletedAt: null } }),
    ).rejects.toThrow(hidden);
    const [bob] = await people
      .unscoped('alive')
      .updateOrCreate({ tenantId: 7, name: 'bob' }, { defaults: { deletedAt: null } });
    expect(bob.deletedAt).toBeNull();
    expect(await tenant().query(Person).count()).toBe(4);
  });
});

describe('what the session has', () => {
  it('M12: stays, and is refreshed, whatever its scopes say by now', async () => {
    const session = tenant();
    const note = await session.query(Note).get({ title: 'one' });
    expect(await session.query(Note).filter({ id: note.id }).update({ deletedAt: GONE })).toBe(1);
    expect(note.deletedAt).toEqual(GONE);
    expect(session.state(note)).toBe('persistent');
    expect(await session.refresh(note)).toBe(note);
    expect(await session.get(Note, note.id)).toBe(note);
    expect(await session.query(Note).filter({ id: note.id }).count()).toBe(0);
    expect(await tenant().get(Note, note.id)).toBeNull();
    note.deletedAt = null;
    await session.commit();
    expect((await tenant().get(Note, note.id))?.title).toBe('one');
  });

  it('M12: is read with what the query said, and loads more with what the session says', async () => {
    const session = tenant();
    const [three] = await session
      .query(Note)
      .unscoped('alive')
      .filter({ title: 'three' })
      .prefetchRelated('writer', 'replies');
    expect(three?.replies.map(({ body }) => body)).toEqual(['r3']);
    const [two] = await tenant().query(Note).filter({ title: 'two' }).unscoped('alive').selectRelated('writer');
    expect(two?.writer.name).toBe('bob');
    const [bare] = await tenant().query(Note).filter({ title: 'two' }).unscoped('alive');
    await expect(bare?.writer.load()).rejects.toThrow(NotFoundError);
    const gone = await tenant().query(Person).unscoped('alive').get({ name: 'bob' });
    expect((await gone.notes.load()).map(({ title }) => title)).toEqual(['two']);
    const removed = await tenant().query(Note).unscoped('alive').get({ title: 'three' });
    expect((await removed.labels.query()).length).toBe(0);
    expect((await removed.replies.query()).map(({ body }) => body)).toEqual(['r3']);
  });
});

describe('scopes by name', () => {
  it('M12: are asked for, and left out', async () => {
    const notes = tenant().query(Note);
    expect(await titles(notes.scoped('popular'))).toEqual(['one']);
    expect(await titles(notes.scoped('seen', 5))).toEqual(['one', 'two']);
    expect(await titles(notes.scoped('seen', 5).scoped('popular'))).toEqual(['one']);
    expect(await titles(notes.unscoped('alive'))).toEqual(['one', 'three', 'two']);
    expect(await titles(notes.unscoped())).toEqual(['one', 'three', 'two']);
    expect(await titles(notes.unscoped('tenant', 'alive'))).toEqual(['four', 'one', 'three', 'two']);
    expect(await titles(notes.unscoped().unscoped('tenant'))).toEqual(['four', 'one', 'three', 'two']);
    expect(await titles(db.session({ unscoped: ['tenant', 'alive'] }).query(Note))).toEqual([
      'four',
      'one',
      'three',
      'two',
    ]);
    await db.transaction(
      async (session) => {
        expect(await titles(session.query(Note))).toEqual(['four']);
      },
      { scopes: { tenant: 8 } },
    );
    expectSql(notes.scoped('seen', 5), {
      sqlite:
        'SELECT t0."id", t0."tenant_id", t0."title", t0."views", t0."deleted_at", t0."writer_id", t0."reviewer_id" FROM "note" AS t0 WHERE t0."tenant_id" = ? AND t0."deleted_at" IS NULL AND t0."views" >= ?',
      postgres:
        'SELECT t0."id", t0."tenant_id", t0."title", t0."views", t0."deleted_at", t0."writer_id", t0."reviewer_id" FROM "note" AS t0 WHERE t0."tenant_id" = $1 AND t0."deleted_at" IS NULL AND t0."views" >= $2',
      mysql:
        'SELECT t0.`id`, t0.`tenant_id`, t0.`title`, t0.`views`, t0.`deleted_at`, t0.`writer_id`, t0.`reviewer_id` FROM `note` AS t0 WHERE t0.`tenant_id` = ? AND t0.`deleted_at` IS NULL AND t0.`views` >= ?',
      parameters: [7, 5],
    });
  });

  it('M12: that there are not, or not so, are refused', async () => {
    // Calls as they come from JavaScript: the compiler refuses them.
    const notes = tenant().query(Note) as unknown as Record<'scoped' | 'unscoped', (...args: unknown[]) => unknown>;
    const refused = (
      call: () => unknown,
      type: abstract new (...args: never) => Error,
      message: string,
    ): Promise<void> => expectRefused(db, call, { type, message });
    await refused(
      () => notes.scoped('populr'),
      UnknownFieldError,
      "Note has no scope 'populr'. Did you mean 'popular'?",
    );
    await refused(() => notes.unscoped('aliv'), UnknownFieldError, "Note has no scope 'aliv'. Did you mean 'alive'?");
    await refused(() => notes.unscoped(1), InvalidQueryError, 'A scope of Note is named by a text, not an integer.');
    await refused(
      () => notes.unscoped('popular'),
      InvalidQueryError,
      "Note has no scope 'popular' in force that could be left out. Leave .scoped('popular') out of the query.",
    );
    await refused(
      () => notes.scoped('tenant', 8),
      InvalidQueryError,
      "The scope 'tenant' of Note is in force by default. Its value is the session's: { scopes: { tenant: … } }.",
    );
    await refused(
      () => notes.scoped('seen'),
      InvalidQueryError,
      "The scope 'seen' of Note is about a value. Write .scoped('seen', value).",
    );
    await refused(
      () => notes.scoped('popular', 1),
      InvalidQueryError,
      "The scope 'popular' of Note takes no value. Write .scoped('popular').",
    );
    await expectRefused(db, () => notes.scoped('seen', { gte: 5 }), {
      type: InvalidValueError,
      message: 'Note.views takes an integer, not a plain object.',
    });
  });

  it('M12: are checked where a session is opened', async () => {
    const refused = (options: Parameters<Database['session']>[0], message: string): Promise<void> =>
      expectRefused(db, () => db.session(options), { type: ConfigError, message });
    await refused(
      { scopes: { tennant: 7 } },
      "No model has a scope 'tennant' that is in force by default. Did you mean 'tenant'?",
    );
    await refused(
      { scopes: { tenant: undefined } },
      "The scope 'tenant' was given undefined for a value. Leave it out, or name it in { unscoped: ['tenant'] } where all rows are meant.",
    );
    await refused(
      { scopes: { alive: true } },
      "The scope 'alive' takes no value. It is in force by default; name it in { unscoped: ['alive'] } where it should not be.",
    );
    await refused(
      { unscoped: ['x'] },
      "No model has a scope 'x' that is in force by default. Use one of: tenant, alive, shown.",
    );
    // A value of the wrong type is the field's to refuse, before anything is sent.
    await expectRefused(db, () => db.session({ scopes: { tenant: '7' } }).query(Note), {
      type: InvalidValueError,
      message: 'Note.tenantId takes an integer, not a string.',
    });
  });
});
