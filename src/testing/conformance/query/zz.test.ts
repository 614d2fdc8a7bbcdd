import { expect, it } from 'vitest';
import { caseWhen, cast, coalesce, concat, count, f, greatest, lag, least, now, rank, rowNumber, stringAgg, sum, avg, boolAnd, boolOr, value } from '../../../index.ts';
import { openBlog } from './blog.ts';
import { Post, Sample } from '../../support/models.ts';
import { appendFileSync } from 'node:fs';
import { engine } from '../../support/database.ts';

it('x', async () => {
  const db = await openBlog();
  const s = db.session();
  await db.transaction((t) => t.add(new Sample({ text: '  héllo😀 ', int: -7, float: -2.5, decimal: '-1234.5678', bigint: -(2n**40n), date: '2024-02-29', datetime: new Date('2026-01-31T13:45:00.123Z'), bool: true, uuid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' }), new Sample({})));
  const run = async (name: string, q: any) => {
    let out: any;
    try { out = await q; } catch (e: any) { out = e.message + ' | ' + (e.cause?.message ?? ''); }
    let sql = ''; try { sql = q.toSQL().sql; } catch (e: any) { sql = e.message; }
    appendFileSync(`/tmp/expr/${engine}.txt`, `## ${name}\n${sql}\n${JSON.stringify(out, (_, v) => typeof v === 'bigint' ? `${v}n` : v)}\n`);
  };
  const q = s.query(Sample).orderBy('id') as any;
  const v = (name: string, fn: any) => run(name, q.values(fn));
  await v('texts', (p: any) => ({ a: p.text.trimStart(), b: p.text.trimEnd(), c: p.text.left(3), d: p.text.right(2), d0: p.text.right(0), e: p.text.substring(3), e2: p.text.substring(3, 2), f: p.text.reverse(), g: p.text.repeat(2), h: p.text.position('l'), i: p.text.replace('l', 'L'), j: p.text.padStart(12, 'ab'), k: p.text.padEnd(2), l: p.text.substring(p.int, p.int.abs()) }));
  await v('numbers', (p: any) => ({ a: p.float.floor(), b: p.float.ceil(), c: p.decimal.floor(), d: p.decimal.ceil(), e: p.int.floor(), f: p.int.sqrt(), g: p.int.abs().plus(2).sqrt(), h: p.decimal.sign(), i: p.float.sign(), j: p.int.power(2), k: p.int.power(0.5), l: p.int.exp(), m: p.int.ln(), n: p.decimal.abs().ln(), bs: p.bigint.sign() }));
  await v('choice', (p: any) => ({ a: greatest(p.int, p.smallInt, 3), b: greatest(p.int, 3), c: least(p.decimal, '1.5', p.int), c2: greatest(p.decimal, p.int), d: greatest(p.float, p.decimal), e: greatest(p.text, 'zzz'), f: greatest(p.datetime, new Date('2027-01-01T00:00:00Z')), g: p.int.nullIf(-7), h: p.decimal.nullIf('-1234.5678'), i: p.decimal.nullIf('1'), j: coalesce(p.text, 'none'), k: coalesce(p.decimal, p.int, '0'), l: concat(p.text, '-', p.uuid, p.decimal), m: p.bigint.nullIf(1n), n: greatest(p.bigint, 2n ** 60n) }));
  await v('case', (p: any) => ({ a: caseWhen(p.int.gt(0), 'pos').when(p.int.lt(0), 'neg').otherwise('none'), b: caseWhen(p.int.isNull(), p.decimal).otherwise('1.5'), c: caseWhen(p.bool, 1).otherwise(2), d: caseWhen(p.bool, p.int), e: caseWhen(p.bool, p.float).otherwise(p.decimal), f: caseWhen(p.bool, true).otherwise(false), g: caseWhen(p.bool, p.bigint).otherwise(5n), h: caseWhen(p.bool, p.datetime).otherwise(new Date(0)), i: caseWhen(p.bool, p.date).otherwise('2020-01-01'), k: caseWhen(p.bool, 7n), l: caseWhen(p.bool, 1.5) }));
  await v('values', (p: any) => ({ a: value('x'), b: value(3), c: value(1.5), d: value(5n), e: value(true), f: value(new Date(5)), g: value('0.20', (f as any).decimal({ precision: 4, scale: 2 })), h: value('2026-01-01', f.date()), i: p.int.plus(value(2)), now: now().year().gt(2020) }));
  for (const u of ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second']) await v('trunc ' + u, (p: any) => ({ a: p.datetime.truncate(u), ...(['hour', 'minute', 'second'].includes(u) ? {} : { b: p.date.truncate(u) }) }));
  await v('shift', (p: any) => ({ a: p.datetime.add({ months: 1 }), b: p.datetime.add({ years: 1, days: -1, hours: 2, milliseconds: 5 }), c: p.date.add({ years: 1 }), d: p.date.add({ days: p.int }), e: p.datetime.add({ days: p.int, weeks: p.int }), f: p.date.add({ months: 1, days: 1 }) }));
  await v('diff', (p: any) => ({ a: p.datetime.difference(new Date('2026-01-01T00:00:00Z'), 'millisecond'), b: p.datetime.difference(new Date('2026-01-01T00:00:00Z'), 'day'), b2: p.datetime.difference(new Date('2027-01-01T00:00:00Z'), 'hour'), c: p.date.difference('2024-01-01', 'day'), d: p.date.difference('2024-03-31', 'week') }));
  const t = (name: string, type: any, ...texts: string[]) => v(name, () => Object.fromEntries(texts.map((x, i) => [`c${i}`, cast(value(x), type)])));
  await t('int', f.int(), '12', ' 12', '-7', '2147483648', 'x', '', '1.5', '12\n', '007');
  await t('bigint', f.bigint(), '9223372036854775807', '9223372036854775808', '-9223372036854775808');
  await t('float', f.float(), '1.5', '-0.1', '1e3', '.5', '7');
  await t('decimal', (f as any).decimal({ precision: 5, scale: 2 }), '1.005', '-1.005', '999.99', '999.995', '1000', '7', 'x');
  await t('date', f.date(), '2024-02-29', '2023-02-29', '2024-13-01', '0000-01-01', '2000-02-29', '1900-02-29', '2024-1-1');
  await t('datetime', f.datetime(), '2024-02-29T01:02:03Z', '2024-02-29 01:02:03.5', '2024-02-29 25:00:00', '2024-02-29', '2024-02-29 01:02:03.123456Z');
  const dec = (p: number, s: number) => (f as any).decimal({ precision: p, scale: s });
  await v('casts', (p: any) => ({ i1: cast(p.int, f.text()), i2: cast(p.int, f.bigint()), i3: cast(p.int, f.float()), i4: cast(p.int, dec(5, 2)), i5: cast(p.int, dec(2, 2)), b1: cast(p.bigint, f.int()), b2: cast(p.bigint, f.text()), b3: cast(p.bigint, f.float()), f1: cast(p.float, f.int()), f2: cast(p.float, dec(5, 1)), d1: cast(p.decimal, f.int()), d2: cast(p.decimal, f.text()), d3: cast(p.decimal, f.float()), d4: cast(p.decimal, dec(6, 2)), bo: cast(p.bool, f.int()), bt: cast(p.bool, f.text()), da: cast(p.date, f.text()), dd: cast(p.date, f.datetime()), t1: cast(p.datetime, f.text()), t2: cast(p.datetime, f.date()), u: cast(p.uuid, f.text()), s: cast(p.text, (f as any).string({ maxLength: 4 })), c: cast(p.decimal.times(2), f.text()), sm: cast(p.bigint, f.smallInt()) }));
  const posts = s.query(Post).orderBy('id') as any;
  const w = (name: string, fn: any) => run(name, posts.values(fn));
  await w('windows', (p: any) => ({ id: p.id, n: rowNumber().over({ partitionBy: p.authorId, orderBy: p.views.desc() }), r: rank().over({ orderBy: p.views.desc() }), s: sum(p.views).over({ orderBy: p.id, frame: { rows: [-1, 0] } }), d: sum(p.price).over({ orderBy: p.id }), a: avg(p.price).over(), c: count().over({ partitionBy: p.authorId }), l: lag(p.price).over({ orderBy: p.id }), l2: lag(p.views).over({ orderBy: p.rating.desc({ nulls: 'last' }) }), ra: sum(p.views).over({ orderBy: p.views, frame: { range: [-10, 0] } }) }));
  await w('lag default', (p: any) => ({ l: lag(p.views, 2, 0).over({ orderBy: p.id }), m: lag(p.price, 1, '0').over({ orderBy: p.id }) }));
  await w('groups', (p: any) => ({ l: sum(p.views).over({ orderBy: p.views, frame: { groups: [-1, null] } }) }));
  await run('aggs', s.query(Post).values((p: any) => ({ author: p.authorId, n: count({ filter: p.views.gt(5) }), s: sum(p.price, { filter: p.published }), d: count(p.views, { distinct: true, filter: p.published }), all: boolAnd(p.published), any: boolOr(p.views.gt(100)), t: stringAgg(p.title, ', ', { orderBy: p.views.desc(), filter: p.views.lt(1000) }), rk: rank().over({ orderBy: count().desc() }) }) as any).orderBy('author' as never));
  await run('distinct agg', s.query(Post).values((p: any) => ({ t: stringAgg(p.author.name, "'; ", { distinct: true, orderBy: p.author.name.desc() }) }) as any));
  await db.close();
});
