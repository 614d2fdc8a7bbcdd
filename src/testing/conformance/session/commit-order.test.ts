import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, onEngine, openTestDatabase } from '../../support/database.ts';
import { Author, Category, City, Country, Order, OrderLine, Post, Venue } from '../../support/models.ts';
import { rowsOf } from '../../support/pictures.ts';
import { expectSent, rows, statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase();
});

afterEach(() => db.close());

const post = (title: string, author: Author): Post => new Post({ title, author });

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
        'UPDATE "team" SET "captain_id" = v.column1 FROM (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS v(column1, column2)) AS v WHERE "team"."id" = v.column2',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        'INSERT INTO `team` (`name`, `captain_id`) VALUES (?, ?), (?, ?)',
        'INSERT INTO `team` (`name`, `captain_id`) VALUES (?, ?)',
        'INSERT INTO `player` (`name`, `team_id`) VALUES (?, ?), (?, ?), (?, ?), (?, ?)',
        'INSERT INTO `player` (`name`, `team_id`) VALUES (?, ?), (?, ?)',
        "UPDATE JSON_TABLE(?, '$[*]' COLUMNS (column1 bigint PATH '$[0]' NULL ON EMPTY ERROR ON ERROR, column2 bigint PATH '$[1]' NULL ON EMPTY ERROR ON ERROR)) AS v STRAIGHT_JOIN `team` ON `team`.`id` = v.column2 SET `team`.`captain_id` = v.column1",
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
          message: "The check 'views_positive' failed (Post.views).",
        },
      ],
      [
        new Post({ title: 'Two', author: 99 }),
        {
          name: 'ForeignKeyViolationError',
          code: 'E_FOREIGN_KEY_VIOLATION',
          model: 'Post',
          message: onEngine({
            // Which of two keys it was, SQLite does not say.
            sqlite: 'A row refers to one that does not exist, or is still referred to (Post).',
            postgres: 'A row refers to one that does not exist, or is still referred to (Post.author).',
            mysql: 'A row refers to one that does not exist, or is still referred to (Post.author).',
          }),
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
