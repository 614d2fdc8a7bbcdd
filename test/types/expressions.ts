/** The callback form: columns as expressions, arithmetic, nullability, aggregates. */
import {
  avg,
  type Cond,
  count,
  type DayExpr,
  type DecExpr,
  f,
  max,
  min,
  model,
  type NumExpr,
  type Session,
  sql,
  sum,
  type StrExpr,
} from './orm.ts';
import { same } from './expect.ts';
import { Author, Post } from './models.ts';
import type { Comment } from './models2.ts';
import { Invoice, InvoiceLine, Track } from './chinook.ts';

declare const session: Session;
const posts = session.query(Post);
const lines = session.query(InvoiceLine);

class Numbers extends model('numbers', {
  id: f.auto(),
  n: f.int(),
  maybe: f.int({ nullable: true }),
  big: f.bigint(),
  x: f.float(),
  d: f.decimal({ precision: 8, scale: 2 }),
  maybeD: f.decimal({ precision: 8, scale: 2, nullable: true }),
  s: f.string(),
  maybeS: f.string({ nullable: true }),
  b: f.bool(),
  maybeB: f.bool({ nullable: true }),
  at: f.datetime(),
  maybeAt: f.datetime({ nullable: true }),
  day: f.date(),
  json: f.json<{ a: number }>(),
  role: f.enum(['a', 'b']),
  place: f.embedded({ city: f.string() }),
}) {}
const numbers = session.query(Numbers);

export async function arithmetic() {
  const rows = await numbers.values((m) => ({
    plus: m.n.plus(1),
    sum: m.n.plus(m.n),
    withNull: m.n.plus(m.maybe),
    fromNull: m.maybe.plus(m.n),
    minus: m.n.minus(1).times(2),
    divided: m.n.dividedBy(2),
    dividedByColumn: m.n.dividedBy(m.x),
    nullDivided: m.maybe.dividedBy(2),
    mod: m.n.mod(2),
    modColumn: m.n.mod(m.n),
    abs: m.n.abs().neg().round(1),
    big: m.big.plus(1n),
    bigSmall: m.big.plus(m.n),
    smallBig: m.n.times(m.big),
    literalBig: m.maybe.minus(1n),
    modBig: m.n.mod(m.big),
    toDecimal: m.n.times(m.d),
    decimal: m.d.times(m.n),
    decimalLiteral: m.d.plus('1.50').minus(1).times(2n),
    decimalNull: m.d.plus(m.maybeD),
    numberNullDecimal: m.maybe.times(m.d),
    decimalNullNumber: m.d.times(m.maybe),
    decimalDivided: m.d.dividedBy(3),
    decimalByColumn: m.d.dividedBy(m.n),
    numberByDecimal: m.n.dividedBy(m.d),
    rounded: m.d.round(1),
  }));
  same<{
    plus: number;
    sum: number;
    withNull: number | null;
    fromNull: number | null;
    minus: number;
    divided: number;
    dividedByColumn: number | null;
    nullDivided: number | null;
    mod: number;
    modColumn: number | null;
    abs: number;
    big: bigint;
    bigSmall: bigint;
    smallBig: bigint;
    literalBig: bigint | null;
    modBig: bigint | null;
    toDecimal: string;
    decimal: string;
    decimalLiteral: string;
    decimalNull: string | null;
    numberNullDecimal: string | null;
    decimalNullNumber: string | null;
    decimalDivided: string;
    decimalByColumn: string | null;
    numberByDecimal: string | null;
    rounded: string;
  }>()(rows[0]!);
  numbers.filter((m) => {
    same<DecExpr<string>>()(m.d.times(m.n));
    same<NumExpr<number>>()(m.n.plus(1));
    same<DayExpr<string>>()(m.day);
    same<StrExpr<'a' | 'b'>>()(m.role);
    same<Cond>()(m.b);
    // @ts-expect-error text is not a number
    m.n.plus('1');
    // @ts-expect-error text is not a number
    m.n.plus(m.s);
    // @ts-expect-error text is not a decimal
    m.d.plus(m.s);
    // @ts-expect-error a text has no arithmetic
    m.s.plus(1);
    // @ts-expect-error a date has no arithmetic
    m.at.plus(1);
    // @ts-expect-error a number has no text functions
    m.n.lower();
    return m.n.gt(0);
  });
}

export function comparisons() {
  numbers.filter((m) => m.n.eq(1).and(m.n.ne(2), m.n.gt(m.maybe)).or(m.s.eq('x')).not());
  numbers.filter((m) =>
    m.at.between(new Date(0), new Date()).and(m.at.year().eq(2026), m.at.month().lte(6), m.at.day().gt(1)),
  );
  numbers.filter((m) => m.maybe.isNull().or(m.maybe.isNotNull(), m.maybe.eq(null)));
  numbers.filter((m) => m.role.oneOf(['a', 'b']).or(m.role.notOneOf(['a']), m.role.eq('a')));
  numbers.filter((m) => m.b);
  numbers.filter((m) => m.maybeB);
  numbers.filter((m) => m.b.and(m.maybeB, m.n.gt(0)));
  numbers.filter((m) => m.s.lower().trim().upper().length().gt(3));
  numbers.filter((m) =>
    m.s.icontains('x').or(m.s.startsWith(m.maybeS), m.s.regex('^x'), m.s.concat('x', m.maybeS).eq('y')),
  );
  numbers.filter((m) => m.place.city.eq('x').and(m.json.eq({ a: 1 })));
  numbers.filter((m) => m.d.gt('1.5').and(m.d.eq(m.maybeD)));
  numbers.filter((m) => sql<boolean>`${m.n} % 2 = 0`);
  numbers.filter((m) => m.n.gt(sql<number>`length(${m.s})`));
  // @ts-expect-error wrong type
  numbers.filter((m) => m.n.eq('1'));
  // @ts-expect-error wrong type of column
  numbers.filter((m) => m.n.eq(m.s));
  // @ts-expect-error not in the enum
  numbers.filter((m) => m.role.eq('c'));
  // @ts-expect-error nothing is greater than NULL
  numbers.filter((m) => m.maybe.gt(null));
  // @ts-expect-error a condition is needed
  numbers.filter((m) => m.n);
  // @ts-expect-error a condition is needed
  numbers.filter((m) => m.n.plus(1));
  // @ts-expect-error not an expression
  numbers.filter(() => true);
  // @ts-expect-error unknown field
  numbers.filter((m) => m.nope.eq(1));
  // @ts-expect-error not an expression of booleans
  numbers.filter((m) => m.b.and(m.n));
  // @ts-expect-error the value of an SQL fragment is a number
  numbers.filter((m) => sql<number>`${m.n}`);
  // @ts-expect-error wrong type of date
  numbers.filter((m) => m.at.gt('2026-01-01'));
}

/** What is behind a relation that may be null may be null. */
export async function nullability() {
  const [track] = await session.query(Track).values((t) => ({
    album: t.album.title,
    artist: t.album.artist.name,
    mediaType: t.mediaType.name,
    id: t.mediaType.id,
    albumId: t.album.id,
    key: t.albumId,
    artistKey: t.album.artistId,
    mediaTypeKey: t.mediaTypeId,
    tracks: t.album.tracks.count(),
  }));
  same<{
    album: string | null;
    artist: string | null;
    mediaType: string | null;
    id: number;
    albumId: number | null;
    key: number | null;
    artistKey: number | null;
    mediaTypeKey: number;
    tracks: number;
  }>()(track!);
  const [line] = await lines.values((l) => ({
    name: l.track.name,
    price: l.track.unitPrice,
    rep: l.invoice.customer.supportRep.firstName,
    coalesced: l.invoice.customer.supportRep.firstName.coalesce('nobody'),
    hired: l.invoice.customer.supportRep.hireDate,
    boss: l.invoice.customer.supportRep.reportsTo.email.lower(),
  }));
  same<{
    name: string;
    price: string;
    rep: string | null;
    coalesced: string;
    hired: Date | null;
    boss: string | null;
  }>()(line!);
  const [author] = await session.query(Author).values((a) => ({ url: a.profile.url, role: a.role }));
  same<{ url: string | null; role: 'admin' | 'editor' }>()(author!);
}

export async function aggregates() {
  const totals = await lines.aggregate((l) => ({
    n: count(),
    tracks: count(l.trackId),
    quantity: sum(l.quantity),
    revenue: sum(l.unitPrice.times(l.quantity)),
    average: avg(l.quantity),
    averagePrice: avg(l.unitPrice),
    cheapest: min(l.unitPrice),
    first: min(l.invoice.invoiceDate),
    name: max(l.track.name),
    share: sum(l.unitPrice).dividedBy(count()),
  }));
  same<{
    n: number;
    tracks: number;
    quantity: number | null;
    revenue: string | null;
    average: number | null;
    averagePrice: string | null;
    cheapest: string | null;
    first: Date | null;
    name: string | null;
    share: string | null;
  }>()(totals);
  const report = await lines
    .values((l) => ({ artist: l.track.album.artist.name, revenue: sum(l.unitPrice.times(l.quantity)), lines: count() }))
    .orderBy('-revenue', 'artist')
    .limit(10);
  same<{ artist: string | null; revenue: string | null; lines: number }[]>()(report);
  const big = await numbers.aggregate((m) => ({ total: sum(m.big), mean: avg(m.big) }));
  same<{ total: bigint | null; mean: number | null }>()(big);
  // @ts-expect-error text can't be summed
  lines.aggregate((l) => ({ x: sum(l.track.name) }));
  // @ts-expect-error dates have no average
  lines.aggregate((l) => ({ x: avg(l.invoice.invoiceDate) }));
  // @ts-expect-error a value, not an expression
  lines.aggregate(() => ({ x: 3 }));
  // @ts-expect-error a relation is not an expression
  lines.aggregate((l) => ({ x: l.track }));
}

export async function collections() {
  const rows = await session.query(Invoice).annotate((i) => ({
    n: i.lines.count(),
    quantity: i.lines.sum((l) => l.quantity),
    revenue: i.lines.sum((l) => l.unitPrice.times(l.quantity)),
    expensive: i.lines.filter((l) => l.unitPrice.gt('1')).count(),
    cheap: i.lines.filter({ unitPrice: '0.99', track: { name: 'x' } }).sum((l) => l.unitPrice),
    any: i.lines.some((l) => l.quantity.gt(1)),
    all: i.lines.every({ quantity: 1 }),
    none: i.lines.none(),
    longest: i.lines.max((l) => l.track.milliseconds),
    last: i.lines.max((l) => l.track.album.title),
    mean: i.lines.avg((l) => l.unitPrice),
  }));
  const row = rows[0]!;
  same<number>()(row.n);
  same<number | null>()(row.quantity);
  same<string | null>()(row.revenue);
  same<number>()(row.expensive);
  same<string | null>()(row.cheap);
  same<boolean>()(row.any);
  same<boolean>()(row.all);
  same<boolean>()(row.none);
  same<number | null>()(row.longest);
  same<string | null>()(row.last);
  same<string | null>()(row.mean);
  posts.filter((p) => p.comments.some((c) => c.replies.some({ body: 'x' })).and(p.tags.none({ name: 'x' })));
  posts.filter((p) => p.comments.count().gt(p.views));
  // @ts-expect-error a collection is not a model
  posts.filter((p) => p.comments.body.eq('x'));
  // @ts-expect-error unknown field
  posts.filter((p) => p.comments.some((c) => c.nope.eq(1)));
  // @ts-expect-error unknown field
  posts.filter((p) => p.comments.some({ nope: 1 }));
  // @ts-expect-error text can't be summed
  posts.annotate((p) => ({ x: p.comments.sum((c) => c.body) }));
  // @ts-expect-error a condition is needed
  posts.annotate((p) => ({ x: p.comments.filter((c) => c.body).count() }));
  // @ts-expect-error a value, not an expression
  posts.annotate(() => ({ x: 1 }));
}

export async function fragments(comment: Comment) {
  const rows = await posts.values((p) => ({ size: sql<number>`length(${p.title})`, id: p.id }));
  same<{ size: number; id: string }[]>()(rows);
  same<{ n: number }[]>()(
    await session.sql<{ n: number }>`select count(*) as n from ${session.sql.id('post')} where id = ${comment.id}`,
  );
  same<Record<string, unknown>[]>()(await session.sql`select 1`);
}
