/** Query sets inside of query sets: subqueries, sets put together, recursion. */
import {
  type Cond,
  count,
  exists,
  f,
  max,
  model,
  type NumExpr,
  oneOf,
  type QuerySet,
  type Session,
  subquery,
  sum,
} from './orm.ts';
import { same } from './expect.ts';
import { Author, Post } from './models.ts';
import { Comment, Tag } from './models2.ts';

class Employee extends model('employee', {
  id: f.auto(),
  name: f.string(),
  boss: f.foreignKey(() => Employee, { nullable: true }),
  reports: f.reverse(() => Employee, 'boss'),
}) {}

declare const session: Session;
const posts = session.query(Post);
const authors = session.query(Author);
const tags = session.query(Tag);

export async function subqueries() {
  posts.filter({ author: oneOf(authors.filter({ name: 'Ann' })), authorId: oneOf(authors) });
  posts.filter((p) =>
    p.authorId.oneOf(authors).and(p.id.notOneOf(session.query(Comment).valuesList('postId', { flat: true }))),
  );
  // @ts-expect-error a text among numbers
  posts.filter((p) => p.title.oneOf(authors));
  // @ts-expect-error a text among numbers
  posts.filter({ title: oneOf(posts.valuesList('views', { flat: true })) });
  // @ts-expect-error rows of two columns, of which one is no key
  posts.filter({ authorId: oneOf(posts.values('authorId', 'title')) });

  const rows = await authors.annotate((a) => ({
    latest: subquery(
      posts
        .filter((p) => p.authorId.eq(a.id))
        .orderBy('-createdAt')
        .limit(1)
        .valuesList('title', { flat: true }),
    ),
    views: subquery(posts.filter((p) => p.authorId.eq(a.id)).values((p) => ({ n: sum(p.views) }))),
    busy: exists(posts.filter((p) => p.authorId.eq(a.id))),
  }));
  same<string | null>()(rows[0]!.latest);
  same<number | null>()(rows[0]!.views);
  same<boolean>()(rows[0]!.busy);
  same<Cond>()(exists(authors));
  // The value of a subquery is an expression of its kind.
  authors.filter((a) =>
    subquery(posts.filter((p) => p.authorId.eq(a.id)).values('views'))
      .plus(1)
      .gt(3),
  );
  // @ts-expect-error a number has no lower case
  authors.filter(() => subquery(posts.values('views')).lower());
  // @ts-expect-error entities have no one column
  subquery(posts);
  // @ts-expect-error not a query
  exists([1]);
  // @ts-expect-error the inner query has no such column
  authors.filter((a) => exists(posts.filter((p) => p.nope.eq(a.id))));
}

export async function combined() {
  const both = posts.selectRelated('author').union(posts.filter({ views: 3 }), { all: true });
  same<QuerySet<Post, 'author'>>()(both);
  same<string>()((await both)[0]!.author.name);
  same<QuerySet<Post>>()(
    posts.intersection(posts.prefetchRelated('tags')).difference(posts.annotate((p) => ({ n: p.views }))),
  );
  // @ts-expect-error another model
  posts.union(authors);
  // @ts-expect-error values
  posts.union(posts.values('id'));
  const names = authors.values('name').union(tags.values('name')).orderBy('-name');
  same<{ name: string }[]>()(await names);
  // @ts-expect-error other columns
  authors.values('name').union(posts.values('title'));
  // @ts-expect-error columns of another type
  authors.values('name').union(posts.values((p) => ({ name: p.views })));
  // @ts-expect-error no such column
  names.orderBy('id');
}

export async function recursive() {
  // @ts-expect-error leads to another model
  posts.recursive('author');
  // @ts-expect-error no relation
  posts.recursive('title');
  // @ts-expect-error no such option
  posts.recursive('author', { depht: 'x' });
  const staff = session.query(Employee);
  same<QuerySet<Employee>>()(staff.recursive('reports', { maxDepth: 3 }));
  const up = staff.filter({ id: 1 }).recursive('boss', { depth: 'level' });
  same<QuerySet<Employee, never, { readonly level: NumExpr<number> }>>()(up);
  same<number>()((await up.orderBy('-level', 'name').filter((e) => e.level.gt(1)))[0]!.level);
  // @ts-expect-error no depth was asked for
  staff.recursive('boss').orderBy('level');
  // @ts-expect-error no relation
  staff.recursive('name');
}

export async function groups() {
  const busy = posts
    .groupBy('authorId', (p) => p.author.name)
    .having((p) => count().gt(3).and(max(p.views).gt(3)))
    .values((p) => ({ author: p.authorId, n: count() }));
  same<{ author: number; n: number }[]>()(await busy.orderBy('-n').limit(3));
  same<number[]>()(await posts.groupBy('authorId').valuesList('authorId', { flat: true }));
  // @ts-expect-error no such column
  posts.groupBy('nope');
  // @ts-expect-error no condition
  posts.groupBy('authorId').having((p) => p.views);
  // @ts-expect-error groups are read by values()
  await posts.groupBy('authorId').all();
}

export async function bulkReads() {
  same<Map<string, Post>>()(await posts.inBulk(['x']));
  same<string | undefined>()((await authors.inBulk(new Set(['a@x.org']), { field: 'email' })).get('a@x.org')?.name);
  same<string>()((await posts.selectRelated('author').inBulk(['x'])).get('x')!.author.name);
  // @ts-expect-error keys of another type
  authors.inBulk(['x']);
  // @ts-expect-error no such column
  authors.inBulk(['x'], { field: 'nope' });
}

export async function insertions() {
  same<number>()(
    await tags.insertFrom(posts.annotate((p) => ({ n: p.comments.count() })).filter({ views: 3 }), (p) => ({
      name: p.title.lower(),
    })),
  );
  // @ts-expect-error no such field
  tags.insertFrom(posts, (p) => ({ name: p.title, nope: 1 }));
  // @ts-expect-error a field of another type
  tags.insertFrom(posts, (p) => ({ name: p.views }));
  // @ts-expect-error no such column of what is read
  tags.insertFrom(posts, (p) => ({ name: p.nope }));
  // @ts-expect-error rows of values
  tags.insertFrom(posts.values('title'), (p) => ({ name: 'x' }));
}
