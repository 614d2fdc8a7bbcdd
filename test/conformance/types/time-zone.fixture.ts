/** Run in a process of its own, with TZ set: writes times to the database of the DSN, reads them back, prints what it saw. */
import { Database, f, gte, lte, max, min, model } from 'blazeorm';

/** Around the changes of clocks in New York and on Lord Howe Island, and where zones were of odd seconds. */
export const MOMENTS = [
  '0001-01-01T00:00:00.000Z',
  '0099-06-15T12:00:00.001Z',
  '1883-11-18T16:59:59.999Z',
  '1941-10-01T00:00:00.000Z',
  '2011-12-30T10:00:00.000Z',
  '2026-03-08T06:59:59.999Z',
  '2026-03-08T07:00:00.000Z',
  '2026-04-04T14:45:00.120Z',
  '2026-10-03T15:30:00.000Z',
  '2026-11-01T05:30:00.010Z',
  '2026-11-01T06:30:00.010Z',
  '9999-12-31T23:59:59.999Z',
];

class Moment extends model('moment', {
  id: f.auto(),
  at: f.datetime(),
  day: f.date(),
  time: f.time(),
  list: f.array(f.datetime()),
  madeAt: f.datetime({ dbDefault: 'CURRENT_TIMESTAMP' }),
  savedAt: f.datetime({ autoNow: true }),
}) {}

const [, , url = ''] = process.argv;
if (url !== '') {
  const db = await Database.connect(url, { models: [Moment] });
  await db.createAll();
  await db.transaction(async (session) => {
    await session.query(Moment).unfiltered().delete();
    for (const text of MOMENTS) {
      const at = new Date(text);
      session.add(new Moment({ at, day: text.slice(0, 10), time: text.slice(11, 19), list: [at] }));
    }
  });
  const session = db.session();
  const rows = await session.query(Moment).orderBy('at');
  const equal: number[] = [];
  for (const text of MOMENTS)
    equal.push(
      await session
        .query(Moment)
        .filter({ at: new Date(text) })
        .count(),
    );
  const raw = await session.sql<{ at: unknown }>`SELECT at FROM moment ORDER BY id`;
  const years = await session
    .query(Moment)
    .orderBy('at')
    .values((m) => ({ y: m.at.year(), m: m.at.month(), d: m.at.day() }));
  const [first, last] = [new Date(MOMENTS[0]!), new Date(MOMENTS.at(-1)!)];
  const edges = await session.query(Moment).aggregate((m) => ({ least: min(m.at), greatest: max(m.at) }));
  const near = (date: Date): boolean => Math.abs(date.getTime() - Date.now()) < 600_000;
  const before = db.queryStats().statements;
  await session.commit();
  const result = {
    offset: new Date('2026-01-01T00:00:00Z').getTimezoneOffset(),
    read: rows.map((row) => row.at.toISOString()),
    lists: rows.map((row) => row.list[0]!.toISOString()),
    days: rows.map((row) => row.day),
    times: rows.map((row) => row.time),
    equal,
    between: await session
      .query(Moment)
      .filter({ at: gte(first) })
      .filter({ at: lte(last) })
      .count(),
    edges,
    raw: raw.map(({ at }) => (at instanceof Date ? at.toISOString() : `${String(at).replace(' ', 'T')}Z`)),
    parts: years.map(
      ({ y, m, d }) => `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`,
    ),
    now: rows.every((row) => near(row.madeAt) && near(row.savedAt)),
    rewritten: db.queryStats().statements - before - 1,
  };
  process.stdout.write(JSON.stringify(result));
  await db.close();
}
