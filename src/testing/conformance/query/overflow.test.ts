/** Whole numbers that a query computes: exact, or an error; never rounded. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { cast, count, DataError, f, subquery, sum } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, onEngine } from '../../support/database.ts';
import { Author, Post } from '../../support/models.ts';
import { openBlog } from './blog.ts';

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

const BILLION = 1_000_000_000;
const posts = () => session.query(Post).orderBy('id');
const tooGreat = (name: string) => ({
  code: 'E_DATA',
  message: `The whole number '${name}' that a query computes is too great for a JavaScript number. Compute it as a bigint: cast(x, f.bigint()).`,
});

it('M3: Q6: what a number holds exactly is read as one', async () => {
  const computed = await posts().values((p) => ({
    n: p.views.times(BILLION).times(10_000),
    n2: p.views.minus(BILLION),
  }));
  expect(computed).toEqual([
    { n: 100_000_000_000_000, n2: -999_999_990 },
    { n: 2_000_000_000_000_000, n2: -999_999_800 },
    { n: 0, n2: -BILLION },
    { n: 2_000_000_000_000_000, n2: -999_999_800 },
  ]);
  expect(await posts().aggregate((p) => ({ sum: sum(p.views.times(2)), n: count() }))).toEqual({ sum: 820, n: 4 });
});

it('M3: Q6: Q14: beyond 53 bits it is an error in values, annotations and aggregates, and a bigint where that is asked for', async () => {
  const error = await errorOf(() => posts().values((p) => ({ great: p.views.times(BILLION).times(BILLION / 100) })));
  expect(error).toBeInstanceOf(DataError);
  expect(error).toMatchObject(tooGreat('great'));
  expect(
    await errorOf(() => posts().annotate((p) => ({ great: p.views.times(BILLION).times(BILLION / 100) }))),
  ).toMatchObject(tooGreat('great'));
  expect(
    await errorOf(() => posts().aggregate((p) => ({ total: sum(p.views.times(BILLION).times(BILLION / 100)) }))),
  ).toMatchObject(tooGreat('total'));
  const sums = session.query(Post).values((p) => ({ total: sum(p.views.times(BILLION).times(BILLION / 100)) }));
  expect(await errorOf(() => session.query(Author).values(() => ({ total: subquery(sums) })))).toMatchObject(
    tooGreat('total'),
  );
  expect(
    await posts().values((p) => ({ great: cast(p.views.times(BILLION).times(BILLION / 100), f.bigint()) })),
  ).toEqual([{ great: 10n ** 17n }, { great: 2n * 10n ** 18n }, { great: 0n }, { great: 2n * 10n ** 18n }]);
});

it('M3: Q14: beyond 64 bits it is an error, too', async () => {
  const whole = (): Promise<Error> =>
    errorOf(() => posts().values((p) => ({ great: p.views.times(BILLION).times(BILLION) })));
  const big = (): Promise<Error> =>
    errorOf(() => posts().values((p) => ({ great: cast(p.views, f.bigint()).times(10n ** 18n) })));
  expect(await whole()).toBeInstanceOf(DataError);
  expect(await big()).toMatchObject(
    onEngine<object>({ sqlite: { code: 'E_UNSUPPORTED' }, postgres: { code: 'E_DATA' }, mysql: { code: 'E_DATA' } }),
  );
});
