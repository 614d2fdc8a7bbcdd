/**
 * Streams a table of a million rows in each form, in a process of its own, and prints how far resident memory grew meanwhile.
 * Usage: node --expose-gc --import tsx memory.fixture.ts <dsn>
 */
import { Database, f, model } from 'blazeorm';

class Reading extends model('reading', {
  id: f.auto(),
  size: f.int(),
  note: f.string({ maxLength: 40 }),
  at: f.datetime({ nullable: true }),
}) {}

/** A row becomes two, so often: 1,048,576 rows. */
const DOUBLINGS = 20;
const WARM_UP = 50_000;
const SAMPLE_EVERY = 10_000;
/** The collector takes its time on a busy machine: above this, in bytes, it is told to. */
const ROOM = 30e6;

type Rows = AsyncIterable<{ readonly size: number }>;

const db = await Database.connect(process.argv[2]!, { models: [Reading] });
await db.createAll();
await db.transaction(async (session) => {
  session.add(new Reading({ size: 1, note: 'the note of a reading', at: new Date(0) }));
  await session.flush();
  for (let i = 0; i < DOUBLINGS; i++)
    await session.sql`INSERT INTO reading (size, note, at) SELECT size + 1, note, at FROM reading`;
});

const readings = () => db.session().query(Reading);
/** Those that the session tracks are read to the end; of the others a part shows as much. */
const PART = 300_000;
const forms = {
  entities: [() => readings().iterate(), Infinity],
  readOnly: [() => readings().readOnly().iterate(), PART],
  values: [() => readings().values('id', 'size', 'note', 'at'), PART],
} as const;

/** How much is resident, in bytes; above the limit without what only waits to be collected. */
function resident(limit: number): number {
  if (process.memoryUsage().rss > limit) globalThis.gc!();
  return process.memoryUsage().rss;
}

async function stream(rows: Rows, end: number, limit: number): Promise<[number, number]> {
  let count = 0;
  let most = 0;
  for await (const row of rows) {
    count += row.size > 0 ? 1 : 0;
    if (count % SAMPLE_EVERY === 0) most = Math.max(most, resident(limit));
    if (count === end) break;
  }
  return [count, most];
}

const grown: Record<string, { rows: number; megabytes: number }> = {};
for (const [name, [rows, end]] of Object.entries(forms)) {
  const again = { [Symbol.asyncIterator]: () => rows()[Symbol.asyncIterator]() };
  await stream(again, WARM_UP, Infinity);
  globalThis.gc!();
  const before = process.memoryUsage().rss;
  const [count, most] = await stream(again, end, before + ROOM);
  grown[name] = { rows: count, megabytes: Math.round((most - before) / 1e6) };
}
process.stdout.write(JSON.stringify(grown));
await db.dropAll({ confirm: true });
await db.close();
