/** Functions, choices, casts and windows in a callback: their results, and arguments that do not compile. */
import {
  avg,
  boolAnd,
  boolOr,
  caseWhen,
  cast,
  coalesce,
  concat,
  count,
  cumeDist,
  type DateExpr,
  type DayExpr,
  type DecExpr,
  f,
  firstValue,
  greatest,
  lag,
  lead,
  least,
  max,
  model,
  now,
  nthValue,
  ntile,
  type NumExpr,
  rank,
  rowNumber,
  type Session,
  stringAgg,
  type StrExpr,
  sum,
  value,
} from './orm.ts';
import { same } from './expect.ts';

declare const session: Session;

class Thing extends model('thing', {
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
  at: f.datetime(),
  maybeAt: f.datetime({ nullable: true }),
  day: f.date(),
  maybeDay: f.date({ nullable: true }),
}) {}
const things = session.query(Thing);

export async function functions() {
  const [row] = await things.values((t) => ({
    left: t.s.left(3),
    maybeLeft: t.maybeS.left(t.n),
    part: t.s.substring(1, t.maybe.coalesce(3)),
    place: t.maybeS.position('x'),
    swapped: t.s.replace('a', t.maybeS.coalesce('')),
    padded: t.s.padStart(5, '0').padEnd(9).trimStart().trimEnd().reverse().repeat(2).right(1),
    floor: t.x.floor(),
    ceil: t.maybeD.ceil(),
    sign: t.maybeD.sign(),
    root: t.n.sqrt(),
    power: t.n.power(t.x),
    exp: t.x.exp(),
    ln: t.d.ln(),
    nothing: t.n.nullIf(3),
    month: t.at.truncate('month'),
    firstDay: t.maybeDay.truncate('week'),
    later: t.at.add({ days: 3, hours: t.n }),
    due: t.day.add({ months: 1 }),
    seconds: t.maybeAt.difference(t.at, 'second'),
    days: t.day.difference('2026-01-01', 'day'),
    weeks: t.day.difference(t.maybeDay, 'week'),
    now: now(),
    name: concat(t.s, ' ', t.maybeS),
  }));
  same<{
    left: string;
    maybeLeft: string | null;
    part: string;
    place: number | null;
    swapped: string;
    padded: string;
    floor: number;
    ceil: string | null;
    sign: number | null;
    root: number | null;
    power: number | null;
    exp: number;
    ln: number | null;
    nothing: number | null;
    month: Date;
    firstDay: string | null;
    later: Date;
    due: string;
    seconds: number | null;
    days: number;
    weeks: number | null;
    now: Date;
    name: string;
  }>()(row!);
}

export async function choices() {
  const [row] = await things.values((t) => ({
    words: caseWhen(t.n.gt(3), 'many').when(t.n.gt(0), 'some').otherwise('none'),
    open: caseWhen(t.n.gt(3), 'many'),
    closed: caseWhen(t.n.gt(3), 'many').otherwise(null),
    column: caseWhen(t.b, t.n).otherwise(t.maybe),
    decimal: caseWhen(t.b, t.d).otherwise('0'),
    mixed: caseWhen(t.b, t.n).otherwise(t.d),
    date: caseWhen(t.b, t.at).otherwise(new Date()),
    coalesced: coalesce(t.maybe, 0),
    both: coalesce(t.maybe, t.maybe),
    three: coalesce(t.maybeS, t.s, t.maybeS),
    coalescedD: coalesce(t.maybeD, '0'),
    method: t.maybe.coalesce(t.maybe),
    methodValue: t.maybe.coalesce(t.maybe, 1),
    most: greatest(t.n, t.x, 3),
    fewest: least(t.n, t.maybe),
    mostD: greatest(t.d, t.n),
    latest: greatest(t.at, now()),
  }));
  same<{
    words: 'many' | 'some' | 'none';
    open: 'many' | null;
    closed: 'many' | null;
    column: number | null;
    decimal: string;
    mixed: string;
    date: Date;
    coalesced: number;
    both: number | null;
    three: string;
    coalescedD: string;
    method: number | null;
    methodValue: number;
    most: number;
    fewest: number | null;
    mostD: string;
    latest: Date;
  }>()(row!);
  things.filter((t) => {
    same<NumExpr<number>>()(coalesce(t.maybe, 0));
    same<DecExpr<string>>()(caseWhen(t.b, t.d).otherwise('0'));
    same<DecExpr<string | null>>()(coalesce(t.maybeD, t.maybeD));
    same<DayExpr<string>>()(t.day.add({ days: 1 }));
    same<DateExpr<Date>>()(now());
    return caseWhen(t.b, t.n).otherwise(0).plus(1).gt(3);
  });
}

export async function casts() {
  const [row] = await things.values((t) => ({
    int: cast(t.s, f.int()),
    text: cast(t.n, f.text()),
    decimal: cast(t.x, f.decimal({ precision: 8, scale: 2 })),
    date: cast(t.at, f.date()),
    one: value(1),
    word: value('x'),
    yes: value(true),
    exact: value('1.50', f.decimal({ precision: 4, scale: 2 })),
  }));
  same<{
    int: number | null;
    text: string | null;
    decimal: string | null;
    date: string | null;
    one: number;
    word: string;
    yes: boolean;
    exact: string;
  }>()(row!);
  things.filter((t) => {
    same<DecExpr<string | null>>()(cast(t.x, f.decimal({ precision: 8, scale: 2 })));
    same<DecExpr<string>>()(value('1.50', f.decimal({ precision: 4, scale: 2 })));
    same<StrExpr<string>>()(value('x'));
    return t.b;
  });
}

export async function windows() {
  const [row] = await things.annotate((t) => ({
    number: rowNumber().over({ partitionBy: [t.s, t.n], orderBy: t.n.desc() }),
    place: rank().over({ orderBy: [t.n, t.s.asc()] }),
    part: cumeDist().over({ orderBy: t.n }),
    quarter: ntile(4).over({ orderBy: t.n }),
    before: lag(t.n).over({ orderBy: t.id }),
    beforeD: lag(t.d, 2).over({ orderBy: t.id }),
    beforeOr: lag(t.n, 1, 0).over({ orderBy: t.id }),
    after: lead(t.s, 1, '').over({ orderBy: t.id }),
    first: firstValue(t.d).over({ orderBy: t.id, frame: { rows: [null, 0] } }),
    second: nthValue(t.at, 2).over({ orderBy: t.id }),
    running: sum(t.d).over({ orderBy: t.id, frame: { rows: [-2, 0] } }),
    mean: avg(t.n).over(),
    many: count().over({ partitionBy: t.b }),
    top: max(t.day).over({ orderBy: t.n, frame: { range: [-1, 1] } }),
  }));
  same<number>()(row!.number);
  same<number>()(row!.place);
  same<number>()(row!.part);
  same<number>()(row!.quarter);
  same<number | null>()(row!.before);
  same<string | null>()(row!.beforeD);
  same<number>()(row!.beforeOr);
  same<string>()(row!.after);
  same<string | null>()(row!.first);
  same<Date | null>()(row!.second);
  same<string | null>()(row!.running);
  same<number | null>()(row!.mean);
  same<number>()(row!.many);
  same<string | null>()(row!.top);
  const totals = await things.aggregate((t) => ({
    many: count({ filter: t.b }),
    some: count(t.n, { distinct: true, filter: t.n.gt(3) }),
    worth: sum(t.d, { filter: t.b }),
    least: max(t.n, { filter: t.b }),
    all: boolAnd(t.b),
    any: boolOr(t.n.gt(3)),
    names: stringAgg(t.s, ', ', { orderBy: t.s.desc(), distinct: true }),
  }));
  same<{
    many: number;
    some: number;
    worth: string | null;
    least: number | null;
    all: boolean | null;
    any: boolean | null;
    names: string | null;
  }>()(totals);
}

export function refused() {
  things.filter((t) => {
    // @ts-expect-error a number has no characters
    t.n.left(3);
    // @ts-expect-error a text is no number of characters
    t.s.left('3');
    // @ts-expect-error a number of characters is never NULL
    t.s.left(t.maybe);
    // @ts-expect-error nor is what is looked for
    t.s.position(t.maybeS);
    // @ts-expect-error a text has no root
    t.s.sqrt();
    // @ts-expect-error a date has no hours
    t.day.add({ hours: 1 });
    // @ts-expect-error nor is it cut to them
    t.day.truncate('hour');
    // @ts-expect-error no such unit
    t.at.truncate('fortnight');
    // @ts-expect-error a date and a time have no difference
    t.at.difference(t.day, 'day');
    // @ts-expect-error a condition comes first
    caseWhen(t.n, 'x');
    // @ts-expect-error numbers and texts are not sorted together
    t.n.nullIf('x');
    // @ts-expect-error a type is wanted
    cast(t.n, 'int');
    // @ts-expect-error truth cannot be sorted
    greatest(t.b, t.b);
    // @ts-expect-error no value of the type
    value(3, f.text());
    return t.b;
  });
  things.annotate((t) => ({
    // @ts-expect-error a rank needs an order
    a: rank().over({ partitionBy: t.n }),
    // @ts-expect-error a rank takes no frame
    b: rank().over({ orderBy: t.n, frame: { rows: [null, 0] } }),
    // @ts-expect-error another type than the column's
    c: lag(t.n, 1, 'x').over({ orderBy: t.id }),
    // @ts-expect-error a frame has two bounds
    d: sum(t.n).over({ orderBy: t.id, frame: { rows: [0] } }),
    // @ts-expect-error a text cannot be summed
    e: sum(t.s).over(),
    // @ts-expect-error numbers are no texts
    g: stringAgg(t.n, ','),
  }));
  // @ts-expect-error a window function is no value before over()
  things.annotate(() => ({ a: rank() }));
}
