import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model, StaleObjectError } from 'blazeorm';
import type { Database } from 'blazeorm';

import { errorOf, onEngine, openTestDatabase } from '../../support/database.ts';
import {
  Author,
  Category,
  City,
  Club,
  Comment,
  Country,
  Membership,
  Order,
  OrderLine,
  Person,
  Post,
  Profile,
  Sample,
  Tag,
  Venue,
} from '../../support/models.ts';
import { items, plain, rowsOf } from '../../support/pictures.ts';
import { expectSent, rows, statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase();
});

afterEach(() => db.close());

const post = (title: string, author: Author): Post => new Post({ title, author });

describe('adding', () => {
  it('R6: S3: parents and children link in one flush, in whatever order they are added', async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
      [0, 2, 1],
      [2, 0, 1],
    ]) {
      const own = await openTestDatabase();
      const author = new Author({ name: 'Ann', email: 'ann@x.org' });
      const item = post('One', author);
      const comment = new Comment({ body: 'Well', post: item });
      const session = own.session();
      for (const i of order) session.add([author, item, comment][i]!);
      await session.commit();
      expect(await rowsOf(own)).toMatchObject({
        author: [{ id: 1 }],
        post: [{ id: 1, author_id: 1 }],
        comment: [{ id: 1, post_id: 1, author_id: null }],
      });
      expect([author.id, item.authorId, comment.postId]).toEqual([1, 1, 1]);
      await own.close();
    }
  });

  it('R8: saves what a new entity reaches: over references, collections and collections of collections', async () => {
    const session = db.session();
    const author = new Author({ name: 'Ann', email: 'ann@x.org' });
    const first = author.posts.create({ title: 'One' });
    author.posts.add(new Post({ title: 'Two', author }));
    first.tags.add(new Tag({ name: 'orm' }), new Tag({ name: 'sql' }));
    first.comments.create({ body: 'Well' });
    session.add(author);
    const states = [author, ...items(author.posts), ...items(first.tags), ...items(first.comments)].map((entity) =>
      session.state(entity),
    );
    expect(states).toEqual(['pending', 'pending', 'pending', 'pending', 'pending', 'pending']);
    await session.commit();
    const { post: posts, tag, comment, post_tags: links } = await rowsOf(db);
    expect(posts!.map((row) => [row['title'], row['author_id']])).toEqual([
      ['One', 1],
      ['Two', 1],
    ]);
    expect([tag, comment!.length, links]).toEqual([
      [
        { id: 1, name: 'orm' },
        { id: 2, name: 'sql' },
      ],
      1,
      [
        { post_id: 1, tag_id: 1 },
        { post_id: 1, tag_id: 2 },
      ],
    ]);
    await session.close();
  });

  it('R8: saves what is linked after add, to pending and to persistent entities', async () => {
    const session = db.session();
    const author = new Author({ name: 'Ann', email: 'ann@x.org' });
    const item = post('One', author);
    session.add(item);
    item.reviewer = new Author({ name: 'Bob', email: 'bob@x.org' });
    item.tags.add(new Tag({ name: 'orm' }));
    await session.commit();
    item.reviewer = new Author({ name: 'Cid', email: 'cid@x.org' });
    item.comments.create({ body: 'Well', author: new Author({ name: 'Dan', email: 'dan@x.org' }) });
    await item.tags.load();
    item.tags.add(new Tag({ name: 'sql' }));
    expect(session.state(item.reviewer as never)).toBe('pending');
    await session.commit();
    const rows = await rowsOf(db);
    expect(rows['author']!.map((row) => row['name'])).toEqual(['Ann', 'Bob', 'Cid', 'Dan']);
    expect(rows['post']).toMatchObject([{ id: 1, author_id: 1, reviewer_id: 3 }]);
    expect(rows['comment']).toMatchObject([{ post_id: 1, author_id: 4 }]);
    expect(rows['post_tags']).toEqual([
      { post_id: 1, tag_id: 1 },
      { post_id: 1, tag_id: 2 },
    ]);
    expect((item.reviewer as unknown as Author).id).toBe(item.reviewerId);
    await session.close();
  });

  it('R8: many children of one parent are added in time that grows with their number', async () => {
    const session = db.session();
    const author = new Author({ name: 'Ann', email: 'ann@x.org' });
    session.add(author);
    const took = (count: number): number => {
      const start = performance.now();
      for (let i = 0; i < count; i++) session.add(post(`${count} ${i}`, author));
      return performance.now() - start;
    };
    took(500);
    const [few, many] = [took(1_000), took(8_000)];
    expect(many / few).toBeLessThan(40);
    expect(items(author.posts).length).toBe(9_500);
    await session.close();
  });

  it('S5: M7: keys that the database gives come back to the right entity, mixed with keys that were given', async () => {
    const session = db.session();
    const tags = Array.from(
      { length: 100 },
      (_, i) => new Tag({ name: `t${i}`, ...(i % 7 === 3 ? { id: 1_000 + i } : {}) }),
    );
    session.add(...tags);
    await expectSent(() => session.commit(), {
      sqlite: ['BEGIN', '100× INSERT INTO "tag" ("id", "name") VALUES (?, ?)', 'COMMIT'],
      postgres: [
        'BEGIN',
        'INSERT INTO "tag" ("id", "name") SELECT * FROM unnest($1::bigint[], $2::text[]) AS v(column1, column2)',
        'INSERT INTO "tag" ("name") SELECT * FROM unnest($1::text[]) AS v(column1) RETURNING "id"',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        `INSERT INTO \`tag\` (\`id\`, \`name\`) VALUES ${rows(8, '(?, ?)')}`,
        'INSERT INTO `tag` (`id`, `name`) VALUES (?, ?), (?, ?), (?, ?), (?, ?)',
        'INSERT INTO `tag` (`id`, `name`) VALUES (?, ?), (?, ?)',
        `INSERT INTO \`tag\` (\`name\`) VALUES ${rows(64, '(?)')}`,
        `INSERT INTO \`tag\` (\`name\`) VALUES ${rows(16, '(?)')}`,
        'INSERT INTO `tag` (`name`) VALUES (?), (?), (?), (?)',
        'INSERT INTO `tag` (`name`) VALUES (?), (?)',
        'COMMIT',
      ],
    });
    const stored = (await rowsOf(db))['tag']!;
    expect(new Map(stored.map((row) => [row['name'], row['id']]))).toEqual(
      new Map(tags.map((tag) => [tag.name, tag.id])),
    );
    await session.close();
  });
});

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
    const types = [
      ...['bigint', 'bigint', 'bigint', 'double', 'decimal(12, 4)', 'decimal(38, 10)', text, text, 'tinyint', 'date'],
      ...['time(6)', 'datetime(3)', 'char(36) CHARACTER SET ascii COLLATE ascii_bin'],
      ...[text, text, text, text, text, 'bigint'],
    ].map((type, i) => `column${i + 1} ${type} PATH '$[${i}]' NULL ON EMPTY ERROR ON ERROR`);
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

describe('deleting', () => {
  it('S3: children before parents, links before both, whatever the order of the calls', async () => {
    const session = db.session();
    const [ann, bob] = [new Author({ name: 'Ann', email: 'a@x.org' }), new Author({ name: 'Bob', email: 'b@x.org' })];
    const item = post('One', ann);
    item.reviewer = bob;
    const tag = new Tag({ name: 'orm' });
    item.tags.add(tag);
    const comment = new Comment({ body: 'Well', post: item, author: bob });
    session.add(comment, new Profile({ nickname: 'a', author: ann }));
    await session.commit();
    session.delete(ann, bob, tag, item, comment);
    session.delete(await session.query(Profile).one());
    await expectSent(() => session.commit(), {
      sqlite: [
        'BEGIN',
        'DELETE FROM "tag" WHERE "id" = ?',
        'DELETE FROM "comment" WHERE "id" = ?',
        'DELETE FROM "post" WHERE "id" = ?',
        'DELETE FROM "profile" WHERE "id" = ?',
        '2× DELETE FROM "author" WHERE "id" = ?',
        'COMMIT',
      ],
      postgres: [
        'BEGIN',
        'DELETE FROM "tag" WHERE "id" = $1',
        'DELETE FROM "comment" WHERE "id" = $1',
        'DELETE FROM "post" WHERE "id" = $1',
        'DELETE FROM "profile" WHERE "id" = $1',
        '2× DELETE FROM "author" WHERE "id" = $1',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        'DELETE FROM `tag` WHERE `id` = ?',
        'DELETE FROM `comment` WHERE `id` = ?',
        'DELETE FROM `post` WHERE `id` = ?',
        'DELETE FROM `profile` WHERE `id` = ?',
        '2× DELETE FROM `author` WHERE `id` = ?',
        'COMMIT',
      ],
    });
    expect(await rowsOf(db)).toEqual({});
    await session.close();
  });

  it('S3: a tree from the leaves up, by the rows as they are stored, whatever was changed since', async () => {
    const session = db.session();
    class Node extends model('node', { id: f.auto(), parent: f.foreignKey(() => Node, { nullable: true }) }) {}
    const own = await openTestDatabase({ models: [Node] });
    const nodes = own.session();
    const root = new Node({});
    const [a, b] = [new Node({ parent: root }), new Node({ parent: root })];
    const leaf = new Node({ parent: a });
    nodes.add(leaf, b);
    await nodes.commit();
    leaf.parent = null;
    a.parent = leaf;
    nodes.delete(root, a, b, leaf);
    await nodes.commit();
    expect(await rowsOf(own)).toEqual({});
    await own.close();
    await session.close();
  });

  it('S3: rows that refer to each other and to themselves', async () => {
    class Node extends model('node', {
      id: f.auto(),
      next: f.foreignKey(() => Node, { nullable: true }),
      must: f.foreignKey(() => Node),
    }) {}
    const own = await openTestDatabase({ models: [Node] });
    const session = own.session();
    const [a, b] = [new Node({ id: 1, must: 1 }), new Node({ id: 2, must: 2 })];
    a.next = b;
    b.next = a;
    session.add(a, b);
    await session.commit();
    expect(await rowsOf(own)).toEqual({
      node: [
        { id: 1, next_id: 2, must_id: 1 },
        { id: 2, next_id: 1, must_id: 2 },
      ],
    });
    session.delete(a, b);
    if (onEngine({ sqlite: true, mysql: false })) {
      await session.commit();
      expect(await rowsOf(own)).toEqual({});
    } else {
      // InnoDB looks at each row by itself, and does not let go of one that refers to itself.
      expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_FOREIGN_KEY_VIOLATION', model: 'Node' });
      expect([session.state(a), session.state(b)]).toEqual(['deleted', 'deleted']);
    }
    await own.close();
  });

  it('S2: deletes a row of which only the key is known', async () => {
    const session = db.session();
    session.add(post('One', new Author({ name: 'Ann', email: 'a@x.org' })));
    await session.commit();
    const other = db.session();
    const item = await other.query(Post).one();
    const reference = item.author as unknown as Author;
    other.delete(item, reference);
    await expectSent(() => other.commit(), {
      sqlite: ['BEGIN', 'DELETE FROM "post" WHERE "id" = ?', 'DELETE FROM "author" WHERE "id" = ?', 'COMMIT'],
      postgres: ['BEGIN', 'DELETE FROM "post" WHERE "id" = $1', 'DELETE FROM "author" WHERE "id" = $1', 'COMMIT'],
      mysql: ['BEGIN', 'DELETE FROM `post` WHERE `id` = ?', 'DELETE FROM `author` WHERE `id` = ?', 'COMMIT'],
    });
    expect(await rowsOf(db)).toEqual({});
  });

  it('S2: an added entity that is deleted again takes its links with it', async () => {
    const session = db.session();
    const ann = new Author({ name: 'Ann', email: 'a@x.org' });
    const item = post('One', ann);
    item.tags.add(new Tag({ name: 'orm' }));
    session.add(item);
    session.delete(item);
    await session.commit();
    expect(await rowsOf(db)).toEqual({
      author: [{ id: 1, name: 'Ann', email: 'a@x.org', bio: null, age: null, role: 'editor' }],
      tag: [{ id: 1, name: 'orm' }],
    });
    session.add(item);
    await session.commit();
    expect((await rowsOf(db))['post_tags']).toEqual([{ post_id: 1, tag_id: 1 }]);
  });

  it('R5: a link to what is not to be saved is refused by name', async () => {
    const session = db.session();
    const item = post('One', new Author({ name: 'Ann', email: 'a@x.org' }));
    const tag = new Tag({ name: 'orm' });
    item.tags.add(tag);
    session.add(item);
    session.delete(tag);
    expect(await errorOf(() => session.commit())).toMatchObject({
      code: 'E_SESSION_STATE',
      model: 'Post',
      field: 'tags',
      message: 'Post.tags holds a Tag that the session does not save. Add it to the session, or take it out.',
    });
    item.tags.remove(tag);
    await session.commit();
    expect(Object.keys(await rowsOf(db))).toEqual(['author', 'post']);
  });
});

describe('while a flush runs', () => {
  it('S10: what is added, changed, linked or deleted meanwhile is for the next flush', async () => {
    const session = db.session();
    const [first, second, third] = ['a', 'b', 'c'].map((name) => new Tag({ name }));
    session.add(first!);
    const commit = session.commit();
    session.add(second!);
    await commit;
    expect([session.state(first!), session.state(second!)]).toEqual(['persistent', 'pending']);
    await session.commit();
    first!.name = 'A';
    const update = session.commit();
    session.delete(second!);
    session.add(third!);
    await update;
    expect([session.state(second!), session.state(third!)]).toEqual(['deleted', 'pending']);
    // Deleted while it is being inserted: inserted, and deleted by the next flush.
    const insert = session.commit();
    session.delete(third!);
    await insert;
    expect(session.state(third!)).toBe('deleted');
    await session.commit();
    expect((await rowsOf(db))['tag']).toEqual([{ id: 1, name: 'A' }]);
    await session.close();
  });

  it('S10: links too, and a query that flushes takes nothing away', async () => {
    await db.transaction(async (session) => {
      const item = post('One', new Author({ name: 'Ann', email: 'a@x.org' }));
      const [red, blue] = [new Tag({ name: 'red' }), new Tag({ name: 'blue' })];
      session.add(item, red, blue);
      item.tags.add(red);
      const counting = session.query(Tag).count();
      item.tags.add(blue);
      const late = new Tag({ name: 'late' });
      session.add(late);
      expect(await counting).toBe(2);
      expect(session.state(late)).toBe('pending');
      item.tags.add(late);
    });
    expect(((await rowsOf(db))['post_tags'] ?? []).length).toBe(3);
    await db.transaction((session) =>
      Promise.all(
        ['x', 'y', 'z'].map(async (name) => {
          session.add(new Tag({ name }));
          await session.flush();
        }),
      ),
    );
    expect((await db.session().query(Tag).orderBy('id').valuesList('name', { flat: true })).slice(3)).toEqual([
      'x',
      'y',
      'z',
    ]);
  });

  it('S8: a new entity that was deleted while its insert failed is forgotten', async () => {
    await db.transaction((session) => session.add(new Tag({ name: 'taken' })));
    const session = db.session();
    const tag = new Tag({ name: 'taken' });
    session.add(tag);
    const commit = errorOf(() => session.commit());
    session.delete(tag);
    expect(await commit).toMatchObject({ code: 'E_UNIQUE_VIOLATION' });
    expect(session.state(tag)).toBe('transient');
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await session.close();
  });
});

describe('an entity that is to be deleted', () => {
  it('R8: is not kept by what comes to refer to it, which is refused by name', async () => {
    const session = db.session();
    const [ann, bob] = [new Author({ name: 'Ann', email: 'a@x.org' }), new Author({ name: 'Bob', email: 'b@x.org' })];
    session.add(ann, bob, post('One', ann));
    await session.commit();
    session.delete(bob);
    const made = post('Two', bob);
    expect([session.state(bob), session.state(made)]).toEqual(['deleted', 'transient']);
    for (const field of ['author', 'reviewer'] as const) {
      const item = new Post({ title: 'Three', author: ann, [field]: bob });
      session.add(item);
      expect(session.state(bob)).toBe('deleted');
      expect(await errorOf(() => session.commit())).toMatchObject({
        code: 'E_SESSION_STATE',
        model: 'Post',
        field,
        message: `Post.${field} leads to an Author that is to be deleted. Let it lead to another, or take the deletion back with session.add().`,
      });
      session.delete(item);
    }
    const [one] = await session.query(Post);
    one!.reviewer = bob;
    expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_SESSION_STATE', field: 'reviewer' });
    // Taken back, with the post that its collection leads to.
    session.add(bob);
    await session.commit();
    expect((await rowsOf(db))['post']?.slice(0, 2)).toMatchObject([
      { title: 'One', author_id: 1, reviewer_id: 2 },
      { title: 'Two', author_id: 2 },
    ]);
    await session.close();
  });
});

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
      code: 'E_INVALID_VALUE',
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

describe('writing in the right order', () => {
  it('S3: R1: a tree in child-first order, by instance and by key', async () => {
    const session = db.session();
    const root = new Category({ id: 10, name: 'root' });
    const middle = new Category({ name: 'middle', parent: root });
    const leaf = new Category({ name: 'leaf', parent: middle });
    const byKey = new Category({ id: 5, name: 'by key', parent: 20 });
    const itsParent = new Category({ id: 20, name: 'its parent', parent: 10 });
    session.add(leaf, byKey, middle, itsParent, root);
    await session.commit();
    const rows = (await rowsOf(db))['category']!;
    expect(new Map(rows.map((row) => [row['name'], row['parent_id']]))).toEqual(
      new Map<string, unknown>([
        ['root', null],
        ['middle', 10],
        ['leaf', middle.id],
        ['by key', 20],
        ['its parent', 10],
      ]),
    );
    await session.close();
  });

  it('S3: circles over nullable keys are closed by one UPDATE for each column', async () => {
    class Team extends model('team', {
      id: f.auto(),
      name: f.string(),
      captain: f.foreignKey(() => Player, { nullable: true }),
    }) {}
    class Player extends model('player', { id: f.auto(), name: f.string(), team: f.foreignKey(() => Team) }) {}
    const own = await openTestDatabase({ models: [Team, Player] });
    const session = own.session();
    const teams = ['A', 'B', 'C'].map((name) => new Team({ name }));
    for (const team of teams) {
      team.captain = new Player({ name: `captain ${team.name}`, team });
      session.add(team, new Player({ name: `back ${team.name}`, team }));
    }
    await expectSent(() => session.commit(), {
      sqlite: [
        'BEGIN',
        '3× INSERT INTO "team" ("id", "name", "captain_id") VALUES (?, ?, ?)',
        '6× INSERT INTO "player" ("id", "name", "team_id") VALUES (?, ?, ?)',
        '3× UPDATE "team" SET "captain_id" = ? WHERE "id" = ?',
        'COMMIT',
      ],
      postgres: [
        'BEGIN',
        'INSERT INTO "team" ("name", "captain_id") SELECT * FROM unnest($1::text[], $2::bigint[]) AS v(column1, column2) RETURNING "id"',
        'INSERT INTO "player" ("name", "team_id") SELECT * FROM unnest($1::text[], $2::bigint[]) AS v(column1, column2) RETURNING "id"',
        '3× UPDATE "team" SET "captain_id" = $1 WHERE "id" = $2',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        'INSERT INTO `team` (`name`, `captain_id`) VALUES (?, ?), (?, ?)',
        'INSERT INTO `team` (`name`, `captain_id`) VALUES (?, ?)',
        'INSERT INTO `player` (`name`, `team_id`) VALUES (?, ?), (?, ?), (?, ?), (?, ?)',
        'INSERT INTO `player` (`name`, `team_id`) VALUES (?, ?), (?, ?)',
        '3× UPDATE `team` SET `captain_id` = ? WHERE `id` = ?',
        'COMMIT',
      ],
    });
    expect((await rowsOf(own))['team']).toEqual(
      teams.map((team) => ({ id: team.id, name: team.name, captain_id: team.captainId })),
    );
    expect(await statementsOf(() => session.commit())).toEqual([]);
    session.delete(...teams, ...(await session.query(Player)));
    await session.commit();
    expect(await rowsOf(own)).toEqual({});
    await own.close();
  });

  it('S3: a circle inside of another, joined by a reference that must not wait', async () => {
    class Knot extends model('knot', {
      id: f.auto(),
      name: f.string(),
      soft: f.foreignKey(() => Knot, { nullable: true }),
      hard: f.foreignKey(() => Knot, { nullable: true }),
      other: f.foreignKey(() => Knot, { nullable: true }),
    }) {}
    const own = await openTestDatabase({ models: [Knot] });
    const session = own.session();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => new Knot({ name })) as [Knot, Knot, Knot, Knot];
    a.soft = b;
    a.hard = d;
    b.soft = c;
    c.soft = a;
    d.soft = c;
    c.other = c;
    session.add(a, b, c, d);
    await session.commit();
    const name = (id: unknown): string | null => [a, b, c, d].find((knot) => knot.id === id)?.name ?? null;
    const rows = (await rowsOf(own))['knot']!;
    expect(
      Object.fromEntries(rows.map((row) => [row['name'], [row['soft_id'], row['hard_id'], row['other_id']].map(name)])),
    ).toEqual({ a: ['b', 'd', null], b: ['c', null, null], c: ['a', null, 'c'], d: ['c', null, null] });
    await own.close();
  });

  it('S3: new rows that need each other are refused, naming the circle, before any SQL', async () => {
    class Knot extends model('knot', { id: f.auto(), next: f.foreignKey(() => Knot) }) {}
    const own = await openTestDatabase({ models: [Knot] });
    const session = own.session();
    const a = new Knot({ next: 1 });
    const b = new Knot({ next: a });
    a.next = b;
    session.add(a, b);
    const sent = await statementsOf(async () => {
      expect(await errorOf(() => session.commit())).toMatchObject({
        code: 'E_CIRCULAR_DEPENDENCY',
        model: 'Knot',
        fields: ['next', 'next'],
        message:
          'New rows need each other first: Knot.next → Knot.next. Make one of these relations nullable, so that it can be set afterwards.',
      });
    });
    expect(sent).toEqual([]);
    expect([session.state(a), a.id]).toEqual(['pending', undefined]);
    await own.close();
  });

  it('S3: a chain of 20,000 rows, deepest first, with a circle at its end', async () => {
    class Link extends model('link', { id: f.auto(), next: f.foreignKey(() => Link, { nullable: true }) }) {}
    const own = await openTestDatabase({ models: [Link] });
    const session = own.session();
    const links = Array.from({ length: 20_000 }, () => new Link({}));
    links.forEach((link, i) => (link.next = links[i + 1] ?? links[19_000]!));
    session.addAll(links);
    await session.commit();
    expect(await own.session().query(Link).filter({ next: null }).count()).toBe(0);
    await own.close();
  });

  it('V2: X4: constraint errors name model, fields and constraint, keep their cause, and show no value', async () => {
    const session = db.session();
    const ann = new Author({ name: 'Ann', email: 's3cret@x.org' });
    session.add(ann, post('One', ann));
    await session.commit();
    const cases: [Author | Post, object][] = [
      [
        new Author({ name: 'Bob', email: 's3cret@x.org' }),
        {
          name: 'UniqueViolationError',
          code: 'E_UNIQUE_VIOLATION',
          model: 'Author',
          field: 'email',
          fields: ['email'],
          message: onEngine({
            sqlite: 'A row with the same author.email exists (Author.email).',
            mysql: "A row with the same 'author_email_key' exists (Author.email).",
          }),
        },
      ],
      [
        new Post({ title: 'One', author: 1 }),
        {
          name: 'UniqueViolationError',
          code: 'E_UNIQUE_VIOLATION',
          model: 'Post',
          fields: ['authorId', 'title'],
          message: onEngine({
            sqlite: 'A row with the same post.author_id, post.title exists (Post.authorId, Post.title).',
            mysql: "A row with the same 'post_author_id_title_key' exists (Post.authorId, Post.title).",
          }),
        },
      ],
      [
        new Post({ title: 'Two', author: 1, views: -1 }),
        {
          name: 'CheckViolationError',
          code: 'E_CHECK_VIOLATION',
          model: 'Post',
          constraint: 'views_positive',
          message: "The check 'views_positive' failed (Post).",
        },
      ],
      [
        new Post({ title: 'Two', author: 99 }),
        {
          name: 'ForeignKeyViolationError',
          code: 'E_FOREIGN_KEY_VIOLATION',
          model: 'Post',
          message: 'A row refers to one that does not exist, or is still referred to (Post).',
        },
      ],
    ];
    for (const [entity, expected] of cases) {
      const own = db.session();
      own.add(entity);
      const error = await errorOf(() => own.commit());
      expect(error).toMatchObject(expected);
      expect(error.cause).toBeInstanceOf(Error);
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('s3cret');
    }
    expect(Object.keys(await rowsOf(db))).toEqual(['author', 'post']);
  });

  it('S5: a thousand rows of one shape are as few statements as the database has use for', async () => {
    const session = db.session();
    const order = new Order({ customer: 'c' });
    session.add(
      order,
      ...Array.from({ length: 1_000 }, (_, i) => new OrderLine({ order, line: i, product: `p${i}`, unitPrice: '1' })),
    );
    await expectSent(() => session.commit(), {
      sqlite: [
        'BEGIN',
        'INSERT INTO "order" ("id", "customer") VALUES (?, ?)',
        '1000× INSERT INTO "order_line" ("order_id", "line", "product", "quantity", "unit_price") VALUES (?, ?, ?, ?, ?)',
        'COMMIT',
      ],
      postgres: [
        'BEGIN',
        'INSERT INTO "order" ("customer") VALUES ($1) RETURNING "id"',
        'INSERT INTO "order_line" ("order_id", "line", "product", "quantity", "unit_price") SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::numeric[]) AS v(column1, column2, column3, column4, column5)',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        'INSERT INTO `order` (`customer`) VALUES (?)',
        ...[512, 256, 128, 64, 32, 8].map(
          (count) =>
            `INSERT INTO \`order_line\` (\`order_id\`, \`line\`, \`product\`, \`quantity\`, \`unit_price\`) VALUES ${rows(count, '(?, ?, ?, ?, ?)')}`,
        ),
        'COMMIT',
      ],
    });
    await session.close();
  });

  it('M4: M7: columns under other names, keys that are texts and UUIDs, a key to a column that is not the key', async () => {
    const session = db.session();
    const norway = new Country({ code: 'NO', name: 'Norway', dialCode: 47 });
    session.add(new City({ id: '0190a0a0-0000-7000-8000-00000000000a', name: 'Oslo', country: norway, dial: norway }));
    await session.commit();
    expect(await rowsOf(db)).toEqual({
      countries: [{ iso: 'NO', country_name: 'Norway', phone: 47 }],
      city: [{ id: '0190a0a0-0000-7000-8000-00000000000a', label: 'Oslo', country_iso: 'NO', dial_ref: 47 }],
    });
    const other = db.session();
    const city = await other.query(City).one();
    expect(city.dial).toBe(city.dial);
    const loaded = await city.dial!.load();
    expect([loaded.name, loaded]).toEqual(['Norway', await city.country.load()]);
    expect(city.dial).toBe(loaded);
    await other.close();
    await session.close();
  });

  it('M10: an embedded value is several columns', async () => {
    const session = db.session();
    session.add(new Venue({ name: 'v', address: { street: 's', city: 'c' } }));
    await session.commit();
    expect(await rowsOf(db)).toEqual({
      venue: [{ id: 1, name: 'v', address_street: 's', address_city: 'c', address_floor: null }],
    });
    await session.close();
  });
});

describe('values that a column cannot hold', () => {
  it('S8: X1: are found before anything is sent, in whatever step of the flush they are', async () => {
    const session = db.session();
    const author = new Author({ name: 'Ann', email: 'a@x.org' });
    const item = author.posts.create({ title: 'One' }) as Post;
    session.add(author);
    const wrong: [keyof Post, unknown, string][] = [
      ['views', Number.NaN, 'Post.views takes an integer, not NaN.'],
      ['views', 2 ** 31, 'Post.views takes an integer from -2147483648 to 2147483647.'],
      ['title', 'a\0b', 'Post.title takes text without NUL characters.'],
      ['price', 5, "Post.price takes a decimal as a string ('12.50'), not an integer."],
      ['createdAt', new Date(Number.NaN), 'Post.createdAt takes a valid Date, not an invalid one.'],
    ];
    for (const [field, value, message] of wrong) {
      const before = item[field];
      Object.assign(item, { [field]: value });
      let error: unknown;
      const sent = await statementsOf(async () => (error = await errorOf(() => session.commit())));
      expect(error).toMatchObject({ code: 'E_INVALID_VALUE', model: 'Post', field, message });
      expect(sent.filter((sql) => sql !== 'BEGIN' && sql !== 'ROLLBACK')).toEqual([]);
      Object.assign(item, { [field]: before });
    }
    await session.commit();
    expect((await rowsOf(db))['post']).toMatchObject([{ id: 1, author_id: 1, title: 'One' }]);
    // Updates too: the first of two shapes is not sent either.
    item.title = 'Two';
    author.age = 1.5;
    const sent = await statementsOf(() => errorOf(() => session.commit()));
    expect(sent).toEqual(['BEGIN', 'ROLLBACK']);
    await session.close();
  });

  it('M8: what the database computes cannot be set', async () => {
    class Item extends model('item', { id: f.auto(), price: f.int(), double: f.int({ generated: 'price * 2' }) }) {}
    const own = await openTestDatabase({ models: [Item] });
    const session = own.session();
    const item = new Item({ price: 2 });
    session.add(item);
    await session.commit();
    Object.assign(item, { double: 7 });
    expect(await errorOf(() => session.commit())).toMatchObject({
      code: 'E_INVALID_VALUE',
      message:
        'Item.double was set, and the database computes it. Change what it is computed from, or refresh() the entity.',
    });
    await session.rollback();
    expect(item.double).toBe(4);
    await own.close();
  });

  it('Q10: an update by an expression rounds to whole numbers, and refuses what does not fit', async () => {
    await db.transaction((session) =>
      session.add(
        new Post({ title: 'One', views: 8, price: '5.00', author: new Author({ name: 'A', email: 'a@x.org' }) }),
      ),
    );
    const session = db.session();
    const all = () => session.query(Post).unfiltered();
    await all().update({ views: (p) => p.views.dividedBy(3) });
    expect(await all().values('views')).toEqual([{ views: 3 }]);
    await all().update({ views: (p) => p.views.plus(2_147_483_644) });
    for (const [field, change] of [
      ['views', { views: (p: { views: { plus(n: number): never } }) => p.views.plus(1) }],
      ['price', { price: (p: { price: { times(n: number): never } }) => p.price.times(1_000_000_000) }],
    ] as const) {
      // PostgreSQL does not tell which column it was.
      const place = onEngine({ sqlite: { field }, postgres: {} });
      const what = onEngine({ sqlite: `Post.${field}`, postgres: 'A field of Post' });
      expect(await errorOf(() => all().update(change as never))).toMatchObject({
        code: 'E_INVALID_VALUE',
        model: 'Post',
        ...place,
        message: `${what} was set to a number that it cannot hold.`,
      });
    }
    expect(await all().values('views', 'price')).toEqual([{ views: 2_147_483_647, price: '5.00' }]);
    const sent = await statementsOf(async () =>
      expect(await errorOf(() => all().update({ views: ((p: { title: unknown }) => p.title) as never }))).toMatchObject(
        {
          code: 'E_INVALID_QUERY',
          message: 'update() cannot set Post.views, of type int, to an expression of type string.',
        },
      ),
    );
    expect(sent).toEqual([]);
    await session.close();
  });
});
