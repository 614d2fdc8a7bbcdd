import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  between,
  contains,
  endsWith,
  exact,
  gt,
  gte,
  icontains,
  iendsWith,
  iexact,
  iregex,
  isNull,
  istartsWith,
  lt,
  lte,
  not,
  oneOf,
  regex,
  startsWith,
} from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { onEngine, openTestDatabase } from '../../support/database.ts';
import { Author, Post, Sample } from '../../support/models.ts';
import { openBlog, TITLES } from './blog.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openBlog();
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

/** Ids of the posts that a filter keeps. */
type PostFilter = Parameters<ReturnType<typeof posts>['filter']>[0];
const posts = () => session.query(Post).orderBy('id');
const ids = (filter: PostFilter): Promise<number[]> => posts().filter(filter).valuesList('id', { flat: true }).all();

describe('lookups of text', () => {
  it.each<[string, PostFilter, number[]]>([
    ['contains is case-sensitive', { title: contains('Hello') }, [1]],
    ['icontains is not', { title: icontains('hELLO') }, [1, 2]],
    ['contains %', { title: contains('50%') }, [3]],
    ['contains % alone', { title: contains('%') }, [3]],
    ['contains _', { title: contains('_') }, [3]],
    ['contains _ as no wildcard', { title: contains('o_o') }, []],
    ['contains %o as no wildcard', { title: contains('H%o') }, []],
    ['contains a backslash', { title: contains('\\') }, [3]],
    ['contains a single quote', { title: contains("it's") }, [3]],
    ['contains a double quote', { title: contains('"it') }, [3]],
    ['contains *', { title: contains('*') }, [3]],
    ['contains ?', { title: contains('?') }, [3]],
    ['contains ? as no wildcard', { title: contains('Hell?') }, []],
    ['contains [', { title: contains('[') }, [3]],
    ['contains ]', { title: contains(']') }, [3]],
    ['contains a bracket expression as text', { title: contains('[A-Z]') }, []],
    ['contains [*]', { title: contains('[*]?') }, [3]],
    ['contains an emoji', { title: contains('😀') }, [3]],
    ['contains the empty text: all', { title: contains('') }, [1, 2, 3, 4]],
    ['icontains the empty text: all', { title: icontains('') }, [1, 2, 3, 4]],
    ['icontains %', { title: icontains('% OFF') }, [3]],
    ['icontains beyond ASCII', { title: icontains('äöü STRA') }, [4]],
    ['startsWith is case-sensitive', { title: startsWith('hello') }, [2]],
    ['startsWith wildcards', { title: startsWith('50% off_[*]?\\') }, [3]],
    ['startsWith *', { title: startsWith('*') }, []],
    ['istartsWith', { title: istartsWith('HELLO') }, [1, 2]],
    ['istartsWith beyond ASCII', { title: istartsWith('äö') }, [4]],
    ['endsWith', { title: endsWith('world') }, [2]],
    ['endsWith an emoji', { title: endsWith(' 😀') }, [3]],
    ['endsWith is case-sensitive', { title: endsWith('orm') }, []],
    ['iendsWith', { title: iendsWith('orm') }, [1]],
    ['iendsWith beyond ASCII', { title: iendsWith('STRAßE') }, [4]],
    ['exact is case-sensitive', { title: exact('hello world') }, [2]],
    ['a plain value is exact', { title: 'Hello world' }, []],
    ['exact with quotes', { title: TITLES[2] }, [3]],
    ['iexact', { title: iexact('HELLO WORLD') }, [2]],
    ['iexact beyond ASCII', { title: iexact('äöü straße') }, [4]],
    ['iexact takes no wildcard', { title: iexact('hello%') }, []],
    ['regex', { title: regex('^[Hh]ello \\w+$') }, [1, 2]],
    ['regex is case-sensitive', { title: regex('^hello') }, [2]],
    ['iregex', { title: iregex('^hello ORM$') }, [1]],
    // Regular expressions are the database's own: JavaScript's on SQLite, POSIX's on PostgreSQL.
    [
      'regex with a quote and a character of Unicode',
      { title: regex(onEngine({ sqlite: 't\'s" \\p{Emoji}$', postgres: 't\'s" \\U0001F600$' })) },
      [3],
    ],
    ['an empty text equals an empty text', { body: '' }, [1, 3, 4]],
    ['oneOf with odd texts', { title: oneOf(["'; DROP TABLE post; --", TITLES[2], TITLES[3]]) }, [3, 4]],
  ])('Q1: %s', async (_, filter, expected) => {
    expect(await ids(filter)).toEqual(expected);
  });

  it.each([
    '%',
    '_',
    '\\',
    "'",
    '"',
    '*',
    '?',
    '[',
    ']',
    '^',
    '-',
    '!',
    '#',
    '~',
    '\\%',
    '[a]',
    '[^a]',
    '😀',
    'é',
    '\n',
    '\t',
    ' ',
    '--',
    '/*',
    ';',
    '`',
    '{}',
    '$1',
    ':x',
    '@x',
  ])('Q1, X1: the text %j stands for itself in every lookup', async (text) => {
    const fresh = await openTestDatabase();
    await fresh.transaction((s) => {
      for (const string of [text, `a${text}b`, `${text}b`, `a${text}`, 'ab', 'axb']) s.add(new Sample({ string }));
    });
    const s = fresh.session();
    const found = async (lookup: ReturnType<typeof contains>): Promise<(string | null)[]> =>
      s.query(Sample).filter({ string: lookup }).orderBy('id').valuesList('string', { flat: true }).all();
    for (const lookup of [contains, icontains])
      expect(await found(lookup(text))).toEqual([text, `a${text}b`, `${text}b`, `a${text}`]);
    for (const lookup of [startsWith, istartsWith])
      expect(await found(lookup(`a${text}`))).toEqual([`a${text}b`, `a${text}`]);
    for (const lookup of [endsWith, iendsWith])
      expect(await found(lookup(`${text}b`))).toEqual([`a${text}b`, `${text}b`]);
    for (const lookup of [exact<string>, iexact]) expect(await found(lookup(text))).toEqual([text]);
    expect(await found(oneOf([text, 'ab']))).toEqual([text, 'ab']);
    await fresh.close();
  });

  it('Q1: case beyond ASCII: letter by letter, the same everywhere', async () => {
    const fresh = await openTestDatabase();
    const s = fresh.session();
    const texts = [
      'É',
      'é',
      'e',
      'ΟΔΟΣ',
      'οδος',
      'οδοσ',
      'İ',
      'I',
      'ı',
      'i',
      'ß',
      'SS',
      'Straße',
      'STRASSE',
      'Ǆ',
      'Ⅳ',
      'ⅳ',
    ];
    await s.query(Sample).bulkCreate(texts.map((string) => ({ string })));
    const found = (lookup: ReturnType<typeof contains>) =>
      s.query(Sample).filter({ string: lookup }).orderBy('id').valuesList('string', { flat: true }).all();
    expect(await found(iexact('é'))).toEqual(['É', 'é']);
    expect(await found(iexact('ΟΔΟΣ'))).toEqual(['ΟΔΟΣ', 'οδοσ']);
    expect(await found(istartsWith('οδος'))).toEqual(['οδος']);
    // The Turkish letters: one with a dot in both cases is an i, one without is not.
    expect(await found(iexact('i'))).toEqual(['İ', 'I', 'i']);
    expect(await found(iexact('İ'))).toEqual(['İ', 'I', 'i']);
    expect(await found(iexact('ı'))).toEqual(['ı']);
    // No letter becomes two.
    expect(await found(iexact('ss'))).toEqual(['SS']);
    expect(await found(icontains('SSE'))).toEqual(['STRASSE']);
    expect(await found(icontains('SSE'.replace('SS', 'ß')))).toEqual(['Straße']);
    expect(await found(iendsWith('ⅳ'))).toEqual(['Ⅳ', 'ⅳ']);
    const cases = await s
      .query(Sample)
      .orderBy('id')
      .values((x) => ({ lower: x.string.lower(), upper: x.string.upper() }));
    expect(cases.map(({ lower }) => lower).join(' ')).toBe('é é e οδοσ οδος οδοσ i i ı i ß ss straße strasse ǆ ⅳ ⅳ');
    expect(cases.map(({ upper }) => upper).join(' ')).toBe('É É E ΟΔΟΣ ΟΔΟΣ ΟΔΟΣ İ I I I ß SS STRAßE STRASSE Ǆ Ⅳ Ⅳ');
    await s.close();
    await fresh.close();
  });

  it('Q1: a lookup by an expression matches row by row', async () => {
    expect(await ids((p) => p.title.startsWith(p.author.name))).toEqual([]);
    expect(await ids((p) => p.author.email.icontains(p.author.name))).toEqual([1, 2, 3]);
    expect(await ids((p) => p.author.email.istartsWith(p.author.name))).toEqual([1, 2, 3]);
    expect(await ids((p) => p.author.email.endsWith(p.body.concat('.com')))).toEqual([3]);
  });
});

describe('lookups of other values', () => {
  const day = new Date(Date.UTC(2026, 0, 2, 12, 30, 0, 2));
  it.each<[string, PostFilter, number[]]>([
    ['gt', { views: gt(10) }, [2, 4]],
    ['gte', { views: gte(10) }, [1, 2, 4]],
    ['lt', { views: lt(10) }, [3]],
    ['lte', { views: lte(10) }, [1, 3]],
    ['between, both ends', { views: between(0, 10) }, [1, 3]],
    ['between the wrong way round', { views: between(10, 0) }, []],
    ['oneOf', { views: oneOf([0, 10]) }, [1, 3]],
    ['oneOf nothing', { views: oneOf([]) }, []],
    ['oneOf of any iterable', { views: oneOf(new Set([200])) }, [2, 4]],
    ['isNull', { rating: isNull() }, [2, 4]],
    ['isNull(false)', { rating: isNull(false) }, [1, 3]],
    ['null', { rating: null }, [2, 4]],
    ['exact(null)', { price: exact<string | null>(null) }, [3]],
    ['not(exact(null))', { price: not(exact<string | null>(null)) }, [1, 2, 4]],
    ['a float', { rating: 0.1 }, [3]],
    ['gt of a float', { rating: gt(0.1) }, [1]],
    ['a boolean', { published: true }, [1, 4]],
    ['a decimal, whatever its zeros', { price: '9' }, [1]],
    ['oneOf decimals', { price: oneOf(['9.0', '10']) }, [1, 2]],
    ['gt of decimals is by value, not by text', { price: gt('9.00') }, [2]],
    ['lt of decimals', { price: lt('9.00') }, [4]],
    ['between decimals', { price: between('0.1', '9') }, [1, 4]],
    ['a date and time to the millisecond', { createdAt: day }, [2]],
    ['gt of a date', { createdAt: gt(day) }, [3]],
    ['lte of a date', { createdAt: lte(day) }, [1, 2, 4]],
    ['oneOf dates', { createdAt: oneOf([day, new Date('2025-12-31T23:59:59.999Z')]) }, [2, 4]],
    ['not(oneOf nothing): all', { views: not(oneOf<number>([])) }, [1, 2, 3, 4]],
    ['not(gt) keeps NULL', { rating: not(gt(1)) }, [2, 3, 4]],
    ['not(a lookup) twice', { rating: not(not(gt(1))) }, [1]],
  ])('Q1, Q14: %s', async (_, filter, expected) => {
    expect(await ids(filter)).toEqual(expected);
  });

  it('Q15: a list of 70,000 values is one parameter', async () => {
    const before = db.queryStats().shapes;
    const many = Array.from({ length: 70_000 }, (_, i) => i + 5);
    expect(await ids({ views: oneOf(many) })).toEqual([1, 2, 4]);
    expect(
      posts()
        .filter({ views: oneOf(many) })
        .toSQL().parameters,
    ).toHaveLength(1);
    expect(await ids({ views: oneOf([1]) })).toEqual([]);
    expect(db.queryStats().shapes - before).toBeLessThanOrEqual(2);
  });

  it('Q1: texts that look like numbers stay texts in a list, and are not the numbers', async () => {
    const fresh = await openTestDatabase();
    await fresh.transaction((s) =>
      s.add(
        new Sample({ string: '007' }),
        new Sample({ string: '7' }),
        new Sample({ string: '1e3' }),
        new Sample({ string: 'null' }),
        new Sample({}),
      ),
    );
    const found = (list: string[]) =>
      fresh
        .session()
        .query(Sample)
        .filter({ string: oneOf(list) })
        .orderBy('id')
        .valuesList('string', { flat: true })
        .all();
    expect(await found(['7'])).toEqual(['7']);
    expect(await found(['007', '1000', 'null'])).toEqual(['007', 'null']);
    await fresh.close();
  });

  it('Q1: every type finds its own value by exact, oneOf, gte and lte', async () => {
    const values = {
      int: -2_147_483_648,
      smallInt: 32_767,
      bigint: 9_007_199_254_740_993n,
      float: 1e-7,
      decimal: '-12345678.0001',
      string: 'Ünï😀',
      text: "line\nline 'two'",
      bool: false,
      date: '2024-02-29',
      time: '23:59:59.999',
      datetime: new Date('0001-01-01T00:00:00.001Z'),
      uuid: '0190A000-0000-7000-8000-00000000000A',
      enum: 'green',
      binary: new Uint8Array([0, 255, 39]),
    } as const;
    const fresh = await openTestDatabase();
    await fresh.transaction((s) => s.add(new Sample({ ...values }), new Sample({})));
    const s = fresh.session();
    for (const [name, value] of Object.entries(values)) {
      const lookups = [
        value,
        exact(value),
        oneOf([value]),
        gte(value as string),
        lte(value as string),
        between(value as string, value as string),
      ];
      for (const lookup of lookups) {
        expect([
          name,
          await s
            .query(Sample)
            .filter({ [name]: lookup })
            .valuesList('id', { flat: true })
            .all(),
        ]).toEqual([name, [1]]);
      }
      expect([
        name,
        await s
          .query(Sample)
          .filter({ [name]: not(exact(value)) })
          .valuesList('id', { flat: true })
          .all(),
      ]).toEqual([name, [2]]);
      expect([
        name,
        await s
          .query(Sample)
          .exclude({ [name]: oneOf([value]) })
          .valuesList('id', { flat: true })
          .all(),
      ]).toEqual([name, [2]]);
    }
    await fresh.close();
  });

  it('Q1: a JSON column is asked by exact()', async () => {
    const fresh = await openTestDatabase();
    await fresh.transaction((s) =>
      s.add(
        new Sample({ json: { theme: 'dark' } }),
        new Sample({ json: [1] }),
        new Sample({ json: 'text' }),
        new Sample({}),
      ),
    );
    const found = (json: Parameters<typeof exact>[0]) =>
      fresh
        .session()
        .query(Sample)
        .filter({ json: exact(json) })
        .valuesList('id', { flat: true })
        .all();
    expect(await found({ theme: 'dark' })).toEqual([1]);
    expect(await found([1])).toEqual([2]);
    expect(await found('text')).toEqual([3]);
    expect(await fresh.session().query(Sample).filter({ json: null }).valuesList('id', { flat: true })).toEqual([4]);
    await fresh.close();
  });

  it('Q4: exclude keeps rows whose value is NULL, ne() counts NULL as different', async () => {
    const left = (filter: PostFilter) => posts().exclude(filter).valuesList('id', { flat: true }).all();
    expect(await left({ rating: 4.5 })).toEqual([2, 3, 4]);
    expect(await left({ rating: gt(0) })).toEqual([2, 4]);
    expect(await left({ reviewer: { name: 'Bob' } })).toEqual([2, 3, 4]);
    expect(await left({ reviewer: { bio: icontains('100%') } })).toEqual([1, 2, 4]);
    expect(await left((p) => p.price.gt('9.50'))).toEqual([1, 3, 4]);
    expect(await left({ rating: null })).toEqual([1, 3]);
    expect(await ids((p) => p.rating.ne(4.5))).toEqual([2, 3, 4]);
    expect(await ids((p) => p.rating.ne(null))).toEqual([1, 3]);
    expect(await ids((p) => p.rating.eq(null))).toEqual([2, 4]);
    expect(await ids((p) => p.reviewer.name.ne('Bob'))).toEqual([2, 3, 4]);
    expect(await ids((p) => p.views.notOneOf([10, 0]))).toEqual([2, 4]);
    expect(await ids((p) => p.rating.notOneOf([4.5]))).toEqual([2, 3, 4]);
    expect(await ids((p) => p.rating.oneOf([]))).toEqual([]);
  });

  it('Q1: authors by role, age and e-mail', async () => {
    const names = async (filter: Parameters<ReturnType<typeof authors>['filter']>[0]) =>
      authors().filter(filter).valuesList('name', { flat: true }).all();
    const authors = () => session.query(Author).orderBy('id');
    expect(await names({ role: oneOf(['admin', 'guest']) })).toEqual(['Ann', 'Ünal']);
    expect(await names({ role: startsWith('adm') as never })).toEqual(['Ann']);
    expect(await names({ email: iendsWith('@x.ORG') })).toEqual(['Ann', 'Ünal']);
    expect(await names({ name: icontains('ü') })).toEqual(['Ünal']);
    expect(await names({ age: not(gte(40)) })).toEqual(['Ann', 'Bob']);
  });
});
