/** What query sets give: rows, annotations, values, writes, order. */
import {
  type Changes,
  type CompiledSql,
  count,
  gt,
  oneOf,
  prepare,
  type QuerySet,
  type Session,
  type StrExpr,
  sum,
  type ValuesSet,
} from './orm.ts';
import { same } from './expect.ts';
import { Author, Post } from './models.ts';
import { Comment, LineNote, Tag } from './models2.ts';

declare const session: Session;
const posts = session.query(Post);
const authors = session.query(Author);

export async function results() {
  same<Post[]>()(await posts);
  same<Post[]>()(await posts.all());
  same<Post | null>()(await posts.first());
  same<Post | null>()(await posts.last());
  same<Post>()(await posts.one());
  same<Post>()(await posts.get({ id: 'x' }));
  same<number>()(await posts.count());
  same<boolean>()(await posts.exists());
  same<CompiledSql>()(posts.toSQL());
  same<QuerySet<Post>>()(posts.reverse().limit(1).offset(2).distinct().none().unfiltered());
  same<QuerySet<Post>>()(posts.using('primary').using('replica'));
  // @ts-expect-error no such server
  posts.using('main');
  // @ts-expect-error a relation has no column of that name
  posts.only('author');
  // @ts-expect-error not a column
  posts.defer('nope');
  // @ts-expect-error a number
  posts.limit('1');
}

export async function locksAndBounds() {
  const { signal } = new AbortController();
  same<QuerySet<Post>>()(posts.forUpdate().forShare({ noWait: true }).fresh().timeout(100).signal(signal));
  same<Post[]>()(await posts.forUpdate({ skipLocked: true, of: 'self' }));
  const joined = posts.selectRelated('author.profile', 'reviewer');
  joined.forUpdate({ of: ['self', 'author', 'author.profile', 'reviewer'] });
  joined.forShare({ of: 'author' });
  same<number>()((await joined.forUpdate().one()).author.id);
  same<ValuesSet<{ id: string }, 'id', StrExpr<string>>>()(posts.values('id').timeout(100).signal(signal));
  session.transaction(() => 1, { signal, timeout: 100 });
  // @ts-expect-error not selected
  posts.forUpdate({ of: 'author' });
  // @ts-expect-error not selected either
  joined.forUpdate({ of: ['self', 'tags'] });
  // @ts-expect-error no such option
  posts.forUpdate({ skiplocked: true });
  // @ts-expect-error a number
  posts.timeout('100');
  // @ts-expect-error a signal
  posts.signal(new AbortController());
}

export async function annotations() {
  const rows = await authors
    .annotate((a) => ({ n: a.posts.count() }))
    .filter((a) => a.n.gt(3))
    .annotate((a) => ({ last: a.posts.max((p) => p.createdAt), double: a.n.times(2) }))
    .orderBy('-n', 'last', (a) => a.double.desc({ nulls: 'last' }))
    .selectRelated('profile');
  const row = rows[0]!;
  same<number>()(row.n);
  same<Date | null>()(row.last);
  same<number>()(row.double);
  same<string>()(row.greet());
  same<string | undefined>()(row.profile?.url);
  const author: Author = row;
  same<number>()((await authors.annotate((a) => ({ n: a.posts.count() })).get({ id: 1 })).n);
  same<{ name: string; n: number }[]>()(await authors.annotate((a) => ({ n: a.posts.count() })).values('name', 'n'));
  // @ts-expect-error no such annotation
  row.nope;
  // @ts-expect-error no such annotation to sort by
  authors.annotate((a) => ({ n: a.posts.count() })).orderBy('-m');
  // @ts-expect-error an annotation cannot hide a field, nor a relation
  authors.annotate((a) => ({ n: a.posts.count(), name: a.posts.count() }));
  // @ts-expect-error
  authors.annotate((a) => ({ posts: a.posts.count() }));
  // @ts-expect-error an annotation of another query
  authors.orderBy('-n');
  return author;
}

export async function partial() {
  const [row] = await posts.only('title', 'views').selectRelated('author').orderBy('-views');
  same<number>()(row!.views);
  same<string>()(row!.title);
  same<string>()(row!.author.name);
  row!.id;
  row!.pk;
  // @ts-expect-error it was left out
  row!.body;
  // @ts-expect-error a part of a row is no row
  const whole: Post = row!;
  const deferred = await posts
    .defer('body')
    .annotate((p) => ({ n: p.comments.count() }))
    .defer('price')
    .filter({ views: 1 })
    .one();
  same<number>()(deferred.n);
  deferred.title;
  // @ts-expect-error left out by the first
  deferred.body;
  // @ts-expect-error and by the second
  deferred.price;
  const again: Post = await deferred.load();
  same<{ body: string }[]>()(await posts.defer('body').values('body'));
  (await posts.only('title').page({ first: 1 })).items[0]!.title;
  // @ts-expect-error left out of pages, too
  (await posts.only('title').page({ first: 1 })).items[0]!.views;
  const names: ('title' | 'views')[] = ['title'];
  // @ts-expect-error nobody knows which of them are read
  (await posts.only(...names).first())!.title;
  // @ts-expect-error not a column
  posts.only('nope');
  // @ts-expect-error not a column
  posts.defer('author');
  return [whole, again];
}

export async function prepared() {
  const byTitle = prepare(Post, (q, p: { title: string; ids: string[]; count: number }) =>
    q
      .filter({ title: p.title, id: oneOf(p.ids) })
      .limit(p.count)
      .selectRelated('author'),
  );
  const rows = await byTitle.all(session, { title: 'a', ids: [], count: 1 });
  same<string>()(rows[0]!.author.name);
  const list = prepare(Post, (q, p: { views: number }) =>
    q.filter({ views: p.views }).valuesList('title', { flat: true }),
  );
  same<string | null>()(await list.first(session, { views: 1 }));
  // @ts-expect-error a parameter is missing
  await byTitle.one(session, { title: 'a', ids: [] });
  // @ts-expect-error of another type
  await list.all(session, { views: '1' });
  // @ts-expect-error the column is a number
  prepare(Post, (q, p: { views: string }) => q.filter({ views: p.views }));
}

export async function pages() {
  const query = posts.selectRelated('author').annotate((p) => ({ n: p.comments.count() }));
  const { items, pageInfo } = await query.page({ first: 10, after: null });
  same<string>()(items[0]!.author.name);
  same<number>()(items[0]!.n);
  same<string | null>()(pageInfo.endCursor);
  const page = await posts.page({ last: 10, before: pageInfo.startCursor });
  same<number>()((await posts.page({ last: 10, totalCount: true })).totalCount);
  // @ts-expect-error it was not asked for
  page.totalCount;
  // @ts-expect-error one end or the other
  await posts.page({ first: 1, last: 1 });
  // @ts-expect-error a cursor of the other direction
  await posts.page({ first: 1, before: 'x' });
  // @ts-expect-error a page has a size
  await posts.page({ after: 'x' });
  // @ts-expect-error a cursor is a text
  await posts.page({ first: 1, after: 7 });
}

export async function values() {
  same<{ id: string; title: string; createdAt: Date }[]>()(await posts.values('id', 'title', 'createdAt'));
  same<{ authorId: number; reviewerId: number | null; price: string | null }[]>()(
    await posts.values('authorId', 'reviewerId', 'price'),
  );
  same<{ lineId: readonly [number, number] }[]>()(await session.query(LineNote).values('lineId'));
  same<[string, number, number][]>()(await posts.valuesList('title', 'views', 'authorId'));
  same<[string][]>()(await posts.valuesList('title'));
  same<string[]>()(await posts.valuesList('title', { flat: true }));
  same<number[]>()(await posts.valuesList('authorId', { flat: true }));
  same<{ title: string } | null>()(await posts.values('title').orderBy('-title').limit(3).offset(1).distinct().first());
  same<number>()(await posts.values('title').count());
  same<CompiledSql>()(posts.values('title').toSQL());
  for await (const row of posts.values('title', 'views')) same<{ title: string; views: number }>()(row);
  const grouped: ValuesSet<{ role: 'admin' | 'editor'; views: number | null; n: number }> = posts.values((p) => ({
    role: p.author.role,
    views: sum(p.views),
    n: count(),
  }));
  // @ts-expect-error not a column
  posts.values('nope');
  // @ts-expect-error a relation is no column; its key is `authorId`
  posts.values('author');
  // @ts-expect-error a to-many relation
  posts.values('title', 'comments');
  // @ts-expect-error not a column
  posts.valuesList('title', 'nope');
  // @ts-expect-error flat is for one column
  posts.valuesList('title', 'views', { flat: true });
  // @ts-expect-error not a column of the rows
  posts.values('title').orderBy('views');
  // @ts-expect-error not an expression
  posts.values((p) => ({ author: p.author }));
  // @ts-expect-error it was not asked for
  (await posts.values('title'))[0]!.views;
  return grouped;
}

export function order() {
  posts.orderBy('title', '-createdAt', 'authorId', '-reviewerId');
  posts.orderBy(
    (p) => p.author.name.lower().asc({ nulls: 'first' }),
    'title',
    (p) => p.comments.count().desc(),
  );
  posts.orderBy((p) => p.title);
  // @ts-expect-error not a column
  posts.orderBy('nope');
  // @ts-expect-error not a column
  posts.orderBy('-nope');
  // @ts-expect-error a relation is sorted by its key or by a callback
  posts.orderBy('author');
  // @ts-expect-error to-many
  posts.orderBy('comments');
  // @ts-expect-error one minus
  posts.orderBy('--title');
  // @ts-expect-error not an option
  posts.orderBy((p) => p.title.asc({ nulls: 'middle' }));
  // @ts-expect-error a method is not a column
  posts.orderBy('slug');
}

export async function writes(author: Author, tag: Tag) {
  same<number>()(await posts.filter({ published: true }).update({ title: 'x', views: (p) => p.views.plus(1) }));
  posts.update({ author, reviewer: null });
  posts.update({ author: 3 });
  posts.update({ authorId: 3, reviewerId: null, price: '1.50' });
  posts.update({ title: (p) => p.author.name, price: (p) => p.price.times(2), authorId: (p) => p.author.id });
  const changes: Changes<Post> = { title: 'x' };
  posts.update(changes);
  same<number>()(await posts.filter({ views: gt(1) }).delete());
  // @ts-expect-error wrong type
  posts.update({ title: 1 });
  // @ts-expect-error unknown field
  posts.update({ nope: 1 });
  // @ts-expect-error NOT NULL
  posts.update({ title: null });
  // @ts-expect-error the expression may be NULL
  posts.update({ views: (p) => p.reviewer.id });
  // @ts-expect-error wrong type of expression
  posts.update({ views: (p) => p.title });
  // @ts-expect-error a to-many relation
  posts.update({ comments: [] });
  // @ts-expect-error another model
  posts.update({ author: tag });
  // @ts-expect-error not nullable
  posts.update({ author: null });
}

export async function creation() {
  const tags = session.query(Tag);
  same<Tag[]>()(await tags.bulkCreate([{ name: 'x' }, new Tag({ name: 'y' })]));
  same<Tag[]>()(await tags.bulkCreate(new Set([{ name: 'x' }]), { onConflict: 'ignore', conflictFields: ['name'] }));
  same<[Tag, boolean]>()(await tags.getOrCreate({ name: 'x' }));
  const found = await posts.updateOrCreate({ id: 'x' }, { defaults: { title: 'y', author: 1 } });
  same<[Post, boolean]>()(found);
  await posts.bulkCreate([], { onConflict: 'update', conflictFields: ['author', 'title'], updateFields: ['views'] });
  same<number>()(await posts.bulkUpdate(await posts, ['title', 'author', 'reviewerId']));
  // @ts-expect-error no such field
  posts.bulkUpdate([], ['nope']);
  // @ts-expect-error plain input is no entity
  tags.bulkUpdate([{ name: 'x' }], ['name']);
  // @ts-expect-error a wrong type
  tags.bulkCreate([{ name: 1 }]);
  // @ts-expect-error an unknown field
  tags.bulkCreate([{ name: 'x', nope: 1 }]);
  // @ts-expect-error required
  tags.bulkCreate([{}]);
  // @ts-expect-error an entity of another model
  tags.bulkCreate([new Author({ name: 'x', email: 'x' })]);
  // @ts-expect-error no such column
  tags.bulkCreate([], { onConflict: 'ignore', conflictFields: ['nope'] });
  // @ts-expect-error no such mode
  tags.bulkCreate([], { onConflict: 'replace' });
  // @ts-expect-error a lookup is no value
  tags.getOrCreate({ name: gt('x') });
}

export function models() {
  // @ts-expect-error not a model
  session.query(Date);
  // @ts-expect-error an instance, not its class
  session.query(new Tag({ name: 'x' }));
  // @ts-expect-error a name, not the class
  session.query('post');
}

/** Generic helpers over query sets keep the model. */
function newest<M extends Post | Comment>(set: QuerySet<M>) {
  return set.first();
}
export async function generic() {
  same<Post | null>()(await newest(posts));
  same<Comment | null>()(await newest(session.query(Comment)));
}
