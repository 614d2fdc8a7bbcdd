import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  and,
  avg,
  contains,
  count,
  every,
  f,
  gt,
  gte,
  icontains,
  iexact,
  max,
  min,
  model,
  none,
  not,
  oneOf,
  or,
  Q,
  some,
  sql,
  startsWith,
  sum,
} from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectSql, onEngine, openTestDatabase, shown } from '../../support/database.ts';
import { Author, Category, City, Comment, Country, OrderLine, Person, Post, Tag, Venue } from '../../support/models.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  // Those of other files belong to databases of their own.
  shown.length = 0;
  db = await openTestDatabase();
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

/** Posts of which only the key is selected, so that the rest of the SQL is what a test is about. */
const posts = () => session.query(Post).only('id');

describe('joins', () => {
  it('Q2: without relations there is one table', () => {
    expectSql(session.query(Post), {
      sqlite:
        'SELECT t0."id", t0."title", t0."body", t0."views", t0."rating", t0."price", t0."published", t0."created_at", t0."author_id", t0."reviewer_id" FROM "post" AS t0',
      postgres:
        'SELECT t0."id", t0."title", t0."body", t0."views", t0."rating", t0."price", t0."published", t0."created_at", t0."author_id", t0."reviewer_id" FROM "post" AS t0',
      mysql:
        'SELECT t0.`id`, t0.`title`, t0.`body`, t0.`views`, t0.`rating`, t0.`price`, t0.`published`, t0.`created_at`, t0.`author_id`, t0.`reviewer_id` FROM `post` AS t0',
      parameters: [],
    });
  });

  it('Q2: to-one paths are joined, INNER where the relation is required, LEFT where it may be missing', () => {
    expectSql(posts().filter({ author: { name: 'Ann', profile: { nickname: 'x' } }, reviewer: { name: 'Bob' } }), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" LEFT JOIN "profile" AS t2 ON t1."id" = t2."author_id" LEFT JOIN "author" AS t3 ON t0."reviewer_id" = t3."id" WHERE t1."name" = ? AND t2."nickname" = ? AND t3."name" = ?',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" LEFT JOIN "profile" AS t2 ON t1."id" = t2."author_id" LEFT JOIN "author" AS t3 ON t0."reviewer_id" = t3."id" WHERE t1."name" = $1 AND t2."nickname" = $2 AND t3."name" = $3',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` LEFT JOIN `profile` AS t2 ON t1.`id` = t2.`author_id` LEFT JOIN `author` AS t3 ON t0.`reviewer_id` = t3.`id` WHERE t1.`name` = ? AND t2.`nickname` = ? AND t3.`name` = ?',
      parameters: ['Ann', 'x', 'Bob'],
    });
  });

  it('Q2: a path is joined once, whoever asks for it', () => {
    expectSql(
      posts()
        .filter({ author: { name: 'Ann' } })
        .filter((p) => p.author.age.gt(3))
        .orderBy((p) => p.author.name.asc()),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" WHERE t1."name" = ? AND t1."age" > ? ORDER BY t1."name"',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" WHERE t1."name" = $1 AND t1."age" > $2 ORDER BY t1."name"',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` WHERE t1.`name` = ? AND t1.`age` > ? ORDER BY t1.`name`',
        parameters: ['Ann', 3],
      },
    );
  });

  it('Q2: the key of a relation is read without a join', () => {
    expectSql(
      posts()
        .filter({ author: { id: 3 } })
        .filter({ author: 4 })
        .filter((p) => p.author.id.eq(5))
        .filter({ authorId: 6 }),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."author_id" = ? AND t0."author_id" = ? AND t0."author_id" = ? AND t0."author_id" = ?',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."author_id" = $1 AND t0."author_id" = $2 AND t0."author_id" = $3 AND t0."author_id" = $4',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 WHERE t0.`author_id` = ? AND t0.`author_id` = ? AND t0.`author_id` = ? AND t0.`author_id` = ?',
        parameters: [3, 4, 5, 6],
      },
    );
  });

  it('Q2: null asks for a missing relation, on either side', () => {
    expectSql(posts().filter({ reviewer: null, author: { profile: null } }), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" LEFT JOIN "profile" AS t2 ON t1."id" = t2."author_id" WHERE t0."reviewer_id" IS NULL AND t2."id" IS NULL',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" LEFT JOIN "profile" AS t2 ON t1."id" = t2."author_id" WHERE t0."reviewer_id" IS NULL AND t2."id" IS NULL',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` LEFT JOIN `profile` AS t2 ON t1.`id` = t2.`author_id` WHERE t0.`reviewer_id` IS NULL AND t2.`id` IS NULL',
      parameters: [],
    });
  });

  it('Q2: what lies behind a missing relation may be missing, too', async () => {
    class Tree extends model('tree', { id: f.auto(), name: f.string() }) {}
    class Branch extends model('branch', { id: f.auto(), tree: f.foreignKey(() => Tree) }) {}
    class Leaf extends model('leaf', { id: f.auto(), branch: f.foreignKey(() => Branch, { nullable: true }) }) {}
    const woods = await openTestDatabase({ models: [Leaf] });
    await woods.transaction((s) =>
      s.add(new Leaf({}), new Leaf({ branch: new Branch({ tree: new Tree({ name: 'oak' }) }) })),
    );
    const leaves = woods
      .session()
      .query(Leaf)
      .orderBy((l) => l.branch.tree.name.asc());
    expectSql(leaves, {
      sqlite:
        'SELECT t0."id", t0."branch_id" FROM "leaf" AS t0 LEFT JOIN "branch" AS t1 ON t0."branch_id" = t1."id" LEFT JOIN "tree" AS t2 ON t1."tree_id" = t2."id" ORDER BY t2."name"',
      postgres:
        'SELECT t0."id", t0."branch_id" FROM "leaf" AS t0 LEFT JOIN "branch" AS t1 ON t0."branch_id" = t1."id" LEFT JOIN "tree" AS t2 ON t1."tree_id" = t2."id" ORDER BY t2."name" NULLS FIRST',
      mysql:
        'SELECT t0.`id`, t0.`branch_id` FROM `leaf` AS t0 LEFT JOIN `branch` AS t1 ON t0.`branch_id` = t1.`id` LEFT JOIN `tree` AS t2 ON t1.`tree_id` = t2.`id` ORDER BY t2.`name`',
    });
    expect(await leaves.valuesList('id', { flat: true })).toEqual([1, 2]);
    expect((await leaves.selectRelated('branch.tree')).map((leaf) => leaf.branch?.tree.name)).toEqual([
      undefined,
      'oak',
    ]);
    expect(await leaves.exclude({ branch: { tree: { name: 'oak' } } }).valuesList('id', { flat: true })).toEqual([1]);
    await woods.close();
  });

  it('Q3: two foreign keys to one table have an alias each', () => {
    expectSql(
      posts().filter((p) => p.author.name.eq(p.reviewer.name)),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" LEFT JOIN "author" AS t2 ON t0."reviewer_id" = t2."id" WHERE t1."name" = t2."name"',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" LEFT JOIN "author" AS t2 ON t0."reviewer_id" = t2."id" WHERE t1."name" = t2."name"',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` LEFT JOIN `author` AS t2 ON t0.`reviewer_id` = t2.`id` WHERE t1.`name` = t2.`name`',
        parameters: [],
      },
    );
  });

  it('Q3: a model joined to itself, twice', () => {
    expectSql(
      session
        .query(Category)
        .filter({ parent: { parent: { name: 'root' } } })
        .orderBy((c) => c.parent.name.asc()),
      {
        sqlite:
          'SELECT t0."id", t0."name", t0."parent_id" FROM "category" AS t0 LEFT JOIN "category" AS t1 ON t0."parent_id" = t1."id" LEFT JOIN "category" AS t2 ON t1."parent_id" = t2."id" WHERE t2."name" = ? ORDER BY t1."name"',
        postgres:
          'SELECT t0."id", t0."name", t0."parent_id" FROM "category" AS t0 LEFT JOIN "category" AS t1 ON t0."parent_id" = t1."id" LEFT JOIN "category" AS t2 ON t1."parent_id" = t2."id" WHERE t2."name" = $1 ORDER BY t1."name" NULLS FIRST',
        mysql:
          'SELECT t0.`id`, t0.`name`, t0.`parent_id` FROM `category` AS t0 LEFT JOIN `category` AS t1 ON t0.`parent_id` = t1.`id` LEFT JOIN `category` AS t2 ON t1.`parent_id` = t2.`id` WHERE t2.`name` = ? ORDER BY t1.`name`',
        parameters: ['root'],
      },
    );
  });

  it('Q3: selectRelated joins nested paths and leaves out keys that are at hand', () => {
    expectSql(session.query(Comment).only('id').selectRelated('post.author.profile', 'author'), {
      sqlite:
        'SELECT t0."id", t0."post_id", t0."author_id", t1."title", t1."body", t1."views", t1."rating", t1."price", t1."published", t1."created_at", t1."author_id", t1."reviewer_id", t2."name", t2."email", t2."bio", t2."age", t2."role", t3."id", t3."nickname", t3."author_id", t4."name", t4."email", t4."bio", t4."age", t4."role" FROM "comment" AS t0 INNER JOIN "post" AS t1 ON t0."post_id" = t1."id" INNER JOIN "author" AS t2 ON t1."author_id" = t2."id" LEFT JOIN "profile" AS t3 ON t2."id" = t3."author_id" LEFT JOIN "author" AS t4 ON t0."author_id" = t4."id"',
      postgres:
        'SELECT t0."id", t0."post_id", t0."author_id", t1."title", t1."body", t1."views", t1."rating", t1."price", t1."published", t1."created_at", t1."author_id", t1."reviewer_id", t2."name", t2."email", t2."bio", t2."age", t2."role", t3."id", t3."nickname", t3."author_id", t4."name", t4."email", t4."bio", t4."age", t4."role" FROM "comment" AS t0 INNER JOIN "post" AS t1 ON t0."post_id" = t1."id" INNER JOIN "author" AS t2 ON t1."author_id" = t2."id" LEFT JOIN "profile" AS t3 ON t2."id" = t3."author_id" LEFT JOIN "author" AS t4 ON t0."author_id" = t4."id"',
      mysql:
        'SELECT t0.`id`, t0.`post_id`, t0.`author_id`, t1.`title`, t1.`body`, t1.`views`, t1.`rating`, t1.`price`, t1.`published`, t1.`created_at`, t1.`author_id`, t1.`reviewer_id`, t2.`name`, t2.`email`, t2.`bio`, t2.`age`, t2.`role`, t3.`id`, t3.`nickname`, t3.`author_id`, t4.`name`, t4.`email`, t4.`bio`, t4.`age`, t4.`role` FROM `comment` AS t0 INNER JOIN `post` AS t1 ON t0.`post_id` = t1.`id` INNER JOIN `author` AS t2 ON t1.`author_id` = t2.`id` LEFT JOIN `profile` AS t3 ON t2.`id` = t3.`author_id` LEFT JOIN `author` AS t4 ON t0.`author_id` = t4.`id`',
      parameters: [],
    });
  });

  it('R1: a foreign key to a unique column joins by it', () => {
    expectSql(
      session
        .query(City)
        .only('id')
        .filter({ dial: { name: 'France' }, country: 'FR' })
        .filter({ dial: 33 })
        .filter({ country: { code: 'DE' } }),
      {
        sqlite:
          'SELECT t0."id" FROM "city" AS t0 LEFT JOIN "countries" AS t1 ON t0."dial_ref" = t1."phone" WHERE t1."country_name" = ? AND t0."country_iso" = ? AND t0."dial_ref" = ? AND t0."country_iso" = ?',
        postgres:
          'SELECT t0."id" FROM "city" AS t0 LEFT JOIN "countries" AS t1 ON t0."dial_ref" = t1."phone" WHERE t1."country_name" = $1 AND t0."country_iso" = $2 AND t0."dial_ref" = $3 AND t0."country_iso" = $4',
        mysql:
          'SELECT t0.`id` FROM `city` AS t0 LEFT JOIN `countries` AS t1 ON t0.`dial_ref` = t1.`phone` WHERE t1.`country_name` = ? AND t0.`country_iso` = ? AND t0.`dial_ref` = ? AND t0.`country_iso` = ?',
        parameters: ['France', 'FR', 33, 'DE'],
      },
    );
  });

  it('M4: columns and tables are called by their names in the database', () => {
    expectSql(
      session
        .query(Country)
        .filter({ name: 'France', dialCode: gte(30) })
        .orderBy('-code'),
      {
        sqlite:
          'SELECT t0."iso", t0."country_name", t0."phone" FROM "countries" AS t0 WHERE t0."country_name" = ? AND t0."phone" >= ? ORDER BY t0."iso" DESC',
        postgres:
          'SELECT t0."iso", t0."country_name", t0."phone" FROM "countries" AS t0 WHERE t0."country_name" = $1 AND t0."phone" >= $2 ORDER BY t0."iso" DESC',
        mysql:
          'SELECT t0.`iso`, t0.`country_name`, t0.`phone` FROM `countries` AS t0 WHERE t0.`country_name` = ? AND t0.`phone` >= ? ORDER BY t0.`iso` DESC',
        parameters: ['France', 30],
      },
    );
  });

  it('M7: a composite key has a column for each part', () => {
    expectSql(
      session
        .query(OrderLine)
        .filter({ order: { customer: 'x' } })
        .orderBy('orderId', '-line'),
      {
        sqlite:
          'SELECT t0."order_id", t0."line", t0."product", t0."quantity", t0."unit_price" FROM "order_line" AS t0 INNER JOIN "order" AS t1 ON t0."order_id" = t1."id" WHERE t1."customer" = ? ORDER BY t0."order_id", t0."line" DESC',
        postgres:
          'SELECT t0."order_id", t0."line", t0."product", t0."quantity", t0."unit_price" FROM "order_line" AS t0 INNER JOIN "order" AS t1 ON t0."order_id" = t1."id" WHERE t1."customer" = $1 ORDER BY t0."order_id", t0."line" DESC',
        mysql:
          'SELECT t0.`order_id`, t0.`line`, t0.`product`, t0.`quantity`, t0.`unit_price` FROM `order_line` AS t0 INNER JOIN `order` AS t1 ON t0.`order_id` = t1.`id` WHERE t1.`customer` = ? ORDER BY t0.`order_id`, t0.`line` DESC',
        parameters: ['x'],
      },
    );
  });

  it('M10: parts of an embedded value are columns', () => {
    expectSql(
      session
        .query(Venue)
        .filter({ address: { city: 'Bath', floor: gte(2) } })
        .filter((v) => v.address.street.startsWith('High')),
      {
        sqlite:
          'SELECT t0."id", t0."name", t0."address_street", t0."address_city", t0."address_floor" FROM "venue" AS t0 WHERE t0."address_city" = ? AND t0."address_floor" >= ? AND t0."address_street" GLOB ?',
        postgres:
          'SELECT t0."id", t0."name", t0."address_street", t0."address_city", t0."address_floor" FROM "venue" AS t0 WHERE t0."address_city" = $1 AND t0."address_floor" >= $2 AND t0."address_street" LIKE $3::text',
        mysql:
          "SELECT t0.`id`, t0.`name`, t0.`address_street`, t0.`address_city`, t0.`address_floor` FROM `venue` AS t0 WHERE t0.`address_city` = ? AND t0.`address_floor` >= ? AND t0.`address_street` LIKE ? ESCAPE '|'",
        mysqlParameters: ['Bath', 2, 'High%'],
        postgresParameters: ['Bath', 2, 'High%'],
        parameters: ['Bath', 2, 'High*'],
      },
    );
  });
});

describe('semi-joins', () => {
  it('Q4: a filter across a to-many relation is EXISTS', () => {
    expectSql(posts().filter({ comments: { body: 'x' } }), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 WHERE EXISTS (SELECT 1 FROM "comment" AS t1 WHERE t1."post_id" = t0."id" AND t1."body" = ?)',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 WHERE EXISTS (SELECT 1 FROM "comment" AS t1 WHERE t1."post_id" = t0."id" AND t1."body" = $1)',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 WHERE EXISTS (SELECT 1 FROM `comment` AS t1 WHERE t1.`post_id` = t0.`id` AND t1.`body` = ?)',
      parameters: ['x'],
    });
  });

  it('Q4: some and none, through a link table as well', () => {
    expectSql(posts().filter({ comments: some({ author: { name: 'x' } }), tags: none({ name: 'red' }) }), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 WHERE EXISTS (SELECT 1 FROM "comment" AS t1 LEFT JOIN "author" AS t2 ON t1."author_id" = t2."id" WHERE t1."post_id" = t0."id" AND t2."name" = ?) AND NOT EXISTS (SELECT 1 FROM "tag" AS t3 INNER JOIN "post_tags" AS t4 ON t4."tag_id" = t3."id" WHERE t4."post_id" = t0."id" AND t3."name" = ?)',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 WHERE EXISTS (SELECT 1 FROM "comment" AS t1 LEFT JOIN "author" AS t2 ON t1."author_id" = t2."id" WHERE t1."post_id" = t0."id" AND t2."name" = $1) AND NOT EXISTS (SELECT 1 FROM "tag" AS t3 INNER JOIN "post_tags" AS t4 ON t4."tag_id" = t3."id" WHERE t4."post_id" = t0."id" AND t3."name" = $2)',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 WHERE EXISTS (SELECT 1 FROM `comment` AS t1 LEFT JOIN `author` AS t2 ON t1.`author_id` = t2.`id` WHERE t1.`post_id` = t0.`id` AND t2.`name` = ?) AND NOT EXISTS (SELECT 1 FROM `tag` AS t3 INNER JOIN `post_tags` AS t4 ON t4.`tag_id` = t3.`id` WHERE t4.`post_id` = t0.`id` AND t3.`name` = ?)',
      parameters: ['x', 'red'],
    });
  });

  it('Q4: every is that none fails', () => {
    expectSql(posts().filter({ comments: every({ approved: true }) }), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 WHERE NOT EXISTS (SELECT 1 FROM "comment" AS t1 WHERE t1."post_id" = t0."id" AND NOT (t1."approved" = ?))',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 WHERE NOT EXISTS (SELECT 1 FROM "comment" AS t1 WHERE t1."post_id" = t0."id" AND NOT (t1."approved" = $1))',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 WHERE NOT EXISTS (SELECT 1 FROM `comment` AS t1 WHERE t1.`post_id` = t0.`id` AND NOT (t1.`approved` = ?))',
      postgresParameters: [true],
      parameters: [1],
    });
  });

  it('Q4: the other side of a many-to-many relation', () => {
    expectSql(
      session
        .query(Tag)
        .only('id')
        .filter({ posts: { views: gt(3), author: { name: 'A' } } }),
      {
        sqlite:
          'SELECT t0."id" FROM "tag" AS t0 WHERE EXISTS (SELECT 1 FROM "post" AS t1 INNER JOIN "post_tags" AS t2 ON t2."post_id" = t1."id" INNER JOIN "author" AS t3 ON t1."author_id" = t3."id" WHERE t2."tag_id" = t0."id" AND t1."views" > ? AND t3."name" = ?)',
        postgres:
          'SELECT t0."id" FROM "tag" AS t0 WHERE EXISTS (SELECT 1 FROM "post" AS t1 INNER JOIN "post_tags" AS t2 ON t2."post_id" = t1."id" INNER JOIN "author" AS t3 ON t1."author_id" = t3."id" WHERE t2."tag_id" = t0."id" AND t1."views" > $1 AND t3."name" = $2)',
        mysql:
          'SELECT t0.`id` FROM `tag` AS t0 WHERE EXISTS (SELECT 1 FROM `post` AS t1 INNER JOIN `post_tags` AS t2 ON t2.`post_id` = t1.`id` INNER JOIN `author` AS t3 ON t1.`author_id` = t3.`id` WHERE t2.`tag_id` = t0.`id` AND t1.`views` > ? AND t3.`name` = ?)',
        parameters: [3, 'A'],
      },
    );
  });

  it('Q4: nested to any depth', () => {
    expectSql(
      session
        .query(Author)
        .only('id')
        .filter({ posts: some({ comments: some({ author: { posts: none() } }) }) }),
      {
        sqlite:
          'SELECT t0."id" FROM "author" AS t0 WHERE EXISTS (SELECT 1 FROM "post" AS t1 WHERE t1."author_id" = t0."id" AND EXISTS (SELECT 1 FROM "comment" AS t2 LEFT JOIN "author" AS t3 ON t2."author_id" = t3."id" WHERE t2."post_id" = t1."id" AND NOT EXISTS (SELECT 1 FROM "post" AS t4 WHERE t4."author_id" = t3."id")))',
        postgres:
          'SELECT t0."id" FROM "author" AS t0 WHERE EXISTS (SELECT 1 FROM "post" AS t1 WHERE t1."author_id" = t0."id" AND EXISTS (SELECT 1 FROM "comment" AS t2 LEFT JOIN "author" AS t3 ON t2."author_id" = t3."id" WHERE t2."post_id" = t1."id" AND NOT EXISTS (SELECT 1 FROM "post" AS t4 WHERE t4."author_id" = t3."id")))',
        mysql:
          'SELECT t0.`id` FROM `author` AS t0 WHERE EXISTS (SELECT 1 FROM `post` AS t1 WHERE t1.`author_id` = t0.`id` AND EXISTS (SELECT 1 FROM `comment` AS t2 LEFT JOIN `author` AS t3 ON t2.`author_id` = t3.`id` WHERE t2.`post_id` = t1.`id` AND NOT EXISTS (SELECT 1 FROM `post` AS t4 WHERE t4.`author_id` = t3.`id`)))',
        parameters: [],
      },
    );
  });

  it('Q4: through a model of its own', () => {
    expectSql(session.query(Person).filter({ clubs: { name: 'x' } }), {
      sqlite:
        'SELECT t0."id", t0."name" FROM "person" AS t0 WHERE EXISTS (SELECT 1 FROM "club" AS t1 INNER JOIN "membership" AS t2 ON t2."club_id" = t1."id" WHERE t2."person_id" = t0."id" AND t1."name" = ?)',
      postgres:
        'SELECT t0."id", t0."name" FROM "person" AS t0 WHERE EXISTS (SELECT 1 FROM "club" AS t1 INNER JOIN "membership" AS t2 ON t2."club_id" = t1."id" WHERE t2."person_id" = t0."id" AND t1."name" = $1)',
      mysql:
        'SELECT t0.`id`, t0.`name` FROM `person` AS t0 WHERE EXISTS (SELECT 1 FROM `club` AS t1 INNER JOIN `membership` AS t2 ON t2.`club_id` = t1.`id` WHERE t2.`person_id` = t0.`id` AND t1.`name` = ?)',
      parameters: ['x'],
    });
  });

  it('Q4: at the end of to-one steps', () => {
    expectSql(posts().filter({ author: { posts: some({ views: gt(3) }) } }), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" WHERE EXISTS (SELECT 1 FROM "post" AS t2 WHERE t2."author_id" = t1."id" AND t2."views" > ?)',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" WHERE EXISTS (SELECT 1 FROM "post" AS t2 WHERE t2."author_id" = t1."id" AND t2."views" > $1)',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` WHERE EXISTS (SELECT 1 FROM `post` AS t2 WHERE t2.`author_id` = t1.`id` AND t2.`views` > ?)',
      parameters: [3],
    });
  });

  it('Q4: every among those that pass a filter', () => {
    expectSql(
      posts().filter((p) => p.comments.filter({ approved: true }).every({ score: gt(1) })),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 WHERE NOT EXISTS (SELECT 1 FROM "comment" AS t1 WHERE t1."post_id" = t0."id" AND NOT (NOT (t1."approved" = ?) OR t1."score" > ?))',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 WHERE NOT EXISTS (SELECT 1 FROM "comment" AS t1 WHERE t1."post_id" = t0."id" AND NOT (NOT (t1."approved" = $1) OR t1."score" > $2))',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 WHERE NOT EXISTS (SELECT 1 FROM `comment` AS t1 WHERE t1.`post_id` = t0.`id` AND NOT (NOT (t1.`approved` = ?) OR t1.`score` > ?))',
        postgresParameters: [true, 1],
        parameters: [1, 1],
      },
    );
  });

  it('Q6: an inner query refers to the outer one', () => {
    expectSql(
      posts().filter((p) => p.comments.some((c) => c.body.eq(p.title).and(c.author.name.eq(p.author.name)))),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t3 ON t0."author_id" = t3."id" WHERE EXISTS (SELECT 1 FROM "comment" AS t1 LEFT JOIN "author" AS t2 ON t1."author_id" = t2."id" WHERE t1."post_id" = t0."id" AND t1."body" = t0."title" AND t2."name" = t3."name")',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t3 ON t0."author_id" = t3."id" WHERE EXISTS (SELECT 1 FROM "comment" AS t1 LEFT JOIN "author" AS t2 ON t1."author_id" = t2."id" WHERE t1."post_id" = t0."id" AND t1."body" = t0."title" AND t2."name" = t3."name")',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 INNER JOIN `author` AS t3 ON t0.`author_id` = t3.`id` WHERE EXISTS (SELECT 1 FROM `comment` AS t1 LEFT JOIN `author` AS t2 ON t1.`author_id` = t2.`id` WHERE t1.`post_id` = t0.`id` AND t1.`body` = t0.`title` AND t2.`name` = t3.`name`)',
        parameters: [],
      },
    );
  });

  it('Q6: an inner query of the same model refers to the outer one', () => {
    expectSql(
      session
        .query(Category)
        .only('id')
        .filter((c) => c.children.some((k) => k.name.eq(c.name))),
      {
        sqlite:
          'SELECT t0."id" FROM "category" AS t0 WHERE EXISTS (SELECT 1 FROM "category" AS t1 WHERE t1."parent_id" = t0."id" AND t1."name" = t0."name")',
        postgres:
          'SELECT t0."id" FROM "category" AS t0 WHERE EXISTS (SELECT 1 FROM "category" AS t1 WHERE t1."parent_id" = t0."id" AND t1."name" = t0."name")',
        mysql:
          'SELECT t0.`id` FROM `category` AS t0 WHERE EXISTS (SELECT 1 FROM `category` AS t1 WHERE t1.`parent_id` = t0.`id` AND t1.`name` = t0.`name`)',
        parameters: [],
      },
    );
  });

  it('Q6: the innermost query refers to each of those around it', () => {
    expectSql(
      session
        .query(Author)
        .only('id')
        .filter((a) => a.posts.some((p) => p.comments.every((c) => c.author.name.ne(a.name).and(c.score.gt(p.views))))),
      {
        sqlite:
          'SELECT t0."id" FROM "author" AS t0 WHERE EXISTS (SELECT 1 FROM "post" AS t1 WHERE t1."author_id" = t0."id" AND NOT EXISTS (SELECT 1 FROM "comment" AS t2 LEFT JOIN "author" AS t3 ON t2."author_id" = t3."id" WHERE t2."post_id" = t1."id" AND NOT (t3."name" IS NOT t0."name" AND t2."score" > t1."views")))',
        postgres:
          'SELECT t0."id" FROM "author" AS t0 WHERE EXISTS (SELECT 1 FROM "post" AS t1 WHERE t1."author_id" = t0."id" AND NOT EXISTS (SELECT 1 FROM "comment" AS t2 LEFT JOIN "author" AS t3 ON t2."author_id" = t3."id" WHERE t2."post_id" = t1."id" AND NOT (t3."name" IS DISTINCT FROM t0."name" AND t2."score" > t1."views")))',
        mysql:
          'SELECT t0.`id` FROM `author` AS t0 WHERE EXISTS (SELECT 1 FROM `post` AS t1 WHERE t1.`author_id` = t0.`id` AND NOT EXISTS (SELECT 1 FROM `comment` AS t2 LEFT JOIN `author` AS t3 ON t2.`author_id` = t3.`id` WHERE t2.`post_id` = t1.`id` AND NOT (NOT (t3.`name` <=> t0.`name`) AND t2.`score` > t1.`views`)))',
        parameters: [],
      },
    );
  });

  it('Q6: a relation of the outer query inside of the inner one', () => {
    expectSql(
      posts().filter((p) => p.comments.some((c) => p.tags.some((t) => t.name.eq(c.body)))),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 WHERE EXISTS (SELECT 1 FROM "comment" AS t1 WHERE t1."post_id" = t0."id" AND EXISTS (SELECT 1 FROM "tag" AS t2 INNER JOIN "post_tags" AS t3 ON t3."tag_id" = t2."id" WHERE t3."post_id" = t0."id" AND t2."name" = t1."body"))',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 WHERE EXISTS (SELECT 1 FROM "comment" AS t1 WHERE t1."post_id" = t0."id" AND EXISTS (SELECT 1 FROM "tag" AS t2 INNER JOIN "post_tags" AS t3 ON t3."tag_id" = t2."id" WHERE t3."post_id" = t0."id" AND t2."name" = t1."body"))',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 WHERE EXISTS (SELECT 1 FROM `comment` AS t1 WHERE t1.`post_id` = t0.`id` AND EXISTS (SELECT 1 FROM `tag` AS t2 INNER JOIN `post_tags` AS t3 ON t3.`tag_id` = t2.`id` WHERE t3.`post_id` = t0.`id` AND t2.`name` = t1.`body`))',
        parameters: [],
      },
    );
  });
});

describe('conditions', () => {
  it('Q4: and, or, not in each other', () => {
    expectSql(posts().filter(or({ views: 1 }, not({ reviewer: null }), and({ views: 2 }, { title: 'x' }))), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 WHERE t0."views" = ? OR t0."reviewer_id" IS NOT NULL OR (t0."views" = ? AND t0."title" = ?)',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 WHERE t0."views" = $1 OR t0."reviewer_id" IS NOT NULL OR (t0."views" = $2 AND t0."title" = $3)',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 WHERE t0.`views` = ? OR t0.`reviewer_id` IS NOT NULL OR (t0.`views` = ? AND t0.`title` = ?)',
      parameters: [1, 2, 'x'],
    });
  });

  it('Q4: Q', () => {
    expectSql(posts().filter(Q.of(Post, { views: 1 }).or({ views: 2 }).not().and({ title: 'y' })), {
      sqlite: 'SELECT t0."id" FROM "post" AS t0 WHERE NOT (t0."views" = ? OR t0."views" = ?) AND t0."title" = ?',
      postgres: 'SELECT t0."id" FROM "post" AS t0 WHERE NOT (t0."views" = $1 OR t0."views" = $2) AND t0."title" = $3',
      mysql: 'SELECT t0.`id` FROM `post` AS t0 WHERE NOT (t0.`views` = ? OR t0.`views` = ?) AND t0.`title` = ?',
      parameters: [1, 2, 'y'],
    });
  });

  it('Q4: exclude is two-valued where NULL may be', () => {
    expectSql(posts().exclude({ reviewer: { name: 'x' }, views: 3 }), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 LEFT JOIN "author" AS t1 ON t0."reviewer_id" = t1."id" WHERE (t1."name" = ? AND t0."views" = ?) IS NOT TRUE',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 LEFT JOIN "author" AS t1 ON t0."reviewer_id" = t1."id" WHERE (t1."name" = $1 AND t0."views" = $2) IS NOT TRUE',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 LEFT JOIN `author` AS t1 ON t0.`reviewer_id` = t1.`id` WHERE (t1.`name` = ? AND t0.`views` = ?) IS NOT TRUE',
      parameters: ['x', 3],
    });
  });

  it('Q4: methods of conditions', () => {
    expectSql(
      posts().filter((p) => p.published.and(p.views.gt(3)).or(p.rating.isNull()).not()),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 WHERE NOT ((t0."published" AND t0."views" > ?) OR t0."rating" IS NULL)',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 WHERE NOT ((t0."published" AND t0."views" > $1) OR t0."rating" IS NULL)',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 WHERE NOT ((t0.`published` AND t0.`views` > ?) OR t0.`rating` IS NULL)',
        parameters: [3],
      },
    );
  });

  it('Q6: comparisons of comparisons are in brackets', () => {
    expectSql(
      posts()
        .filter((p) => p.published.eq(p.views.gt(3).or(p.rating.gt(1))))
        .filter((p) => p.views.gt(3).eq(p.views.lt(5))),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."published" = ((t0."views" > ? OR t0."rating" > ?) IS TRUE) AND (t0."views" > ?) = (t0."views" < ?)',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."published" = ((t0."views" > $1 OR t0."rating" > $2) IS TRUE) AND (t0."views" > $3) = (t0."views" < $4)',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 WHERE t0.`published` = ((t0.`views` > ? OR t0.`rating` > ?) IS TRUE) AND (t0.`views` > ?) = (t0.`views` < ?)',
        parameters: [3, 1, 3, 5],
      },
    );
  });

  it('Q14: what holds for all rows is no condition', () => {
    expectSql(
      posts()
        .filter({})
        .filter(and())
        .filter({ author: {} })
        .filter(or({}, { views: 1 }))
        .exclude(or()),
      {
        sqlite: 'SELECT t0."id" FROM "post" AS t0',
        postgres: 'SELECT t0."id" FROM "post" AS t0',
        mysql: 'SELECT t0.`id` FROM `post` AS t0',
        parameters: [],
      },
    );
  });

  it('Q14: what holds for none stays', () => {
    expectSql(posts().filter(or()).exclude({}), {
      sqlite: 'SELECT t0."id" FROM "post" AS t0 WHERE FALSE AND FALSE',
      postgres: 'SELECT t0."id" FROM "post" AS t0 WHERE FALSE AND FALSE',
      mysql: 'SELECT t0.`id` FROM `post` AS t0 WHERE FALSE AND FALSE',
      parameters: [],
    });
  });

  it('Q1: a list is one parameter', () => {
    expectSql(
      posts()
        .filter({ price: oneOf(['1', '2.5']), author: oneOf([1, 2]) })
        .filter((p) => p.price.plus(1).oneOf(['1'])),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."price" IN (SELECT value FROM json_each(?)) AND t0."author_id" IN (SELECT value FROM json_each(?)) AND (CAST(ROUND(t0."price" * 100) AS INTEGER) + ?) IN (SELECT value FROM json_each(?))',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."price" = ANY($1::numeric[]) AND t0."author_id" = ANY($2::integer[]) AND (t0."price" + $3::numeric) = ANY($4::numeric[])',
        mysql:
          "SELECT t0.`id` FROM `post` AS t0 WHERE t0.`price` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v decimal(10, 2) PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list) AND t0.`author_id` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v bigint PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list) AND (t0.`price` + CAST(? AS decimal(38, 0))) IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v decimal(38, 2) PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list)",
        mysqlParameters: ['["1.00","2.50"]', '[1,2]', '1', '["1.00"]'],
        postgresParameters: [['1.00', '2.50'], [1, 2], '1', ['1.00']],
        parameters: ['["1.00","2.50"]', '[1,2]', 100n, '[100]'],
      },
    );
  });

  it('Q1: texts are matched with their wildcards escaped', () => {
    expectSql(
      posts()
        .filter({ title: contains('a*b[') })
        .filter({ title: icontains('A') })
        .filter({ title: startsWith('x') })
        .filter({ title: iexact('Y') }),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."title" GLOB ? AND blaze_lower(t0."title") GLOB ? AND t0."title" GLOB ? AND blaze_lower(t0."title") = ?',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."title" LIKE $1::text AND LOWER(t0."title") LIKE LOWER($2::text) AND t0."title" LIKE $3::text AND LOWER(t0."title") = LOWER($4::text)',
        mysql:
          "SELECT t0.`id` FROM `post` AS t0 WHERE t0.`title` LIKE ? ESCAPE '|' AND LOWER(t0.`title`) LIKE LOWER(?) ESCAPE '|' AND t0.`title` LIKE ? ESCAPE '|' AND LOWER(t0.`title`) = LOWER(?)",
        mysqlParameters: ['%a*b[%', '%A%', 'x%', 'Y'],
        postgresParameters: ['%a*b[%', '%A%', 'x%', 'Y'],
        parameters: ['*a[*]b[[]*', '*a*', 'x*', 'y'],
      },
    );
  });
});

describe('expressions', () => {
  it('Q5: aggregates over several relations are a subquery each', () => {
    expectSql(
      posts()
        .annotate((p) => ({
          n: p.comments.count(),
          t: p.tags.count(),
          top: p.comments.filter((c) => c.approved).max((c) => c.score),
        }))
        .orderBy('-n'),
      {
        sqlite:
          'SELECT t0."id", (SELECT COUNT(*) FROM "comment" AS t1 WHERE t1."post_id" = t0."id"), (SELECT COUNT(*) FROM "tag" AS t2 INNER JOIN "post_tags" AS t3 ON t3."tag_id" = t2."id" WHERE t3."post_id" = t0."id"), (SELECT MAX(t4."score") FROM "comment" AS t4 WHERE t4."post_id" = t0."id" AND t4."approved") FROM "post" AS t0 ORDER BY (SELECT COUNT(*) FROM "comment" AS t1 WHERE t1."post_id" = t0."id") DESC',
        postgres:
          'SELECT t0."id", (SELECT COUNT(*) FROM "comment" AS t1 WHERE t1."post_id" = t0."id"), (SELECT COUNT(*) FROM "tag" AS t2 INNER JOIN "post_tags" AS t3 ON t3."tag_id" = t2."id" WHERE t3."post_id" = t0."id"), (SELECT MAX(t4."score") FROM "comment" AS t4 WHERE t4."post_id" = t0."id" AND t4."approved") FROM "post" AS t0 ORDER BY 2 DESC',
        mysql:
          'SELECT t0.`id`, (SELECT COUNT(*) FROM `comment` AS t1 WHERE t1.`post_id` = t0.`id`), (SELECT COUNT(*) FROM `tag` AS t2 INNER JOIN `post_tags` AS t3 ON t3.`tag_id` = t2.`id` WHERE t3.`post_id` = t0.`id`), (SELECT MAX(t4.`score`) FROM `comment` AS t4 WHERE t4.`post_id` = t0.`id` AND t4.`approved`) FROM `post` AS t0 ORDER BY 2 DESC',
        parameters: [],
      },
    );
  });

  it('Q6: arithmetic of integers and floats', () => {
    expectSql(
      posts().annotate((p) => ({
        a: p.views.plus(1).times(2),
        b: p.views.dividedBy(3),
        c: p.views.mod(3),
        d: p.rating.mod(2),
        e: p.views.round(),
        f: p.rating.round(1),
      })),
      {
        sqlite:
          'SELECT t0."id", ((t0."views" + ?) * ?), (CAST(t0."views" AS REAL) / NULLIF(?, 0)), (t0."views" % NULLIF(?, 0)), (CAST(t0."rating" AS REAL) - CAST(CAST(t0."rating" AS REAL) / NULLIF(?, 0) AS INTEGER) * NULLIF(?, 0)), t0."views", ROUND(t0."rating", 1) FROM "post" AS t0',
        postgres:
          'SELECT t0."id", (((t0."views"::bigint) + $1::bigint) * $2::bigint), (CAST(t0."views" AS double precision) / NULLIF($3::bigint, 0)), ((t0."views"::bigint) % NULLIF($4::bigint, 0)), CAST((CAST(t0."rating" AS numeric) % NULLIF(CAST($5::bigint AS numeric), 0)) AS double precision), t0."views", CAST(ROUND(CAST(t0."rating" AS numeric), 1) AS double precision) FROM "post" AS t0',
        mysql:
          'SELECT t0.`id`, ((t0.`views` + ?) * ?), (CAST(t0.`views` AS double) / NULLIF(?, 0)), (t0.`views` % NULLIF(?, 0)), (t0.`rating` % NULLIF(?, 0)), t0.`views`, CASE WHEN ABS(t0.`rating`) < 1e44 THEN CAST(ROUND(CAST(t0.`rating` AS decimal(65, 20)), 1) AS double) ELSE t0.`rating` END FROM `post` AS t0',
        mysqlParameters: [1, 2, 3, 3, 2],
        postgresParameters: [1, 2, 3, 3, 2],
        parameters: [1n, 2n, 3n, 3n, 2n, 2n],
      },
    );
  });

  it('Q6: arithmetic of decimals is that of scaled integers', () => {
    expectSql(
      posts().annotate((p) => ({
        a: p.price.times('1.5').plus(1),
        b: p.price.dividedBy(3),
        c: p.price.round(),
        d: p.price.neg().abs(),
        e: p.price.mod('0.3'),
      })),
      {
        sqlite:
          'SELECT t0."id", \'~\' || ((CAST(ROUND(t0."price" * 100) AS INTEGER) * ?) + ?), \'~\' || ((CAST(ROUND(t0."price" * 100) AS INTEGER) * 10000) / NULLIF(?, 0) + (CAST(ROUND(t0."price" * 100) AS INTEGER) * 10000) % NULLIF(?, 0) * 2 / NULLIF(?, 0)), \'~\' || (CAST(ROUND(t0."price" * 100) AS INTEGER) / 100 + CAST(ROUND(t0."price" * 100) AS INTEGER) % 100 * 2 / 100), \'~\' || ABS((-CAST(ROUND(t0."price" * 100) AS INTEGER))), \'~\' || (CAST(ROUND(t0."price" * 100) AS INTEGER) % NULLIF(?, 0)) FROM "post" AS t0',
        postgres:
          'SELECT t0."id", ((t0."price" * $1::numeric) + $2::numeric), ROUND((t0."price" / NULLIF($3::numeric, 0)), 6), ROUND(t0."price", 0), ABS((-t0."price")), (t0."price" % NULLIF($4::numeric, 0)) FROM "post" AS t0',
        mysql:
          'SELECT t0.`id`, ((t0.`price` * CAST(? AS decimal(38, 1))) + CAST(? AS decimal(38, 0))), ROUND((t0.`price` / NULLIF(CAST(? AS decimal(38, 0)), 0)), 6), ROUND(t0.`price`, 0), ABS((-t0.`price`)), (t0.`price` % NULLIF(CAST(? AS decimal(38, 1)), 0)) FROM `post` AS t0',
        mysqlParameters: ['1.5', '1', '3', '0.3'],
        postgresParameters: ['1.5', '1', '3', '0.3'],
        parameters: [15n, 1000n, 3n, 3n, 3n, 30n],
      },
    );
  });

  it('Q6: decimals are compared by value, for equality by their text', () => {
    expectSql(
      posts().filter((p) =>
        p.price
          .gt('1')
          .and(
            p.price.eq('2.5'),
            p.price.plus('0.005').lte('3.125'),
            p.price.ne('1'),
            p.price.between('1', p.price.plus(1)),
          ),
      ),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 WHERE CAST(ROUND(t0."price" * 100) AS INTEGER) > ? AND t0."price" = ? AND ((CAST(ROUND(t0."price" * 100) AS INTEGER) * 10) + ?) <= ? AND t0."price" IS NOT ? AND CAST(ROUND(t0."price" * 100) AS INTEGER) BETWEEN ? AND (CAST(ROUND(t0."price" * 100) AS INTEGER) + ?)',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."price" > $1 AND t0."price" = $2 AND (t0."price" + $3::numeric) <= $4::numeric AND t0."price" IS DISTINCT FROM $5 AND t0."price" BETWEEN $6 AND (t0."price" + $7::numeric)',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 WHERE t0.`price` > CAST(? AS decimal(10, 2)) AND t0.`price` = CAST(? AS decimal(10, 2)) AND (t0.`price` + CAST(? AS decimal(38, 3))) <= CAST(? AS decimal(38, 3)) AND NOT (t0.`price` <=> CAST(? AS decimal(10, 2))) AND t0.`price` BETWEEN CAST(? AS decimal(10, 2)) AND (t0.`price` + CAST(? AS decimal(38, 0)))',
        mysqlParameters: ['1.00', '2.50', '0.005', '3.125', '1.00', '1.00', '1'],
        postgresParameters: ['1.00', '2.50', '0.005', '3.125', '1.00', '1.00', '1'],
        parameters: [100n, '2.50', 5n, 3125n, '1.00', 100n, 100n],
      },
    );
  });

  it('Q6: coalesce', () => {
    expectSql(
      posts().filter((p) => p.price.coalesce('0').gt('1').and(p.rating.coalesce(0).lt(2))),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 WHERE COALESCE(CAST(ROUND(t0."price" * 100) AS INTEGER), ?) > ? AND COALESCE(t0."rating", ?) < ?',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 WHERE COALESCE(t0."price", $1::numeric) > $2::numeric AND COALESCE(t0."rating", $3::double precision) < $4::double precision',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 WHERE COALESCE(t0.`price`, CAST(? AS decimal(10, 2))) > CAST(? AS decimal(10, 2)) AND COALESCE(t0.`rating`, CAST(? AS double)) < CAST(? AS double)',
        mysqlParameters: ['0.00', '1.00', 0, 2],
        postgresParameters: ['0.00', '1.00', 0, 2],
        parameters: [0n, 100n, 0, 2],
      },
    );
  });

  it('Q6: functions of texts and dates', () => {
    expectSql(
      posts().values((p) => ({
        a: p.title.concat(p.price, '!', p.body),
        b: p.title.lower().trim().length(),
        c: p.createdAt.year(),
        d: p.body.upper(),
      })),
      {
        sqlite:
          'SELECT (t0."title" || COALESCE(t0."price", \'\') || COALESCE(?, \'\') || COALESCE(t0."body", \'\')), LENGTH(TRIM(blaze_lower(t0."title"))), CAST(strftime(\'%Y\', t0."created_at") AS INTEGER), blaze_upper(t0."body") FROM "post" AS t0',
        postgres:
          'SELECT (t0."title" || COALESCE(CAST(t0."price" AS text), \'\') || COALESCE($1::text, \'\') || COALESCE(t0."body", \'\')), LENGTH(TRIM(LOWER(t0."title"))), CAST(EXTRACT(YEAR FROM t0."created_at" AT TIME ZONE \'UTC\') AS integer), UPPER(t0."body") FROM "post" AS t0',
        mysql:
          "SELECT CONCAT(t0.`title`, COALESCE(t0.`price`, ''), COALESCE(?, ''), COALESCE(t0.`body`, '')), CHAR_LENGTH(TRIM(LOWER(t0.`title`))), CAST(YEAR(t0.`created_at`) AS signed), UPPER(t0.`body`) FROM `post` AS t0",
        parameters: ['!'],
      },
    );
  });

  it('Q8: values beside an aggregate are what rows are grouped by', () => {
    expectSql(
      posts().values((p) => ({
        who: p.author.name,
        n: count(),
        v: sum(p.views),
        lo: min(p.createdAt),
        hi: max(p.price),
      })),
      {
        sqlite:
          'SELECT t1."name", COUNT(*), SUM(t0."views"), MIN(t0."created_at"), \'~\' || MAX(CAST(ROUND(t0."price" * 100) AS INTEGER)) FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" GROUP BY t1."name"',
        postgres:
          'SELECT t1."name", COUNT(*), SUM(t0."views"), MIN(t0."created_at"), MAX(t0."price") FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" GROUP BY t1."name"',
        mysql:
          'SELECT t1.`name`, COUNT(*), CAST(SUM(t0.`views`) AS signed), MIN(t0.`created_at`), MAX(t0.`price`) FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` GROUP BY t1.`name`',
        parameters: [],
      },
    );
  });

  it('Q8: sums and means of decimals', () => {
    expectSql(
      posts().values((p) => ({ s: sum(p.price), m: avg(p.price), f: avg(p.rating) })),
      {
        sqlite:
          'SELECT \'~\' || SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)), \'~\' || ((SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) * 10000) / NULLIF(COUNT(t0."price"), 0) + (SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) * 10000) % NULLIF(COUNT(t0."price"), 0) * 2 / NULLIF(COUNT(t0."price"), 0)), AVG(t0."rating") FROM "post" AS t0',
        postgres:
          'SELECT SUM(t0."price"), ROUND(AVG(t0."price"), 6), CAST(AVG(t0."rating") AS double precision) FROM "post" AS t0',
        mysql: 'SELECT SUM(t0.`price`), ROUND(AVG(t0.`price`), 6), AVG(CAST(t0.`rating` AS double)) FROM `post` AS t0',
        parameters: [],
      },
    );
  });

  it('Q17: values are parameters, names are quoted, the whole is in brackets', () => {
    expectSql(
      posts()
        .filter((p) => sql<boolean>`${p.views} > ${5} OR ${p.author.name} = ${"x'"}`)
        .filter({ views: 3 })
        .values(() => ({ c: sql<string>`${sql.id('t0', 'bo"dy')}` })),
      {
        sqlite:
          'SELECT ("t0"."bo""dy") FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" WHERE (t0."views" > ? OR t1."name" = ?) AND t0."views" = ?',
        postgres:
          'SELECT ("t0"."bo""dy") FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" WHERE (t0."views" > $1 OR t1."name" = $2) AND t0."views" = $3',
        mysql:
          'SELECT (`t0`.`bo"dy`) FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` WHERE (t0.`views` > ? OR t1.`name` = ?) AND t0.`views` = ?',
        mysqlParameters: [5, "x'", 3],
        postgresParameters: [5, "x'", 3],
        parameters: [5n, "x'", 3],
      },
    );
  });

  it('Q17: a fragment in a fragment stands as it is', () => {
    expectSql(
      posts().values((p) => ({ l: sql<number>`length(${p.title}) + ${sql`${2} + ${true}`}` })),
      {
        sqlite: 'SELECT (length(t0."title") + ? + ?) FROM "post" AS t0',
        postgres: 'SELECT (length(t0."title") + $1 + $2::boolean) FROM "post" AS t0',
        mysql: 'SELECT (length(t0.`title`) + ? + ?) FROM `post` AS t0',
        mysqlParameters: [2, 1],
        postgresParameters: [2, true],
        parameters: [2n, 1],
      },
    );
  });
});

describe('order and limits', () => {
  it('Q8: by columns, expressions, directions, place of NULL', () => {
    expectSql(
      posts().orderBy('-price', (p) => p.reviewer.name.desc({ nulls: 'last' }), 'views'),
      {
        sqlite:
          'SELECT t0."id" FROM "post" AS t0 LEFT JOIN "author" AS t1 ON t0."reviewer_id" = t1."id" ORDER BY CAST(ROUND(t0."price" * 100) AS INTEGER) DESC, t1."name" DESC NULLS LAST, t0."views"',
        postgres:
          'SELECT t0."id" FROM "post" AS t0 LEFT JOIN "author" AS t1 ON t0."reviewer_id" = t1."id" ORDER BY t0."price" DESC NULLS LAST, t1."name" DESC NULLS LAST, t0."views"',
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 LEFT JOIN `author` AS t1 ON t0.`reviewer_id` = t1.`id` ORDER BY t0.`price` DESC, t1.`name` DESC, t0.`views`',
        parameters: [],
      },
    );
  });

  it('Q8: reverse turns all of it round', () => {
    expectSql(
      posts()
        .orderBy('-views', (p) => p.rating.asc({ nulls: 'first' }))
        .reverse(),
      {
        sqlite: 'SELECT t0."id" FROM "post" AS t0 ORDER BY t0."views", t0."rating" DESC NULLS LAST',
        postgres: 'SELECT t0."id" FROM "post" AS t0 ORDER BY t0."views", t0."rating" DESC NULLS LAST',
        mysql: 'SELECT t0.`id` FROM `post` AS t0 ORDER BY t0.`views`, t0.`rating` DESC',
        parameters: [],
      },
    );
  });

  it('Q8: reverse without an order is by the key', () => {
    expectSql(posts().reverse(), {
      sqlite: 'SELECT t0."id" FROM "post" AS t0 ORDER BY t0."id" DESC',
      postgres: 'SELECT t0."id" FROM "post" AS t0 ORDER BY t0."id" DESC',
      mysql: 'SELECT t0.`id` FROM `post` AS t0 ORDER BY t0.`id` DESC',
      parameters: [],
    });
  });

  it('Q8: reverse twice is nothing', () => {
    expectSql(posts().orderBy('title').reverse().reverse(), {
      sqlite: 'SELECT t0."id" FROM "post" AS t0 ORDER BY t0."title"',
      postgres: 'SELECT t0."id" FROM "post" AS t0 ORDER BY t0."title"',
      mysql: 'SELECT t0.`id` FROM `post` AS t0 ORDER BY t0.`title`',
      parameters: [],
    });
  });

  it('Q13: limit and offset are parameters; on PostgreSQL a small limit is part of the text', () => {
    expectSql(posts().limit(3).offset(2), {
      sqlite: 'SELECT t0."id" FROM "post" AS t0 LIMIT ? OFFSET ?',
      postgres: 'SELECT t0."id" FROM "post" AS t0 LIMIT 3 OFFSET $1::bigint',
      mysql: 'SELECT t0.`id` FROM `post` AS t0 LIMIT ? OFFSET ?',
      parameters: [3, 2],
      postgresParameters: [2],
    });
    expectSql(posts().limit(101).offset(2), {
      sqlite: 'SELECT t0."id" FROM "post" AS t0 LIMIT ? OFFSET ?',
      postgres: 'SELECT t0."id" FROM "post" AS t0 LIMIT $1::bigint OFFSET $2::bigint',
      mysql: 'SELECT t0.`id` FROM `post` AS t0 LIMIT ? OFFSET ?',
      parameters: [101, 2],
    });
  });

  it('Q13: offset without limit', () => {
    expectSql(posts().offset(2), {
      sqlite: 'SELECT t0."id" FROM "post" AS t0 LIMIT -1 OFFSET ?',
      postgres: 'SELECT t0."id" FROM "post" AS t0 OFFSET $1::bigint',
      mysql: 'SELECT t0.`id` FROM `post` AS t0 LIMIT 18446744073709551615 OFFSET ?',
      parameters: [2],
    });
  });

  it('Q7: distinct values', () => {
    expectSql(posts().distinct().values('title'), {
      sqlite: 'SELECT DISTINCT t0."title" FROM "post" AS t0',
      postgres: 'SELECT DISTINCT t0."title" FROM "post" AS t0',
      mysql: 'SELECT DISTINCT t0.`title` FROM `post` AS t0',
      parameters: [],
    });
  });

  it('Q7: only and defer keep the key', () => {
    expectSql(session.query(Post).only('title', 'views').defer('views'), {
      sqlite: 'SELECT t0."id", t0."title" FROM "post" AS t0',
      postgres: 'SELECT t0."id", t0."title" FROM "post" AS t0',
      mysql: 'SELECT t0.`id`, t0.`title` FROM `post` AS t0',
      parameters: [],
    });
  });
});

describe('the texts', () => {
  it('Q16: each of them is a statement that the database takes, but for what is made up', async () => {
    const problems = new Set<string>();
    for (const query of shown)
      await Promise.resolve(query as unknown as PromiseLike<unknown>).catch((error: Error) =>
        problems.add(error.message),
      );
    expect(shown.length).toBeGreaterThan(50);
    expect([...problems]).toEqual(
      onEngine({
        sqlite: [
          // The database of a test's own models.
          'The database is closed, or was never opened. Await Database.connect() first.',
          'SQLite refused the statement: no such column: t0.bo"dy',
        ],
        postgres: [
          'The database is closed, or was never opened. Await Database.connect() first.',
          'PostgreSQL refused the statement: column t0.bo***',
          'PostgreSQL refused the statement: operator does not exist: integer + boolean',
        ],
        mysql: [
          'The database is closed, or was never opened. Await Database.connect() first.',
          "The server refused the statement: Unknown column 't0.bo\"dy' in 'field list'",
        ],
        mariadb: [
          'The database is closed, or was never opened. Await Database.connect() first.',
          "The server refused the statement: Unknown column 't0.bo\"dy' in 'SELECT'",
        ],
      }),
    );
  });
});
