/** Filter objects, lookups, `Q`. */
import {
  and,
  arrayContains,
  arrayLength,
  between,
  contains,
  endsWith,
  every,
  exact,
  f,
  type Filter,
  gt,
  gte,
  hasKey,
  hour,
  icontains,
  iexact,
  iregex,
  isNull,
  jsonContains,
  jsonPath,
  lt,
  lte,
  model,
  none,
  not,
  oneOf,
  or,
  Q,
  type QuerySet,
  type Ref,
  regex,
  search,
  type Session,
  some,
  startsWith,
  year,
} from './orm.ts';
import { same } from './expect.ts';
import { Author, Post } from './models.ts';
import type { Comment, Line, Tag } from './models2.ts';
import { LineNote } from './models2.ts';

declare const session: Session;
type PostCondition = ReturnType<typeof Q.of<Post>>;
const posts = session.query(Post);
const authors = session.query(Author);

class Thing extends model('thing', {
  id: f.bigAuto(),
  size: f.bigint(),
  data: f.json<{ a: number }>({ nullable: true }),
  list: f.array(f.int()),
  bytes: f.binary(),
  day: f.date(),
  done: f.bool({ nullable: true }),
  place: f.embedded({ city: f.string(), zip: f.string({ nullable: true }) }),
}) {}
const things = session.query(Thing);

export function values(author: Author, ref: Ref<Author>, tag: Tag, line: Line) {
  posts.filter({ title: 'x', views: 3, published: true, createdAt: new Date(), price: null, id: 'x' });
  posts.filter({});
  posts.filter({ author, reviewer: null });
  posts.filter({ author: ref });
  posts.filter({ author: 1 });
  posts.filter({ authorId: 1, reviewerId: null });
  posts.filter({ author: { name: 'x', profile: { url: 'x' } } });
  posts.filter({ author: oneOf([1, 2]) });
  posts.filter({ author: oneOf([author, ref]), authorId: not(oneOf([1, 2])) });
  posts.filter({ tags: { name: 'x' }, comments: { author: { role: 'admin' } } });
  authors.filter({ role: 'admin', bio: null, profile: null });
  authors.filter({ profile: { url: 'x' } });
  session.query(LineNote).filter({ line, tag });
  session.query(LineNote).filter({ line: [1, 2], tag: 3, lineId: [1, 2] });
  things.filter({ size: 3n, id: gt(2n), data: null, done: null, day: '2026-01-01' });
  things.filter({ data: exact({ a: 1 }), list: exact([1, 2]), bytes: new Uint8Array() });
  things.filter({ place: { city: 'x', zip: isNull() } });

  // @ts-expect-error unknown field
  posts.filter({ nope: 1 });
  // @ts-expect-error wrong type
  posts.filter({ title: 1 });
  // @ts-expect-error wrong type
  posts.filter({ views: '1' });
  // @ts-expect-error NOT NULL
  posts.filter({ title: null });
  // @ts-expect-error not in the enum
  authors.filter({ role: 'owner' });
  // @ts-expect-error an object is not an operator
  posts.filter({ title: { contains: 'x' } });
  // @ts-expect-error an object is not an operator
  posts.filter({ views: { gt: 3 } });
  // @ts-expect-error nor is a JSON value one, without `exact`
  things.filter({ data: { a: 1 } });
  // @ts-expect-error a bigint is not a number
  things.filter({ size: 3 });
  // @ts-expect-error unknown field of the relation
  posts.filter({ author: { nope: 1 } });
  // @ts-expect-error wrong type in the relation
  posts.filter({ author: { name: 1 } });
  // @ts-expect-error two levels down
  posts.filter({ comments: { author: { role: 'owner' } } });
  // @ts-expect-error wrong type of key
  posts.filter({ author: 'x' });
  // @ts-expect-error another model
  posts.filter({ author: tag });
  // @ts-expect-error another model in a list
  posts.filter({ author: oneOf([tag]) });
  // @ts-expect-error not a part of the embedded value
  things.filter({ place: { country: 'x' } });
  // @ts-expect-error methods and getters are not fields
  posts.filter({ slug: 'x' });
  // @ts-expect-error `pk` is not a field
  posts.filter({ pk: 'x' });
  // @ts-expect-error a filter is not a string
  posts.filter('title');
}

export function lookups() {
  posts.filter({ title: icontains('x') });
  posts.filter({ title: not(icontains('x')) });
  posts.filter({ title: iexact('x'), body: startsWith('x') });
  posts.filter({ title: endsWith('x'), body: contains('x') });
  posts.filter({ title: regex('^x'), body: iregex('^x') });
  posts.filter({ views: gt(3), createdAt: gte(new Date()), updatedAt: lt(new Date()), price: lte('9.99') });
  posts.filter({ views: between(1, 2), createdAt: between(new Date(), new Date()) });
  posts.filter({ title: exact('x'), id: oneOf(['x', 'y']), views: oneOf(new Set([1, 2])) });
  posts.filter({ reviewer: isNull(), price: isNull(false) });
  posts.filter({ reviewer: not(isNull()), price: not(isNull()), title: not(oneOf(['a', 'b'])) });
  authors.filter({ role: oneOf(['admin', 'editor']) });
  authors.filter({ role: not(exact('admin')) });
  // @ts-expect-error text lookup on a number
  posts.filter({ views: icontains('x') });
  // @ts-expect-error wrong type of value
  posts.filter({ views: gt('3') });
  // @ts-expect-error wrong type of value
  posts.filter({ title: gt(3) });
  // @ts-expect-error not in the enum
  authors.filter({ role: oneOf(['owner']) });
  // @ts-expect-error wrong type in the list
  posts.filter({ views: oneOf(['x']) });
  // @ts-expect-error booleans have no order
  posts.filter({ published: gt(true) });
  // @ts-expect-error a list, not values
  oneOf(1, 2);
  // @ts-expect-error an object that looks like a lookup is none
  posts.filter({ title: { name: 'exact', value: 'x', negated: false } });
}

export function collections() {
  posts.filter({ comments: some({ body: 'x' }), tags: none() });
  posts.filter({ comments: every({ author: { role: 'admin' } }) });
  posts.filter({ comments: none((c) => c.author.role.eq('admin')) });
  posts.filter({ comments: some(or({ body: 'x' }, { author: 1 })) });
  posts.filter({ comments: not(some({ body: 'x' })) });
  // @ts-expect-error unknown field
  posts.filter({ comments: some({ nope: 'x' }) });
  // @ts-expect-error not on a to-one relation
  posts.filter({ author: some({ name: 'x' }) });
  // @ts-expect-error not on a column
  posts.filter({ title: some() });
  // @ts-expect-error a value lookup on a collection
  posts.filter({ comments: oneOf([1]) });
}

export function combined() {
  posts.filter(or({ title: 'x' }, { views: gt(3) }));
  posts.filter(and({ title: 'x' }, or({ views: 1 }, { views: 2 }), not({ published: true })));
  posts.filter(not(or({ title: 'x' }, (p) => p.views.gt(3))));
  posts.exclude(or({ title: 'x' }, { author: { role: 'admin' } }));
  posts.where({ title: 'x' }).where((p) => p.views.gt(3));
  const q = Q.of(Post, { title: 'x' });
  same<PostCondition>()(q);
  same<PostCondition>()(
    q
      .and({ views: 3 })
      .or({ author: { name: 'x' } }, q)
      .not(),
  );
  posts.filter(q);
  posts.filter(or(q, { views: 1 }));
  const filter: Filter<Post> = { title: 'x', author: { name: icontains('y') } };
  posts.filter(filter);
  const reusable = or<Post>({ title: 'x' }, { views: 1 });
  posts.filter(reusable);
  // @ts-expect-error nobody knows the model, so nothing could be checked
  or({ title: 'x' });
  // @ts-expect-error unknown field
  posts.filter(or({ titel: 'x' }));
  // @ts-expect-error wrong type
  posts.filter(or({ title: 'x' }, { views: 'x' }));
  // @ts-expect-error in the depth
  posts.filter(and({ title: 'x' }, or({ views: 1 }, not({ nope: 1 }))));
  // @ts-expect-error wrong type
  Q.of(Post, { views: 'x' });
  // @ts-expect-error wrong type
  q.and({ views: 'x' });
  // @ts-expect-error a condition on another model
  authors.filter(q);
  // @ts-expect-error a condition on another model
  authors.filter(or<Post>({ title: 'x' }));
  // @ts-expect-error unknown field
  const bad: Filter<Post> = { nope: 1 };
  return bad;
}

export function getters(comment: Comment) {
  posts.get({ id: 'x' });
  posts.get((p) => p.id.eq('x'));
  posts.get(Q.of(Post, { id: 'x' }));
  // @ts-expect-error unknown field
  posts.get({ nope: 1 });
  // @ts-expect-error wrong type
  posts.get({ id: comment });
}

/** Two models of the same shape: an entity of one is not an entity of the other, nor a filter on it. */
class Genre extends model('genre', { id: f.auto(), name: f.string() }) {}
class Label extends model('label', { id: f.auto(), name: f.string(), age: f.int({ nullable: true }) }) {}
class Song extends model('song', { id: f.auto(), label: f.foreignKey(() => Label) }) {}
export function shapes(genre: Genre, label: Label) {
  const songs = session.query(Song);
  songs.filter({ label });
  new Song({ label });
  // @ts-expect-error another model
  songs.filter({ label: genre });
  // @ts-expect-error another model
  new Song({ label: genre });
  // @ts-expect-error an entity is not a filter
  session.query(Label).filter(label);
  // @ts-expect-error a lookup is not a filter
  session.query(Label).filter(icontains('x'));
  // @ts-expect-error a lookup is not a condition
  session.query(Label).filter(not(icontains('x')));
}

export function insideOfJson() {
  const authors = session.query(Author);
  authors.filter({ settings: jsonPath(['theme'], 'dark') });
  authors.filter({ settings: jsonPath(['a', 0], gte(3)) });
  authors.filter({ settings: jsonPath(['a'], not(isNull())) });
  authors.filter({ settings: jsonPath(['a'], hasKey('b')) });
  authors.filter({ settings: not(hasKey('theme')) });
  authors.filter({ settings: jsonContains({ theme: 'dark' }) });
  authors.filter((a) =>
    a.settings.path('theme').eq('dark').and(a.settings.hasKey('x'), a.settings.path('n', 0).gte(3)),
  );
  authors.orderBy((a) => a.settings.path('theme').asText().lower().asc());
  // @ts-expect-error not JSON
  authors.filter({ name: hasKey('x') });
  // @ts-expect-error not JSON
  authors.filter({ name: jsonPath(['x'], 1) });
  // @ts-expect-error a path is a list
  authors.filter({ settings: jsonPath('x', 1) });
  // @ts-expect-error an object is no scalar
  authors.filter({ settings: jsonPath(['x'], {}) });
  // @ts-expect-error not JSON
  authors.filter((a) => a.name.path('x').eq(1));
  // @ts-expect-error an object is no scalar
  authors.filter((a) => a.settings.path('x').eq({}));
}

declare const lists: QuerySet<Lists>;
class Lists extends model('lists', {
  id: f.auto(),
  texts: f.array(f.string()),
  days: f.array(f.date(), { nullable: true }),
}) {}

export function insideOfArrays() {
  lists.filter({ texts: arrayContains(['a']), days: not(arrayLength(gte(3))) });
  lists.filter((l) => l.texts.arrayContains(['a']).and(l.days.arrayLength().gt(2)));
  lists.filter({ texts: null as never, days: null });
  // @ts-expect-error items of another type
  lists.filter({ texts: arrayContains([1]) });
  // @ts-expect-error items of another type
  lists.filter((l) => l.texts.arrayContains([1]));
  // @ts-expect-error no array
  lists.filter({ id: arrayLength(3) });
  // @ts-expect-error no JSON
  lists.filter({ texts: hasKey('a') });
  // @ts-expect-error a length is a number
  lists.filter({ texts: arrayLength('3') });
}

export function partsOfDates() {
  const posts = session.query(Post);
  posts.filter({ createdAt: year(2026) });
  posts.filter({ createdAt: not(hour(between(9, 16))) });
  posts.filter((p) => p.createdAt.weekDay().gte(6).and(p.reviewer.createdAt.second().lt(3)));
  posts.filter({ title: search('typed') }).filter((p) => p.title.search('typed'));
  // @ts-expect-error no date
  posts.filter({ views: year(2026) });
  // @ts-expect-error a number is wanted
  posts.filter({ createdAt: year('2026') });
  // @ts-expect-error no text
  posts.filter({ views: search('x') });
}
