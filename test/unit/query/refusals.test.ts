import { afterAll, beforeAll, describe, it } from 'vitest';

import {
  between,
  contains,
  count,
  exact,
  gt,
  icontains,
  InvalidQueryError,
  InvalidValueError,
  isNull,
  Lookup,
  oneOf,
  or,
  regex,
  some,
  sql,
  sum,
  UnknownFieldError,
  UnsupportedError,
} from 'blazeorm';
import type { Database, Session } from 'blazeorm';

import { expectRefused, openTestDatabase } from '../../support/database.ts';
import { Author, Comment, Post, Sample, Tag, Venue } from '../../support/models.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase();
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

/** A query as JavaScript sees it: what the types refuse has to be refused at run time as well. */
interface Loose {
  [method: string]: (...args: unknown[]) => Loose & PromiseLike<unknown>;
}
const loose = (modelClass: unknown): Loose => session.query(modelClass as typeof Post) as unknown as Loose;
const filter =
  (value: unknown, modelClass: unknown = Post) =>
  () =>
    loose(modelClass)['filter']!(value);
const call =
  (method: string, ...args: unknown[]) =>
  () =>
    loose(Post)[method]!(...args);
type Refs = Record<string, Record<string, (...args: unknown[]) => unknown>>;
const by = (make: (p: Refs) => unknown) => filter((p: Refs) => make(p));

type Row = readonly [title: string, call: () => unknown, message: string];
const each = (rows: readonly Row[], type: abstract new (...args: never) => Error, code: string, ids: string): void => {
  it.each(rows)(`${ids}: %s`, async (_, attempt, message) => {
    // The values set or query is awaited too, for what shows only when it is planned.
    await expectRefused(db, async () => await attempt(), { type, code, message });
  });
};

const FIELDS = 'Did you mean';

describe('names', () => {
  each(
    [
      ['a field that is not there', filter({ titel: 'x' }), `Post has no field 'titel'. ${FIELDS} 'title'?`],
      [
        'a lookup by suffix',
        filter({ title__contains: 'x' }),
        "Post has no field 'title__contains'. Use one of: id, title, body, views, rating, price, published, createdAt, authorId, reviewerId, author, reviewer, tags, comments.",
      ],
      [
        'a path in a name',
        filter({ 'author.name': 'x' }),
        "Post has no field 'author.name'. Use one of: id, title, body, views, rating, price, published, createdAt, authorId, reviewerId, author, reviewer, tags, comments.",
      ],
      ['a nested field', filter({ author: { nme: 'x' } }), `Author has no field 'nme'. ${FIELDS} 'name'?`],
      [
        'a field behind to-many',
        filter({ comments: some({ bdy: 'x' } as object) }),
        `Comment has no field 'bdy'. ${FIELDS} 'body'?`,
      ],
      [
        'a part of an embedded value',
        filter({ address: { town: 'x' } }, Venue),
        "Venue.address has no part 'town'. Use one of: street, city, floor.",
      ],
      [
        '__proto__ from JSON',
        filter(JSON.parse('{"__proto__": {"views": 1}}')),
        "Post has no field '__proto__'. Use one of: id, title, body, views, rating, price, published, createdAt, authorId, reviewerId, author, reviewer, tags, comments.",
      ],
      [
        'constructor from JSON',
        filter(JSON.parse('{"constructor": 1}'), Tag),
        "Tag has no field 'constructor'. Use one of: id, name, posts.",
      ],
      ['toString', filter({ toString: 'x' }, Tag), "Tag has no field 'toString'. Use one of: id, name, posts."],
      ['$where', filter({ $where: '1=1' }, Tag), "Tag has no field '$where'. Use one of: id, name, posts."],
      ['SQL for a name', filter({ '1=1; --': 1 }, Tag), "Tag has no field '1=1; --'. Use one of: id, name, posts."],
      [
        'a column name for an attribute',
        filter({ created_at: new Date() }),
        `Post has no field 'created_at'. ${FIELDS} 'createdAt'?`,
      ],
      ['a name in a callback', by((p) => p['titel']!['eq']!('x')), `Post has no field 'titel'. ${FIELDS} 'title'?`],
      [
        'a nested name in a callback',
        by((p) => (p['author'] as unknown as Refs)['nme']!['eq']!('x')),
        `Author has no field 'nme'. ${FIELDS} 'name'?`,
      ],
      ['orderBy', call('orderBy', '-titel'), `Post has no field 'titel'. ${FIELDS} 'title'?`],
      [
        'orderBy by SQL',
        call('orderBy', 'title; DROP TABLE post'),
        "Post has no field 'title; DROP TABLE post'. Use one of: id, title, body, views, rating, price, published, createdAt, authorId, reviewerId.",
      ],
      [
        'orderBy by a relation',
        call('orderBy', 'author'),
        "Post.author is a relation, and a column is wanted here. Use 'authorId'.",
      ],
      [
        'orderBy by nothing',
        call('orderBy', '-'),
        "Post has no field ''. Use one of: id, title, body, views, rating, price, published, createdAt, authorId, reviewerId.",
      ],
      ['only', call('only', 'tilte'), `Post has no field 'tilte'. ${FIELDS} 'title'?`],
      [
        'defer by a relation',
        call('defer', 'reviewer'),
        "Post.reviewer is a relation, and a column is wanted here. Use 'reviewerId'.",
      ],
      ['values', call('values', 'id', 'veiws'), `Post has no field 'veiws'. ${FIELDS} 'views'?`],
      ['valuesList', call('valuesList', 'comments'), "Post has no field 'comments'. Did you mean 'comments'?"],
      [
        'values sorted by another column',
        () => loose(Post)['values']!('id')['orderBy']!('title'),
        "The values have no column 'title'. Use one of: id.",
      ],
      [
        'selectRelated',
        call('selectRelated', 'athor'),
        "Post has no relation 'athor' (in the path 'athor'). Did you mean 'author'?",
      ],
      [
        'a nested path',
        call('prefetchRelated', 'comments.athor'),
        "Comment has no relation 'athor' (in the path 'comments.athor'). Did you mean 'author'?",
      ],
      [
        'a path over a column',
        call('prefetchRelated', 'title.x'),
        "Post has no relation 'title' (in the path 'title.x'). Use one of: author, reviewer, tags, comments.",
      ],
      [
        'a path by prototype',
        call('selectRelated', '__proto__'),
        "Post has no relation '__proto__' (in the path '__proto__'). Use one of: author, reviewer, tags, comments.",
      ],
      [
        'an empty path',
        call('prefetchRelated', ''),
        "Post has no relation '' (in the path ''). Use one of: author, reviewer, tags, comments.",
      ],
      [
        'update',
        () => loose(Post)['filter']!({ id: 1 })['update']!({ titel: 'x' }),
        `Post has no field 'titel'. ${FIELDS} 'title'?`,
      ],
      [
        'update by prototype',
        () => loose(Tag)['filter']!({ id: 1 })['update']!(JSON.parse('{"__proto__": 1}')),
        "Tag has no field '__proto__'. Use one of: id, name.",
      ],
    ].map((row) => row as unknown as Row),
    UnknownFieldError,
    'E_UNKNOWN_FIELD',
    'X1, X2',
  );
});

describe('values', () => {
  each(
    [
      [
        'undefined',
        filter({ title: undefined }),
        'Post.title was compared with undefined. Leave the key out, or use null to ask for NULL.',
      ],
      [
        'undefined for a relation',
        filter({ author: undefined }),
        'Post.author was compared with undefined. Leave the key out, or use null to ask for NULL.',
      ],
      [
        'undefined in a nested filter',
        filter({ author: { name: undefined } }),
        'Author.name was compared with undefined. Leave the key out, or use null to ask for NULL.',
      ],
      [
        'undefined in a lookup',
        filter({ views: gt(undefined as never) }),
        'Post.views was compared with undefined. Leave the key out, or use null to ask for NULL.',
      ],
      [
        'undefined in a list',
        filter({ views: oneOf([1, undefined as never]) }),
        'Post.views was compared with undefined. Leave the key out, or use null to ask for NULL.',
      ],
      [
        'undefined for a list',
        filter({ views: oneOf(undefined as never) }),
        'Post.views takes a list here, not undefined.',
      ],
      [
        'half of a range',
        filter({ views: between(1, undefined as never) }),
        'Post.views was compared with undefined. Leave the key out, or use null to ask for NULL.',
      ],
      [
        'undefined for a to-many relation',
        filter({ comments: undefined }),
        'Post.comments is a relation to many and takes a filter, an entity, some(), none() or every(), not undefined.',
      ],
      [
        'undefined in a callback',
        by((p) => p['views']!['gt']!(undefined)),
        'Post.views was compared with undefined. Leave the key out, or use null to ask for NULL.',
      ],
      ['NaN', filter({ rating: NaN }), 'Post.rating takes a finite number, not NaN.'],
      ['NaN for an integer', filter({ views: NaN }), 'Post.views takes an integer, not NaN.'],
      ['Infinity', filter({ rating: gt(Infinity) }), 'Post.rating takes a finite number, not an infinite number.'],
      ['a fraction for an integer', filter({ views: 3.9 }), 'Post.views takes an integer, not a fractional number.'],
      [
        'an integer that is too large',
        filter({ views: 2 ** 31 }),
        'Post.views takes an integer from -2147483648 to 2147483647.',
      ],
      ['text for an integer', filter({ views: '1' }), 'Post.views takes an integer, not a string.'],
      ['text for a key', filter({ author: '1' }), 'Post.author takes an integer, not a string.'],
      ['true for text', filter({ title: true }), 'Post.title takes a string, not a boolean.'],
      ['0 for text', filter({ title: 0 }), 'Post.title takes a string, not an integer.'],
      ['1 for a boolean', filter({ published: 1 }), 'Post.published takes true or false, not an integer.'],
      ['text for a boolean', filter({ published: 'true' }), 'Post.published takes true or false, not a string.'],
      [
        'a number for a decimal',
        filter({ price: 9.99 }),
        "Post.price takes a decimal as a string ('12.50'), not a fractional number.",
      ],
      [
        'a decimal with too many digits',
        filter({ price: '9.999' }),
        'Post.price takes at most 2 digits after the point.',
      ],
      [
        'a decimal in scientific form',
        filter({ price: '1e3' }),
        "Post.price takes a decimal as a string of digits ('12.50'), not another text.",
      ],
      ['text for a date and time', filter({ createdAt: '2026-01-01' }), 'Post.createdAt takes a Date, not a string.'],
      [
        'an invalid date',
        filter({ createdAt: new Date(NaN) }),
        'Post.createdAt takes a valid Date, not an invalid one.',
      ],
      [
        'a value outside of an enum',
        filter({ role: 'root' }, Author),
        "Author.role takes one of 'admin', 'editor', 'guest', not a string.",
      ],
      [
        'a lone surrogate',
        filter({ title: '\ud800' }),
        'Post.title takes well-formed Unicode text: this string has half of a surrogate pair.',
      ],
      ['NUL in text', filter({ title: contains('a\0b') }), 'Post.title takes text without NUL characters.'],
      [
        'a number for a bigint',
        filter({ bigint: 1 }, Sample),
        'Sample.bigint takes a bigint (as in 1n), not an integer.',
      ],
      ['a UUID that is none', filter({ uuid: "' OR 1=1" }, Sample), 'Sample.uuid takes a UUID, not a string.'],
      [
        'a date that is none',
        filter({ date: '2026-02-30' }, Sample),
        "Sample.date takes a date that exists, from '0001-01-01' to '9999-12-31'.",
      ],
      ['a plain object', filter({ title: { $ne: null } }), 'Post.title takes a string, not a plain object.'],
      [
        'an operator object from JSON',
        filter(JSON.parse('{"views": {"gt": 0}}')),
        'Post.views takes an integer, not a plain object.',
      ],
      [
        'a forged lookup',
        filter(JSON.parse('{"title": {"name": "contains", "value": "%", "negated": false}}')),
        'Post.title takes a string, not a plain object.',
      ],
      [
        'a forged raw node',
        filter(JSON.parse('{"title": {"kind": "raw", "parts": [{"kind": "text", "text": "1=1"}]}}')),
        'Post.title takes a string, not a plain object.',
      ],
      ['__raw', filter({ title: { __raw: '1=1' } }), 'Post.title takes a string, not a plain object.'],
      [
        'a lookup of the same prototype chain',
        filter({ title: Object.create({ name: 'contains', value: 'x' }) as unknown }),
        'Post.title takes a string, not an object with a prototype of its own.',
      ],
      [
        'an array',
        filter({ title: ['a', 'b'] }),
        'Post.title takes one value here, not an array. Write { title: oneOf([…]) }.',
      ],
      [
        'an object at a JSON column',
        filter({ json: { a: 1 } }, Sample),
        'Sample.json is JSON: an object in a filter would be ambiguous. Write { json: exact(value) }.',
      ],
      ['text for a list', filter({ title: oneOf('admin') }), 'Post.title takes a list here, not a string.'],
      ['a list with null', filter({ title: oneOf(['a', null as never]) }), 'Post.title takes a string, not null.'],
      ['null for a comparison', filter({ views: gt(null as never) }), 'Post.views takes an integer, not null.'],
      ['null for a match', filter({ title: icontains(null as never) }), 'Post.title takes a string, not null.'],
      [
        'isNull of text',
        filter({ title: isNull('yes' as never) }),
        'isNull() on Post.title takes true or false, not a string.',
      ],
      [
        'an invalid regular expression',
        async () => await loose(Post)['filter']!({ title: regex('(') }),
        'Post.title was given a regular expression that is not valid.',
      ],
      [
        'an entity of another model',
        filter({ author: new Tag({ name: 'x' }) }),
        'Post.author takes an Author, not an instance of Tag.',
      ],
      [
        'an entity without a key',
        filter({ author: new Author({ name: 'x', email: 'y' }) }),
        'Post.author was compared with an Author that has no key yet. Flush the session first.',
      ],
      [
        'a value where a to-many relation stands',
        filter({ comments: 5 }),
        'Post.comments is a relation to many and takes a filter, an entity, some(), none() or every(), not an integer.',
      ],
      [
        'text where an embedded value stands',
        filter({ address: 'Bath' }, Venue),
        'Venue.address takes an object of its parts, not a string.',
      ],
      ['a wrong type in a callback', by((p) => p['views']!['gt']!('3')), 'Post.views takes an integer, not a string.'],
      [
        'an object in a callback',
        by((p) => p['title']!['eq']!({ toString: () => 'x' })),
        'Post.title takes a string, not a plain object.',
      ],
      [
        'undefined in the sql tag',
        () => sql`${undefined}`,
        'sql`…` was given undefined as a value. Give a string, number, bigint, boolean, Date, Uint8Array or null; for a name use sql.id().',
      ],
      [
        'an object in the sql tag',
        () => sql`${{ toString: () => '1=1' }}`,
        'sql`…` was given a plain object as a value. Give a string, number, bigint, boolean, Date, Uint8Array or null; for a name use sql.id().',
      ],
      [
        'a lone surrogate in the sql tag',
        () => sql`${'\udfff'}`,
        'sql.value takes well-formed Unicode text: this string has half of a surrogate pair.',
      ],
      [
        'the sql tag as a function',
        () => (sql as unknown as (text: string) => unknown)('SELECT 1'),
        'sql is a template tag: write sql`…`, so that values become parameters.',
      ],
      ['sql.id of nothing', () => sql.id(), "sql.id() takes one or more names: sql.id('schema', 'table')."],
      [
        'sql.id of an object',
        () => sql.id({} as string),
        "sql.id() takes one or more names: sql.id('schema', 'table').",
      ],
      [
        'update with undefined',
        () => loose(Post)['filter']!({ id: 1 })['update']!({ title: undefined }),
        'update() was given undefined for Post.title. Leave the field out, or give null to set NULL.',
      ],
      [
        'update with a wrong type',
        () => loose(Post)['filter']!({ id: 1 })['update']!({ views: '1' }),
        'Post.views takes an integer, not a string.',
      ],
      [
        'update of a required column with null',
        () => loose(Post)['filter']!({ id: 1 })['update']!({ title: null }),
        'Post.title takes a string, not null.',
      ],
      [
        'update with an entity of another model',
        () => loose(Post)['filter']!({ id: 1 })['update']!({ author: new Tag({ name: 'x' }) }),
        'Post.author takes an Author, not an instance of Tag.',
      ],
      [
        'a value that is no expression',
        () => loose(Post)['annotate']!((() => ({ n: 5 })) as unknown),
        "'n' of annotate() takes an expression such as p.views, not an integer.",
      ],
      ['sum of no expression', () => sum(5 as never), 'sum() takes an expression such as p.views, not an integer.'],
    ].map((row) => row as unknown as Row),
    InvalidValueError,
    'E_INVALID_VALUE',
    'Q14, X1, X2',
  );
});

describe('calls', () => {
  const whole = (method: string, what: string): string => `${method}() takes a whole number from 0, not ${what}.`;
  const column = 'A column of Post is named by a text, not';
  each(
    [
      ['limit of -1', call('limit', -1), whole('limit', 'this one')],
      ['limit of 1.5', call('limit', 1.5), whole('limit', 'this one')],
      ['limit of NaN', call('limit', NaN), whole('limit', 'this one')],
      ['limit of Infinity', call('limit', Infinity), whole('limit', 'this one')],
      ['limit of a text', call('limit', '1; DROP TABLE post'), whole('limit', 'a string')],
      ['limit of undefined', call('limit', undefined), whole('limit', 'undefined')],
      ['limit of an object', call('limit', {}), whole('limit', 'a plain object')],
      ['offset of -1', call('offset', -1), whole('offset', 'this one')],
      ['offset of a bigint', call('offset', 1n), whole('offset', 'a bigint')],
      ['offset of 2 ** 53', call('offset', 2 ** 53), whole('offset', 'this one')],
      ['limit of values', () => loose(Post)['values']!('id')['limit']!(-1), whole('limit', 'this one')],
      ['filter of undefined', filter(undefined), 'A filter of Post is an object, a Q or a callback, not undefined.'],
      ['filter of null', filter(null), 'A filter of Post is an object, a Q or a callback, not null.'],
      ['filter of text', filter('1=1'), 'A filter of Post is an object, a Q or a callback, not a string.'],
      ['filter of an array', filter([{ id: 1 }]), 'A filter of Post is an object, a Q or a callback, not an array.'],
      [
        'filter with a prototype',
        filter(Object.create({ views: 1 })),
        'A filter of Post is an object, a Q or a callback, not an object with a prototype of its own.',
      ],
      ['filter with a symbol', filter({ [Symbol('x')]: 1 }), 'A filter of Post has a symbol for a key.'],
      ['get of undefined', call('get', undefined), 'A filter of Post is an object, a Q or a callback, not undefined.'],
      [
        'or of undefined',
        filter(or(undefined as never)),
        'A filter of Post is an object, a Q or a callback, not undefined.',
      ],
      [
        'some of a text',
        filter({ comments: some('x' as never) }),
        'A filter of Comment is an object, a Q or a callback, not a string.',
      ],
      [
        'a callback that gives true',
        by(() => true),
        'A condition is an expression such as p.views.gt(3), not a boolean.',
      ],
      [
        'a callback that gives a number',
        by((p) => p['views']),
        'A condition must be true or false, and this expression is neither.',
      ],
      [
        'a callback that gives a relation',
        by((p) => p['author']),
        'A condition is an expression such as p.views.gt(3), not an object with a prototype of its own.',
      ],
      [
        'a callback that gives a filter',
        by(() => ({ views: 1 })),
        'A condition is an expression such as p.views.gt(3), not a plain object.',
      ],
      [
        'and() of a value',
        by((p) => p['published']!['and']!(true)),
        'A condition is an expression such as p.views.gt(3), not a boolean.',
      ],
      [
        'a text lookup on a number',
        filter({ views: contains('1' as never) }),
        'Post.views is not text: contains does not apply to it.',
      ],
      [
        'a text lookup on a date',
        filter({ date: icontains('2026') }, Sample),
        'Sample.date is not text: icontains does not apply to it.',
      ],
      ['some() on a column', filter({ title: some() }), 'some() is for relations to many, and Post.title is a column.'],
      [
        'gt() on a to-many relation',
        filter({ comments: gt(3) }),
        'Post.comments is a relation to many: use some(), none() or every(), not gt().',
      ],
      [
        'a text function on a number',
        by((p) => p['views']!['lower']!()),
        'lower() is for text, which Post.views is not.',
      ],
      ['arithmetic on a text', by((p) => p['title']!['plus']!(1)), 'plus() is for numbers, which Post.title is not.'],
      [
        'arithmetic with a text column',
        by((p) => p['views']!['plus']!(p['title'])),
        'plus() is for numbers, which Post.title is not.',
      ],
      ['a date part of a text', by((p) => p['title']!['year']!()), 'year() is for dates, which Post.title is not.'],
      ['round to -1 digits', by((p) => p['rating']!['round']!(-1)), 'round() takes 0 to 15 digits.'],
      [
        'the sum of texts',
        call('aggregate', (p: Refs) => ({ n: sum(p['title'] as never) })),
        'sum() is for numbers, which Post.title is not.',
      ],
      [
        'the sum of texts of a relation',
        () => session.query(Author).annotate((a) => ({ n: a.posts.sum((p) => p.title as never) })),
        'sum() is for numbers, which Post.title is not.',
      ],
      [
        'an aggregate in a filter',
        by(() => (count() as unknown as { gt(n: number): unknown }).gt(1)),
        'A filter of Post is about single rows and cannot hold an aggregate of the query. Aggregate a relation, as in p.comments.count(), or use values() or aggregate().',
      ],
      [
        'an aggregate in an order',
        call('orderBy', () => count()),
        'orderBy() of Post is about single rows and cannot hold an aggregate of the query. Aggregate a relation, as in p.comments.count(), or use values() or aggregate().',
      ],
      [
        'an aggregate of an aggregate',
        () => sum(count()),
        'sum() is about single rows and cannot hold an aggregate of the query. Aggregate a relation, as in p.comments.count(), or use values() or aggregate().',
      ],
      [
        'an aggregate in an annotation',
        () => session.query(Post).annotate(() => ({ n: count() })),
        "The annotation 'n' aggregates the query itself. Aggregate a relation, as in m.posts.count(), or use values() or aggregate().",
      ],
      [
        'aggregate() of a column',
        call('aggregate', (p: Refs) => ({ v: p['views'] })),
        'aggregate() takes aggregates only, such as sum(l.quantity).',
      ],
      [
        'aggregate() of a limited set',
        () =>
          session
            .query(Post)
            .limit(1)
            .aggregate(() => ({ n: count() })),
        'aggregate() is over the whole set: take away limit(), offset() and distinct().',
      ],
      ['aggregate() of nothing', call('aggregate', () => ({})), 'aggregate() was given no expression.'],
      [
        'aggregate() without a callback',
        call('aggregate', { n: 1 }),
        'aggregate() takes a callback that gives named expressions.',
      ],
      [
        'annotate that gives no object',
        call('annotate', () => 5),
        'annotate() takes a callback that gives an object of expressions.',
      ],
      [
        'an annotation that hides a field',
        call('annotate', (p: Refs) => ({ title: p['body'] })),
        "The annotation 'title' would hide Post.title: give it another name.",
      ],
      [
        'an annotation that hides a method',
        call('annotate', (p: Refs) => ({ toJSON: p['body'] })),
        "The annotation 'toJSON' would hide Post.toJSON: give it another name.",
      ],
      [
        'an annotation named constructor',
        call('annotate', (p: Refs) => ({ constructor: p['body'] })),
        "The annotation 'constructor' would hide Post.constructor: give it another name.",
      ],
      [
        'a value named __proto__',
        call('values', (p: Refs) => ({ ['__proto__']: p['body'] })),
        "values() cannot name a value '__proto__'.",
      ],
      [
        'orderBy of a number',
        call('orderBy', 1),
        "orderBy() takes names such as '-createdAt' and callbacks, not an integer.",
      ],
      [
        'orderBy of an object',
        call('orderBy', { kind: 'raw' }),
        "orderBy() takes names such as '-createdAt' and callbacks, not a plain object.",
      ],
      [
        'nulls in the middle',
        call('orderBy', (p: Refs) => p['rating']!['asc']!({ nulls: 'middle' })),
        "An order takes { nulls: 'first' } or { nulls: 'last' }.",
      ],
      ['only of undefined', call('only', undefined), `${column} undefined.`],
      ['values of an array', call('values', ['id']), `${column} an array.`],
      ['values of undefined', call('values', undefined), `${column} undefined.`],
      [
        'flat values of two columns',
        call('valuesList', 'id', 'title', { flat: true }),
        'valuesList() with { flat: true } takes exactly one column.',
      ],
      [
        'valuesList with an unknown option',
        call('valuesList', 'id', { flatten: true }),
        "valuesList() has no option 'flatten'. Use { flat: true } or none.",
      ],
      [
        'a path that is no text',
        call('selectRelated', ['author']),
        "A path of Post is a text such as 'author.company', not an array.",
      ],
      [
        'selectRelated over to-many',
        call('selectRelated', 'comments.author'),
        "selectRelated('comments.author') crosses Post.comments, which leads to many rows. Use .prefetchRelated('comments.author').",
      ],
      [
        'update of nothing',
        () => loose(Post)['filter']!({ id: 1 })['update']!({}),
        'update() was given nothing to set.',
      ],
      [
        'update of the key',
        () => loose(Post)['filter']!({ id: 1 })['update']!({ id: 2 }),
        'update() cannot set Post.id: it is the key.',
      ],
      [
        'update by a join',
        () =>
          session
            .query(Post)
            .filter({ id: 1 })
            .update({ title: (p) => p.author.name }),
        'update() of Post can compute from its own columns only.',
      ],
      [
        'last of a limited set',
        () => session.query(Post).limit(1).last(),
        'last() of a limited set is ambiguous: reverse the order and take first().',
      ],
      ['iterate by no batch', call('iterate', { batchSize: 0 }), 'iterate() takes a batchSize of at least 1.'],
      [
        'an expression of another model',
        () => {
          let leaked: unknown;
          session.query(Author).filter((a) => {
            leaked = a.name;
            return a.name.eq('x');
          });
          return loose(Comment)['filter']!((c: Refs) => c['body']!['eq']!(leaked))['toSQL']!();
        },
        'An expression of Author stands in a query of Comment. Use the parameter of the innermost callback that is about the model.',
      ],
    ].map((row) => row as unknown as Row),
    InvalidQueryError,
    'E_INVALID_QUERY',
    'Q13, X1',
  );

  it('X2: a lookup of a name that does not exist is refused, even by its own class', async () => {
    await expectRefused(db, filter({ title: new Lookup('raw' as 'exact', '1=1') }), {
      type: InvalidQueryError,
      message:
        'There is no lookup of this name for Post.title. Use the functions that the package exports, such as gte(3).',
    });
  });

  it('Q1: what SQLite cannot compare is refused before it is sent', async () => {
    await expectRefused(db, async () => await session.query(Sample).filter((x) => x.wide.gt('1')), {
      type: UnsupportedError,
      code: 'E_UNSUPPORTED',
      message: 'SQLite cannot do this: to compute, compare or sort decimals of more than 18 digits.',
    });
    await session.query(Sample).filter({ wide: exact('1') });
  });
});
