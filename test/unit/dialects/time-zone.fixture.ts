/** Run in a process of its own, with TZ set: writes dates, reads them back, and prints what it saw. */
import { Database, lte } from 'blazeorm';

import { Sample } from '../../support/models.ts';

const dates = [
  '2026-03-29T01:30:00.007Z',
  '2026-10-25T00:30:00.999Z',
  '0099-06-15T12:00:00.001Z',
  '2011-12-30T10:00:00.000Z',
].map((text) => new Date(text));
const db = await Database.connect('sqlite::memory:', { models: [Sample] });
await db.createAll();
await db.transaction((session) => {
  for (const datetime of dates) session.add(new Sample({ datetime, date: '2024-02-29' }));
});
const session = db.session();
const rows = await session.query(Sample).orderBy('id');
const stored = await session.sql<{ datetime: string }>`SELECT datetime FROM sample ORDER BY id`;
let found = 0;
for (const datetime of dates)
  found += await session
    .query(Sample)
    .filter({ datetime })
    .filter({ datetime: lte(datetime) })
    .count();
const years = await session
  .query(Sample)
  .orderBy('id')
  .values((s) => ({ year: s.datetime.year() }));
const result = {
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  stored: stored.map((row) => row.datetime),
  read: rows.map((row) => row.datetime!.toISOString()),
  found,
  days: [...new Set(rows.map((row) => row.date))],
  years: years.map((row) => row.year),
};
process.stdout.write(JSON.stringify(result));
await db.close();
