/** Values of several parts: as columns of their own, and as one column of JSON. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  contains,
  DefinitionError,
  exact,
  f,
  gt,
  InvalidQueryError,
  InvalidValueError,
  jsonPath,
  max,
  model,
  not,
  oneOf,
  UniqueViolationError,
  UnknownFieldError,
} from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, expectRefused, expectSql, openTestDatabase } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';

class Venue extends model('venue', {
  id: f.auto(),
  name: f.string({ maxLength: 40 }),
  address: f.embedded({
    street: f.string({ maxLength: 40 }),
    city: f.string({ maxLength: 40, index: true }),
    floor: f.int({ nullable: true }),
  }),
  contact: f.embedded(
    { mail: f.string({ maxLength: 40, unique: true }), since: f.datetime({ column: 'from' }) },
    { nullable: true, prefix: 'c_' },
  ),
  size: f.embedded(
    { seats: f.int(), halls: f.array(f.string()), stage: f.embedded({ width: f.int() }, { as: 'json' }) },
    { as: 'json', nullable: true, column: 'measures' },
  ),
  events: f.reverse(() => Event, 'venue'),
}) {}

class Event extends model('event', { id: f.auto(), venue: f.foreignKey(() => Venue) }) {}

const SINCE = new Date('2026-01-02T03:04:05.000Z');
let db: Database;

/** The arena in Bonn has all there can be, the bar in Kiel nothing that need not be. */
beforeEach(async () => {
  db = await openTestDatabase({ models: [Venue, Event] });
  const session = db.session();
  const arena = new Venue({
    name: 'arena',
    address: { street: 'Allee 1', city: 'Bonn', floor: 2 },
    contact: { mail: 'a@b.de', since: SINCE },
    size: { seats: 900, halls: ['a', 'b'], stage: { width: 12 } },
  });
  session.add(new Event({ venue: arena }));
  await session.flush();
  session.add(new Venue({ name: 'bar', address: { street: 'Kai 2', city: 'Kiel' } }));
  await session.commit();
});

afterEach(() => db.close());

const names = async (rows: PromiseLike<readonly { readonly name: string }[]>): Promise<string[]> =>
  (await rows).map(({ name }) => name);

describe('an embedded value', () => {
  it('M10: comes back as it was written, on every path', async () => {
    const [arena, bar] = await db.session().query(Venue).orderBy('name');
    expect(arena!.toJSON()).toEqual({
      id: expect.any(Number),
      name: 'arena',
      address: { street: 'Allee 1', city: 'Bonn', floor: 2 },
      contact: { mail: 'a@b.de', since: SINCE },
      size: { seats: 900, halls: ['a', 'b'], stage: { width: 12 } },
    });
    expect(arena!.contact!.since).toEqual(SINCE);
    expect([bar!.address, bar!.contact, bar!.size]).toEqual([
      { street: 'Kai 2', city: 'Kiel', floor: null },
      null,
      null,
    ]);
    const [joined] = await db.session().query(Event).selectRelated('venue');
    expect(joined!.venue.address).toEqual(arena!.address);
    const [loaded] = await db.session().query(Event).prefetchRelated('venue');
    expect(loaded!.venue.contact).toEqual(arena!.contact);
    expect(
      await db
        .session()
        .query(Venue)
        .orderBy((v) => v.address.city.desc())
        .values((v) => ({ city: v.address.city, since: v.contact.since })),
    ).toEqual([
      { city: 'Kiel', since: null },
      { city: 'Bonn', since: SINCE },
    ]);
    expect(
      await db
        .session()
        .query(Venue)
        .aggregate((v) => ({ last: max(v.contact.since) })),
    ).toEqual({ last: SINCE });
  });

  it('M10: is filtered by its parts, and as a whole', async () => {
    const venues = db.session().query(Venue).orderBy('name');
    expect(await names(venues.filter({ address: { city: 'Bonn' } }))).toEqual(['arena']);
    expect(await names(venues.filter({ address: { street: contains('i'), floor: null } }))).toEqual(['bar']);
    expect(await names(venues.filter({ contact: null }))).toEqual(['bar']);
    expect(await names(venues.filter({ contact: { since: gt(new Date(0)) } }))).toEqual(['arena']);
    expect(await names(venues.filter({ address: exact({ street: 'Kai 2', city: 'Kiel', floor: null }) }))).toEqual([
      'bar',
    ]);
    expect(await names(venues.filter({ address: exact({ street: 'Allee 1', city: 'Bonn', floor: null }) }))).toEqual(
      [],
    );
    expect(await names(venues.filter({ address: not(exact({ street: 'Kai 2', city: 'Kiel', floor: null })) }))).toEqual(
      ['arena'],
    );
    expect(await names(venues.filter({ events: { venue: { address: { city: 'Bonn' } } } }))).toEqual(['arena']);
    expect(await names(venues.filter({ size: jsonPath(['seats'], 900) }))).toEqual(['arena']);
    expect(await names(venues.filter({ size: jsonPath(['stage', 'width'], gt(10)) }))).toEqual(['arena']);
    expectSql(
      db
        .session()
        .query(Event)
        .filter({ venue: { address: exact({ street: 'a', city: 'b', floor: null }) } }),
      {
        sqlite:
          'SELECT t0."id", t0."venue_id" FROM "event" AS t0 INNER JOIN "venue" AS t1 ON t0."venue_id" = t1."id" WHERE t1."address_street" = ? AND t1."address_city" = ? AND t1."address_floor" IS NULL',
        postgres:
          'SELECT t0."id", t0."venue_id" FROM "event" AS t0 INNER JOIN "venue" AS t1 ON t0."venue_id" = t1."id" WHERE t1."address_street" = $1 AND t1."address_city" = $2 AND t1."address_floor" IS NULL',
        mysql:
          'SELECT t0.`id`, t0.`venue_id` FROM `event` AS t0 INNER JOIN `venue` AS t1 ON t0.`venue_id` = t1.`id` WHERE t1.`address_street` = ? AND t1.`address_city` = ? AND t1.`address_floor` IS NULL',
        parameters: ['a', 'b'],
      },
    );
  });

  it('M10: S4: is seen to change inside, and written part by part', async () => {
    const session = db.session();
    const [arena, bar] = await session.query(Venue).orderBy('name');
    arena!.address.city = 'Ulm';
    arena!.contact = null;
    bar!.contact = { mail: 'k@b.de', since: SINCE };
    bar!.size = { seats: 1, halls: [], stage: { width: 1 } };
    const sent = await statementsOf(() => session.commit());
    expect(sent.filter((sql) => sql.startsWith('UPDATE'))).toHaveLength(2);
    bar!.size.halls.push('c');
    await session.commit();
    const [first, second] = await db.session().query(Venue).orderBy('name');
    expect([first!.address, first!.contact]).toEqual([{ street: 'Allee 1', city: 'Ulm', floor: 2 }, null]);
    expect([second!.contact, second!.size]).toEqual([
      { mail: 'k@b.de', since: SINCE },
      { seats: 1, halls: ['c'], stage: { width: 1 } },
    ]);
  });

  it('M10: Q9: is inserted out of a query: from its parts, as it is read, and as nothing', async () => {
    const session = db.session();
    const venues = session.query(Venue);
    const arena = venues.filter({ name: 'arena' });
    const inserted = [
      await venues.insertFrom(arena, (v) => ({
        name: 'parts',
        address: { street: v.name.concat(' 9'), city: 'Ulm' },
        contact: null,
        size: { seats: 2, halls: [], stage: { width: 3 } },
      })),
      await venues.insertFrom(arena, (v) => ({ name: 'whole', address: v.address })),
    ];
    expect(inserted).toEqual([1, 1]);
    const made = await venues.filter({ name: oneOf(['parts', 'whole']) }).orderBy('name');
    expect(made.map(({ name, address, contact, size }) => [name, address, contact, size])).toEqual([
      ['parts', { street: 'arena 9', city: 'Ulm', floor: null }, null, { seats: 2, halls: [], stage: { width: 3 } }],
      ['whole', { street: 'Allee 1', city: 'Bonn', floor: 2 }, null, null],
    ]);
    await expectRefused(db, () => venues.insertFrom(arena, () => ({ name: 'x', address: { city: 'Ulm' } })), {
      type: InvalidQueryError,
      message: 'insertFrom() gives no value for Venue.address.street, which has no default.',
    });
    await expectRefused(db, () => venues.insertFrom(arena, () => ({ name: 'x', address: { town: 'Ulm' } }) as never), {
      type: UnknownFieldError,
      message: "Venue.address has no part 'town'. Use one of: street, city, floor.",
    });
  });

  it('M10: Q10: is updated as a whole, in part, and to nothing', async () => {
    const session = db.session();
    const venues = session.query(Venue).filter({ name: 'arena' });
    const [arena] = await venues;
    await venues.update({ address: { city: 'Ulm', floor: null } });
    expect(arena!.address).toEqual({ street: 'Allee 1', city: 'Ulm', floor: null });
    await venues.update({
      address: { street: 'Ring 3', city: 'Jena', floor: 1 },
      contact: null,
      size: { seats: 2, halls: [], stage: { width: 3 } },
    });
    expect([arena!.address, arena!.contact, arena!.size]).toEqual([
      { street: 'Ring 3', city: 'Jena', floor: 1 },
      null,
      { seats: 2, halls: [], stage: { width: 3 } },
    ]);
    arena!.address = { street: 'x', city: 'y', floor: 9 };
    expect(await session.query(Venue).bulkUpdate([arena!], ['address'])).toBe(1);
    expect(
      await db
        .session()
        .query(Venue)
        .filter({ address: { street: 'x', city: 'y', floor: 9 } })
        .count(),
    ).toBe(1);
  });

  it('M10: G1: V2: has indexes on its parts', async () => {
    const session = db.session();
    session.add(new Venue({ name: 'c', address: { street: '', city: '' }, contact: { mail: 'a@b.de', since: SINCE } }));
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error).toMatchObject({ model: 'Venue', fields: ['contact.mail'], constraint: 'venue_c_mail_key' });
    expect(Venue.meta.indexes.map(({ name }) => name)).toEqual(['venue_c_mail_key', 'venue_address_city_idx']);
  });

  it('M10: Q14: is refused where its parts are wrong', async () => {
    const venues = db.session().query(Venue);
    const wrong = [
      [
        () => venues.filter({ address: { town: 'x' } } as never),
        UnknownFieldError,
        "Venue.address has no part 'town'. Use one of: street, city, floor.",
      ],
      [
        () => venues.filter({ address: 'x' } as never),
        InvalidValueError,
        'Venue.address takes an object of its parts, not a string.',
      ],
      [
        () => venues.filter({ address: gt({ city: 'x' } as never) } as never),
        InvalidQueryError,
        'Venue.address is compared as a whole by exact(), not by gt(). Use the lookup on a part: { address: { street: gt(…) } }.',
      ],
      [
        () => venues.unfiltered().update({ address: null } as never),
        InvalidValueError,
        'Venue.address takes an object of its parts, not null.',
      ],
      [
        () => venues.unfiltered().update({ address: { town: 'x' } } as never),
        UnknownFieldError,
        "Venue.address has no part 'town'. Use one of: street, city, floor.",
      ],
      [
        () => venues.unfiltered().update({ address: { city: 1 } } as never),
        InvalidValueError,
        'Venue.address.city takes a string, not an integer.',
      ],
      [
        () => venues.unfiltered().update({ size: { seats: 1 } } as never),
        InvalidValueError,
        "Venue.size has a part 'halls' that takes an array, not undefined.",
      ],
      [
        () => venues.unfiltered().update({ size: { seats: 1, halls: [], stage: { width: 1, depth: 2 } } } as never),
        InvalidValueError,
        "Venue.size has a part 'stage' that has no part 'depth'.",
      ],
    ] as const;
    for (const [call, type, message] of wrong) await expectRefused(db, call, { type, message });
    expect(await errorOf(() => f.embedded({ at: f.datetime() }, { as: 'json' }))).toBeInstanceOf(DefinitionError);
  });
});
