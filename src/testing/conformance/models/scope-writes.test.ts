/** Scopes and what a session writes, and has written. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { InvalidQueryError, InvalidValueError, NotFoundError, UniqueViolationError, value } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectRefused, failure } from '../../support/database.ts';
import { GONE, Note, openTenants, Person } from '../../support/scoped-models.ts';

let db: Database;

beforeEach(async () => {
  db = await openTenants();
});

afterEach(() => db.close());

const tenant = (id = 7): Session => db.session({ scopes: { tenant: id } });

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
    await refused(
      (session) => session.query(Note).unscoped('tenant').filter({ id: 1 }).update({ tenantId: 8 }),
      'Note',
    );
    expect(await tenant().query(Note).filter({ title: 'two' }).update({ tenantId: 7 })).toBe(1);
    expect(await db.session().query(Note).unscoped('tenant').filter({ title: 'two' }).update({ views: 5 })).toBe(1);
    const person = await tenant().query(Person).one();
    person.tenantId = 8;
    expect(person.name).toBe('ann');
    const everyone = db.session({ unscoped: ['tenant'] });
    everyone.add(new Person(strange));
    await everyone.commit();
    expect(await tenant(8).query(Person).orderBy('name').valuesList('name', { flat: true })).toEqual(['eve', 'zoe']);
  });

  it('M12: Q9: is met by what is inserted out of a query, by a value that is known before', async () => {
    const people = (session: Session) => session.query(Person);
    const computed =
      "insertFrom() computes Person.tenantId, and the scope 'tenant' of this session demands one value. Give that value itself, or insert in a session with { unscoped: ['tenant'] }.";
    const refused = (call: (session: Session) => unknown, said: string): Promise<void> =>
      expectRefused(db, () => call(tenant()), { type: InvalidValueError, message: said });
    await refused((s) => people(s).insertFrom(s.query(Note), () => ({ tenantId: 8, name: 'x' })), message('Person'));
    await refused(
      (s) => people(s).insertFrom(s.query(Note), () => ({ tenantId: value(8), name: 'x' })),
      message('Person'),
    );
    await refused(
      (s) => people(s).insertFrom(s.query(Note), (n) => ({ tenantId: n.tenantId.plus(1), name: 'x' })),
      computed,
    );
    await refused((s) => people(s).insertFrom(people(s), (p) => ({ tenantId: p.tenantId, name: 'x' })), computed);
    await refused(
      (s) =>
        people(s)
          .unscoped('tenant')
          .insertFrom(s.query(Note), () => ({ tenantId: 8, name: 'x' })),
      message('Person'),
    );
    const names = (id: number) => tenant(id).query(Person).orderBy('name').valuesList('name', { flat: true });
    const session = tenant();
    expect(
      await people(session).insertFrom(session.query(Note), (n) => ({ tenantId: 7, name: n.title.concat('!') })),
    ).toBe(2);
    const everyone = db.session({ unscoped: ['tenant'] });
    expect(
      await people(everyone).insertFrom(people(everyone).filter({ tenantId: 8 }), (p) => ({
        tenantId: p.tenantId,
        name: p.name.concat('?'),
      })),
    ).toBe(1);
    expect([await names(7), await names(8)]).toEqual([
      ['ann', 'one!', 'two!'],
      ['eve', 'eve?'],
    ]);
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
