import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model, StaleObjectError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, onEngine, openTestDatabase } from '../../support/database.ts';
import { Author, Post, Sample, Tag } from '../../support/models.ts';
import { plain, rowsOf } from '../../support/pictures.ts';
import { expectSent, rows, statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author, Sample] });
});

afterEach(() => db.close());

const post = (title: string, author: Author): Post => new Post({ title, author });

describe('changes', () => {
  it('S4: writes only what changed, rows with the same columns in one batch, and nothing where nothing changed', async () => {
    const session = db.session();
    const authors = Array.from({ length: 5 }, (_, i) => new Author({ name: `A${i}`, email: `a${i}@x.org` }));
    session.add(...authors);
    await session.commit();
    authors[0]!.name = 'Z0';
    authors[1]!.name = 'Z1';
    authors[2]!.bio = 'long';
    authors[3]!.name = 'Z3';
    authors[3]!.bio = 'long';
    authors[4]!.name = 'A4';
    await expectSent(() => session.commit(), {
      sqlite: [
        'BEGIN',
        '2× UPDATE "author" SET "name" = ? WHERE "id" = ?',
        'UPDATE "author" SET "bio" = ? WHERE "id" = ?',
        'UPDATE "author" SET "name" = ?, "bio" = ? WHERE "id" = ?',
        'COMMIT',
      ],
      postgres: [
        'BEGIN',
        'UPDATE "author" SET "name" = v.column1 FROM (SELECT * FROM unnest($1::text[], $2::bigint[]) AS v(column1, column2)) AS v WHERE "author"."id" = v.column2',
        'UPDATE "author" SET "bio" = $1 WHERE "id" = $2',
        'UPDATE "author" SET "name" = $1, "bio" = $2 WHERE "id" = $3',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        "UPDATE JSON_TABLE(?, '$[*]' COLUMNS (column1 longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[0]' NULL ON EMPTY ERROR ON ERROR, column2 bigint PATH '$[1]' NULL ON EMPTY ERROR ON ERROR)) AS v STRAIGHT_JOIN `author` ON `author`.`id` = v.column2 SET `author`.`name` = v.column1",
        'UPDATE `author` SET `bio` = ? WHERE `id` = ?',
        'UPDATE `author` SET `name` = ?, `bio` = ? WHERE `id` = ?',
        'COMMIT',
      ],
      mariadb: [
        'BEGIN',
        "UPDATE JSON_TABLE(?, '$[*]' COLUMNS (column1 longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PATH '$[0]' NULL ON EMPTY ERROR ON ERROR, column2 bigint PATH '$[1]' NULL ON EMPTY ERROR ON ERROR)) AS v STRAIGHT_JOIN `author` ON `author`.`id` = v.column2 SET `author`.`name` = v.column1",
        'UPDATE `author` SET `bio` = ? WHERE `id` = ?',
        'UPDATE `author` SET `name` = ?, `bio` = ? WHERE `id` = ?',
        'COMMIT',
      ],
    });
    expect(await statementsOf(() => session.commit())).toEqual([]);
    authors[0]!.name = 'other';
    authors[0]!.name = 'Z0';
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await session.close();
  });

  it('M9: S4: finds a Date, JSON and arrays that were changed in place, and nothing else', async () => {
    const fresh = (): Sample =>
      new Sample({
        datetime: new Date('2026-01-01T00:00:00Z'),
        json: { a: [1, { b: 2 }] },
        strings: ['x'],
        bigints: [1n],
        decimal: '1.5000',
        bigint: 5n,
        bool: true,
        date: '2026-01-01',
      });
    const changes: [string, (entity: Sample) => void][] = [
      ['datetime', (s) => s.datetime!.setUTCFullYear(2027)],
      ['json', (s) => ((s.json as { a: [number, { b: number }] }).a[1].b = 3)],
      ['strings', (s) => s.strings!.push('y')],
      ['bigints', (s) => (s.bigints![0] = 2n)],
      ['decimal', (s) => (s.decimal = '1.6000')],
      ['bigint', (s) => (s.bigint = 6n)],
      ['bool', (s) => (s.bool = false)],
      ['date', (s) => (s.date = '2026-01-02')],
      ['json', (s) => (s.json = null)],
      ['json', (s) => (s.json = [])],
    ];
    for (const [field, change] of changes) {
      for (const read of [false, true]) {
        const writer = db.session();
        const written = fresh();
        writer.add(written);
        await writer.commit();
        const session = read ? db.session() : writer;
        const entity = (await session.get(Sample, written.id))!;
        change(entity);
        await expectSent(() => session.commit(), {
          sqlite: ['BEGIN', `UPDATE "sample" SET "${field}" = ? WHERE "id" = ?`, 'COMMIT'],
          postgres: ['BEGIN', `UPDATE "sample" SET "${field}" = $1 WHERE "id" = $2`, 'COMMIT'],
          mysql: ['BEGIN', `UPDATE \`sample\` SET \`${field}\` = ? WHERE \`id\` = ?`, 'COMMIT'],
        });
        expect(plain(await db.session().get(Sample, written.id))).toEqual(plain(entity));
        expect(await statementsOf(() => session.commit())).toEqual([]);
      }
    }
  });

  it('M9: bytes that were changed in place are a change', async () => {
    const session = db.session();
    const sample = new Sample({ binary: new Uint8Array([1, 2, 3]) });
    session.add(sample);
    await session.commit();
    const other = db.session();
    for (const [own, entity] of [
      [session, sample],
      [other, await other.query(Sample).one()],
    ] as const) {
      entity.binary![1] = 9;
      expect(await statementsOf(() => own.commit())).toHaveLength(3);
    }
  });

  it('S4: the same value in another form is no change: decimals, Dates, bytes, JSON', async () => {
    await db.transaction((session) =>
      session.add(
        new Sample({
          decimal: '1.5',
          wide: '-0.1',
          datetime: new Date(5),
          binary: new Uint8Array([1]),
          json: { a: 1 },
          strings: ['a'],
        }),
      ),
    );
    const session = db.session();
    const sample = await session.query(Sample).one();
    Object.assign(sample, {
      decimal: '001.50',
      wide: '-0.1000',
      datetime: new Date(5),
      binary: Buffer.from([1]),
      json: { a: 1 },
      strings: ['a'],
    });
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await session.close();
  });

  it('S5: many updates of the same columns go together, whatever the types', async () => {
    const columns = Sample.meta.fields.slice(1).map(({ name, column }) => ({ name, column }));
    const none = Object.fromEntries(columns.map(({ name }) => [name, null]));
    const valuesAt = (i: number): Record<string, unknown> => ({
      int: 7 - i,
      smallInt: i % 100,
      bigint: 9_007_199_254_740_993n + BigInt(i),
      float: i,
      decimal: `-${i + 1}.5000`,
      wide: `${'9'.repeat(28)}.0000000001`,
      string: String(i),
      text: `${i}.0`,
      bool: i % 2 === 0,
      date: `2024-02-${String((i % 28) + 1).padStart(2, '0')}`,
      time: '23:59:59',
      datetime: new Date(i),
      uuid: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      json: [i, { a: null }],
      enum: 'green',
      binary: new Uint8Array([i % 256, 0]),
      strings: [`${i}`, "'"],
      bigints: [BigInt(i)],
    });
    const session = db.session();
    const entities = Array.from({ length: 250 }, () => new Sample({}));
    session.add(...entities);
    await session.commit();

    for (const [i, entity] of entities.entries()) Object.assign(entity, valuesAt(i));
    const row = `(${Array.from({ length: columns.length + 1 }, () => '?').join(', ')})`;
    const set = (quote: string, owner = ''): string =>
      columns.map(({ column }, i) => `${owner}${quote}${column}${quote} = v.column${i + 1}`).join(', ');
    const sqlite = `UPDATE "sample" SET ${set('"')} FROM (VALUES ${rows(100, row)}) AS v WHERE "sample"."id" = v.column19`;
    const single = `UPDATE "sample" SET ${columns.map(({ column }) => `"${column}" = ?`).join(', ')} WHERE "id" = ?`;
    const names = Array.from({ length: 19 }, (_, i) => `column${i + 1}`);
    const postgres =
      `UPDATE "sample" SET ${set('"')} FROM (SELECT ${names.slice(0, 16).join(', ')}, column17::text[] AS column17, column18::bigint[] AS column18, column19` +
      ' FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::double precision[], $5::numeric[], $6::numeric[], $7::text[], $8::text[], $9::boolean[], $10::date[], $11::time[], $12::timestamptz[], $13::uuid[], $14::jsonb[], $15::text[], $16::bytea[], $17::text[], $18::text[], $19::bigint[])' +
      ` AS v(${names.join(', ')})) AS v WHERE "sample"."id" = v.column19`;
    const text = `longtext CHARACTER SET utf8mb4 COLLATE ${onEngine({ sqlite: '', mysql: 'utf8mb4_0900_bin', mariadb: 'utf8mb4_nopad_bin' })}`;
    const json = `longtext CHARACTER SET utf8mb4 COLLATE ${onEngine({ sqlite: '', mysql: 'utf8mb4_0900_bin', mariadb: 'utf8mb4_bin' })}`;
    const uuid = 'char(36) CHARACTER SET ascii COLLATE ascii_bin';
    const numbers = ['bigint', 'bigint', 'bigint', 'double', 'decimal(12, 4)', 'decimal(38, 10)'];
    const others = [text, text, 'tinyint', 'date', 'time(6)', 'datetime(3)', uuid, json, text, text, text, text];
    const types = [...numbers, ...others, 'bigint'].map(
      (type, i) => `column${i + 1} ${type} PATH '$[${i}]' NULL ON EMPTY ERROR ON ERROR`,
    );
    const mysql = `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (${types.join(', ')})) AS v STRAIGHT_JOIN \`sample\` ON \`sample\`.\`id\` = v.column19 SET ${set('`', '`sample`.').replace('v.column16', 'UNHEX(v.column16)')}`;
    await expectSent(() => session.commit(), {
      sqlite: ['BEGIN', `2× ${sqlite}`, `50× ${single}`, 'COMMIT'],
      postgres: ['BEGIN', postgres, 'COMMIT'],
      mysql: ['BEGIN', mysql, 'COMMIT'],
    });
    const expected = entities.map((_, i) => ({ id: i + 1, ...valuesAt(i) }));
    expect((await db.session().query(Sample).orderBy('id')).map(plain)).toEqual(expected);
    expect(entities.map(plain)).toEqual(expected);
    expect(await statementsOf(() => session.commit())).toEqual([]);

    for (const entity of entities.slice(0, 100)) Object.assign(entity, none);
    await expectSent(() => session.commit(), {
      sqlite: ['BEGIN', sqlite, 'COMMIT'],
      postgres: ['BEGIN', postgres, 'COMMIT'],
      mysql: ['BEGIN', mysql, 'COMMIT'],
    });
    expect((await db.session().query(Sample).orderBy('id')).map(plain)).toEqual(
      expected.map((values, i) => (i < 100 ? { ...none, id: i + 1 } : values)),
    );
    await session.close();
  });

  it('S5: S8: of many updates each is checked: versions and composite keys', async () => {
    class Cell extends model(
      'cell',
      { sheet: f.string(), row: f.int(), text: f.string(), version: f.version() },
      { primaryKey: ['sheet', 'row'] },
    ) {}
    const own = await openTestDatabase({ models: [Cell] });
    const session = own.session();
    const cells = Array.from(
      { length: 120 },
      (_, row) => new Cell({ sheet: row % 2 === 0 ? 'a' : "b'", row, text: '' }),
    );
    session.add(...cells);
    await session.commit();
    for (const cell of cells) cell.text = `${cell.sheet}${cell.row}`;
    const onRows = '"cell"."sheet" = v.column3 AND "cell"."row" = v.column4 AND "cell"."version" = v.column5';
    const joined = (text: string): string =>
      `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (column1 ${text} PATH '$[0]' NULL ON EMPTY ERROR ON ERROR, column2 bigint PATH '$[1]' NULL ON EMPTY ERROR ON ERROR, column3 ${text} PATH '$[2]' NULL ON EMPTY ERROR ON ERROR, column4 bigint PATH '$[3]' NULL ON EMPTY ERROR ON ERROR, column5 bigint PATH '$[4]' NULL ON EMPTY ERROR ON ERROR)) AS v STRAIGHT_JOIN \`cell\` ON ${onRows.replaceAll('"', '`')} SET \`cell\`.\`text\` = v.column1, \`cell\`.\`version\` = v.column2`;
    await expectSent(() => session.commit(), {
      sqlite: [
        'BEGIN',
        `UPDATE "cell" SET "text" = v.column1, "version" = v.column2 FROM (VALUES ${rows(100, '(?, ?, ?, ?, ?)')}) AS v WHERE ${onRows}`,
        '20× UPDATE "cell" SET "text" = ?, "version" = ? WHERE "sheet" = ? AND "row" = ? AND "version" = ?',
        'COMMIT',
      ],
      postgres: [
        'BEGIN',
        `UPDATE "cell" SET "text" = v.column1, "version" = v.column2 FROM (SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) AS v(column1, column2, column3, column4, column5)) AS v WHERE ${onRows}`,
        'COMMIT',
      ],
      mysql: ['BEGIN', joined('longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin'), 'COMMIT'],
      mariadb: ['BEGIN', joined('longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin'), 'COMMIT'],
    });
    expect(await own.session().query(Cell).orderBy('row').values('sheet', 'row', 'text', 'version')).toEqual(
      cells.map(({ sheet, row }) => ({ sheet, row, text: `${sheet}${row}`, version: 2 })),
    );

    // One of the hundred was changed by another program: none is written.
    const other = own.session();
    await other.sql`UPDATE ${other.sql.id('cell')} SET version = 9 WHERE ${other.sql.id('row')} = 57`;
    for (const cell of cells) cell.text = 'again';
    const failure = await errorOf(() => session.commit());
    expect(failure).toBeInstanceOf(StaleObjectError);
    expect(failure).toMatchObject({ model: 'Cell' });
    expect(await own.session().query(Cell).filter({ text: 'again' }).count()).toBe(0);
    expect(cells.map(({ text, version }) => [text, version])).toEqual(cells.map(() => ['again', 2]));
    await session.close();
    await own.close();
  });

  it('S5: updates of a unique column keep the order of the entities, so that values can make way for each other', async () => {
    class Slot extends model('slot', { id: f.auto(), position: f.int({ unique: true }) }) {}
    const own = await openTestDatabase({ models: [Slot] });
    const session = own.session();
    session.add(...Array.from({ length: 150 }, (_, i) => new Slot({ position: i })));
    await session.commit();
    const reading = own.session();
    for (const slot of await reading.query(Slot).orderBy('-position')) slot.position++;
    await expectSent(() => reading.commit(), {
      sqlite: ['BEGIN', '150× UPDATE "slot" SET "position" = ? WHERE "id" = ?', 'COMMIT'],
      postgres: ['BEGIN', '150× UPDATE "slot" SET "position" = $1 WHERE "id" = $2', 'COMMIT'],
      mysql: ['BEGIN', '150× UPDATE `slot` SET `position` = ? WHERE `id` = ?', 'COMMIT'],
    });
    expect(await own.session().query(Slot).orderBy('id').valuesList('position', { flat: true })).toEqual(
      Array.from({ length: 150 }, (_, i) => i + 1),
    );
    await own.close();
  });

  it('M10: a part of an embedded value is one column; a nullable one comes and goes as a whole', async () => {
    class Shop extends model('shop', {
      id: f.auto(),
      at: f.embedded({ city: f.string(), floor: f.int({ nullable: true }) }),
      second: f.embedded({ city: f.string() }, { nullable: true }),
    }) {}
    const own = await openTestDatabase({ models: [Shop] });
    const session = own.session();
    const shop = new Shop({ at: { city: 'Oslo' } });
    session.add(shop);
    await session.commit();
    shop.at.city = 'Bergen';
    await expectSent(() => session.commit(), {
      sqlite: ['BEGIN', 'UPDATE "shop" SET "at_city" = ? WHERE "id" = ?', 'COMMIT'],
      postgres: ['BEGIN', 'UPDATE "shop" SET "at_city" = $1 WHERE "id" = $2', 'COMMIT'],
      mysql: ['BEGIN', 'UPDATE `shop` SET `at_city` = ? WHERE `id` = ?', 'COMMIT'],
    });
    shop.second = { city: 'Rome' };
    await session.commit();
    expect(await rowsOf(own)).toEqual({ shop: [{ id: 1, at_city: 'Bergen', at_floor: null, second_city: 'Rome' }] });
    expect(plain(await own.session().get(Shop, 1))).toEqual({
      id: 1,
      at: { city: 'Bergen', floor: null },
      second: { city: 'Rome' },
    });
    shop.second = null;
    await session.commit();
    expect(plain(await own.session().get(Shop, 1))).toEqual({
      id: 1,
      at: { city: 'Bergen', floor: null },
      second: null,
    });
    await own.close();
  });

  it('M8: M9: times, versions, defaults of the database and generated columns are filled in, and read back', async () => {
    class Item extends model('item', {
      id: f.auto(),
      name: f.string(),
      price: f.int(),
      version: f.version(),
      made: f.datetime({ autoNowAdd: true }),
      changed: f.datetime({ autoNow: true }),
      place: f.string({ dbDefault: "'shelf'" }),
      double: f.int({ generated: 'price * 2' }),
    }) {}
    const own = await openTestDatabase({ models: [Item] });
    const session = own.session();
    const item = new Item({ name: 'a', price: 3 });
    const given = new Item({ name: 'b', price: 4, place: 'box' });
    expect([item.version, item.made, item.place]).toEqual([1, undefined, undefined]);
    session.add(item, given);
    const before = Date.now();
    await session.commit();
    const made = item.made;
    expect(made.getTime()).toBeGreaterThanOrEqual(before);
    expect(plain(item)).toEqual({
      id: 1,
      name: 'a',
      price: 3,
      version: 1,
      made,
      changed: made,
      place: 'shelf',
      double: 6,
    });
    expect([given.id, given.place, given.double]).toEqual([2, 'box', 8]);
    expect(plain(await own.session().get(Item, 1))).toEqual(plain(item));
    await new Promise((resolve) => setTimeout(resolve, 5));
    item.name = 'c';
    await session.commit();
    expect([item.version, item.made, item.changed > made]).toEqual([2, made, true]);
    expect(plain(await own.session().get(Item, 1))).toEqual(plain(item));
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await own.close();
  });

  it('M8: a generated column is read back after an update too', async () => {
    class Item extends model('item', { id: f.auto(), price: f.int(), double: f.int({ generated: 'price * 2' }) }) {}
    const own = await openTestDatabase({ models: [Item] });
    const session = own.session();
    const item = new Item({ price: 3 });
    session.add(item);
    await session.commit();
    item.price = 5;
    await session.commit();
    expect(item.double).toBe(10);
  });

  it('M9: M10: times and defaults inside of an embedded value are filled in and taken back like others', async () => {
    class Thing extends model('thing', {
      id: f.auto(),
      name: f.string(),
      meta: f.embedded({ at: f.datetime({ autoNow: true }), place: f.string({ dbDefault: "'shelf'" }) }),
    }) {}
    const own = await openTestDatabase({ models: [Thing] });
    const session = own.session();
    const thing = new Thing({ name: 'a', meta: {} as never });
    const before = structuredClone(plain(thing));
    await errorOf(() =>
      session.transaction(async () => {
        session.add(thing);
        await session.flush();
        expect([Object.keys(thing), thing.meta.place, thing.meta.at instanceof Date]).toEqual([
          ['id', 'name', 'meta'],
          'shelf',
          true,
        ]);
        throw new Error('mine');
      }),
    );
    expect(plain(thing)).toEqual(before);
    session.add(thing);
    await session.commit();
    expect(plain(await own.session().get(Thing, thing.id))).toEqual(plain(thing));
    await own.close();
  });

  it('S9: the second writer gets StaleObjectError, on update and on delete; and can refresh and go on', async () => {
    class Doc extends model('doc', { id: f.auto(), text: f.string(), version: f.version() }) {}
    const own = await openTestDatabase({ models: [Doc] });
    await own.transaction((session) => session.add(new Doc({ text: 'a' })));
    const [one, two, three] = [own.session(), own.session(), own.session()];
    const [a, b, c] = [(await one.get(Doc, 1))!, (await two.get(Doc, 1))!, (await three.get(Doc, 1))!];
    a.text = 'by one';
    await one.commit();
    b.text = 'by two';
    const error = await errorOf(() => two.commit());
    expect(error).toBeInstanceOf(StaleObjectError);
    expect(error).toMatchObject({
      code: 'E_STALE_OBJECT',
      model: 'Doc',
      message:
        'A Doc that was to be updated has been changed or deleted by another transaction. Refresh it and try again.',
    });
    expect([b.text, b.version, two.state(b)]).toEqual(['by two', 1, 'persistent']);
    three.delete(c);
    expect(await errorOf(() => three.commit())).toMatchObject({
      code: 'E_STALE_OBJECT',
      message:
        'A Doc that was to be deleted has been changed or deleted by another transaction. Refresh it and try again.',
    });
    expect(three.state(c)).toBe('deleted');
    await two.refresh(b);
    await two.commit();
    expect(await rowsOf(own)).toEqual({ doc: [{ id: 1, text: 'by two', version: 3 }] });
    await own.close();
  });

  it('S9: a row that is gone is noticed without a version too', async () => {
    const session = db.session();
    const tag = new Tag({ name: 'a' });
    const other = new Tag({ name: 'b' });
    session.add(tag, other);
    await session.commit();
    await db.session().sql`DELETE FROM tag`;
    tag.name = 'c';
    expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_STALE_OBJECT', model: 'Tag' });
    session.delete(other);
    tag.name = 'a';
    expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_STALE_OBJECT', model: 'Tag' });
  });

  it('S4: the key of a stored entity cannot be changed', async () => {
    const session = db.session();
    const tag = new Tag({ name: 'a' });
    session.add(tag);
    await session.commit();
    tag.id = 9;
    expect(await errorOf(() => session.commit())).toMatchObject({
      code: 'E_SESSION_STATE',
      model: 'Tag',
      field: 'id',
      message: 'The key Tag.id of a stored entity was changed. Insert a new entity and delete the old one.',
    });
    await session.rollback();
    expect([tag.id, await rowsOf(db)]).toEqual([1, { tag: [{ id: 1, name: 'a' }] }]);
  });

  it('R3: a relation to a new entity, set on a stored one, is written with the key that it gets', async () => {
    const session = db.session();
    const [ann, bob] = [new Author({ name: 'Ann', email: 'a@x.org' }), new Author({ name: 'Bob', email: 'b@x.org' })];
    const item = post('One', ann);
    session.add(item);
    await session.commit();
    item.author = bob;
    item.reviewer = new Author({ name: 'Cid', email: 'c@x.org' });
    await session.commit();
    expect(await rowsOf(db)).toMatchObject({ post: [{ author_id: bob.id, reviewer_id: 3 }] });
    expect([item.authorId, item.reviewerId]).toEqual([2, 3]);
    await session.close();
  });
});
