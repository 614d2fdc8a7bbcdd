/** `set()` and `clear()` of links before they are loaded, beside rows of the model between the two that wait to be written. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { items, rowsOf } from '../../support/pictures.ts';

class Singer extends model('singer', {
  id: f.auto(),
  name: f.string(),
  choirs: f.manyToMany(() => Choir, { through: () => Part }),
}) {}
class Choir extends model('choir', { id: f.auto(), name: f.string(), singers: f.reverse(() => Singer, 'choirs') }) {}
class Part extends model('part', {
  id: f.auto(),
  singer: f.foreignKey(() => Singer, { onDelete: 'cascade' }),
  choir: f.foreignKey(() => Choir, { onDelete: 'cascade' }),
  voice: f.string({ default: 'alto' }),
}) {}

let db: Database;
let session: Session;
let ann: Singer;
let bob: Singer;
let high: Choir;
let low: Choir;
/** That of Ann in High. */
let part: Part;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Singer] });
});
afterAll(() => db.close());
beforeEach(async () => {
  await session?.close();
  await db.dropAll({ confirm: true });
  await db.createAll();
  await db.transaction((seed) => {
    const [singer, choir] = [new Singer({ name: 'Ann' }), new Choir({ name: 'High' })];
    seed.add(new Part({ singer, choir, voice: 'first' }));
    seed.addAll([new Singer({ name: 'Bob' }), new Choir({ name: 'Low' })]);
  });
  session = db.session();
  [ann, bob] = (await session.query(Singer).orderBy('id')) as unknown as [Singer, Singer];
  [high, low] = (await session.query(Choir).orderBy('id')) as unknown as [Choir, Choir];
  [part] = (await session.query(Part)) as unknown as [Part];
});

/** The choirs of Ann and of Bob, the singers of High and of Low; all of them loaded now. */
async function shown(): Promise<string[]> {
  await session.prefetch([ann, bob], 'choirs');
  await session.prefetch([high, low], 'singers');
  const lists = [ann.choirs, bob.choirs, high.singers, low.singers] as unknown as Iterable<{ name: string }>[];
  return lists.map((list) =>
    Array.from(list, ({ name }) => name)
      .toSorted()
      .join(),
  );
}
const stored = async (): Promise<Row[]> =>
  ((await rowsOf(db))['part'] ?? [])
    .map((row) => [row['singer_id'], row['choir_id'], row['voice']] as Row)
    .toSorted(byEnds);
const byEnds = ([a, b]: Row, [c, d]: Row): number => a - c || b - d;
const names = (list: Iterable<{ name: string }>): string[] => Array.from(list, ({ name }) => name).toSorted();

type Row = [singer: number, choir: number, voice: string];
const FIRST: Row = [1, 1, 'first'];

/** Before a flush, and after it. */
const ways: readonly [title: string, change: () => unknown, before: string[], rows: Row[]][] = [
  [
    'a new row, and the collection is cleared: it is not saved',
    () => (session.add(new Part({ singer: bob, choir: high })), bob.choirs.clear()),
    ['High', '', 'Ann', ''],
    [FIRST],
  ],
  [
    'the same on the other side, which takes out what is there, too',
    () => (session.add(new Part({ singer: bob, choir: high })), high.singers.clear()),
    ['', '', '', ''],
    [],
  ],
  [
    'a new row, and a set that has it: it is the link',
    () => (session.add(new Part({ singer: bob, choir: high, voice: 'new' })), bob.choirs.set([high, low])),
    ['High', 'High,Low', 'Ann,Bob', 'Bob'],
    [FIRST, [2, 1, 'new'], [2, 2, 'alto']],
  ],
  [
    'a set, and a new row of it, and of another',
    () => {
      bob.choirs.set([high]);
      session.addAll([high, low].map((choir) => new Part({ singer: bob, choir, voice: 'new' })));
    },
    ['High', 'High,Low', 'Ann,Bob', 'Bob'],
    [FIRST, [2, 1, 'new'], [2, 2, 'new']],
  ],
  [
    'a set, and its row is given another end: nobody is in its place',
    () => (high.singers.set([ann]), (part.singer = bob)),
    ['', 'High', 'Bob', ''],
    [[2, 1, 'first']],
  ],
  [
    'the same from the side that the row leaves',
    () => (ann.choirs.set([high]), (part.choir = low)),
    ['Low', '', '', 'Ann'],
    [[1, 2, 'first']],
  ],
  [
    'a row is given this end, and the collection is cleared: it is deleted',
    () => ((part.singer = bob), bob.choirs.clear()),
    ['', '', '', ''],
    [],
  ],
  [
    'a row is given this end, and the set has it: it is the link',
    () => ((part.singer = bob), bob.choirs.set([high])),
    ['', 'High', 'Bob', ''],
    [[2, 1, 'first']],
  ],
  [
    'a row leaves, and the set has it all the same: there is another',
    () => ((part.singer = bob), ann.choirs.set([high])),
    ['High', 'High', 'Ann,Bob', ''],
    [
      [1, 1, 'alto'],
      [2, 1, 'first'],
    ],
  ],
  [
    'a set takes out, and a new row comes in the same place',
    () => (ann.choirs.set([low]), session.add(new Part({ singer: ann, choir: high, voice: 'new' }))),
    ['High,Low', '', 'Ann', 'Ann'],
    [
      [1, 1, 'new'],
      [1, 2, 'alto'],
    ],
  ],
  [
    'taken out on one side, and set on the other: the row that is there goes, and another comes',
    () => (ann.choirs.remove(high), high.singers.set([ann])),
    ['High', '', 'Ann', ''],
    [[1, 1, 'alto']],
  ],
  [
    'taken out, given another end, and deleted: once',
    () => (ann.choirs.clear(), (part.singer = bob), session.delete(part)),
    ['', '', '', ''],
    [],
  ],
  [
    'left out by a set on one side, and set on the other: so it is',
    () => (ann.choirs.set([low]), high.singers.set([ann, bob])),
    ['High,Low', 'High', 'Ann,Bob', 'Ann'],
    [
      [1, 1, 'alto'],
      [1, 2, 'alto'],
      [2, 1, 'alto'],
    ],
  ],
];

describe('R5: links that are set before they are loaded, beside rows of the model between', () => {
  for (const [title, change, before, rows] of ways)
    it(`R5: R1: ${title}`, async () => {
      change();
      expect(await shown()).toEqual(before);
      await session.commit();
      expect([await shown(), await stored()]).toEqual([before, rows.toSorted(byEnds)]);
    });

  it('R5: R1: a row that is to be deleted, and a set that has it: it is gone after the flush', async () => {
    session.delete(part);
    ann.choirs.set([high, low]);
    expect(names(items(ann.choirs))).toEqual(['High', 'Low']);
    await session.commit();
    expect([names(items(ann.choirs)), await stored()]).toEqual([['Low'], [[1, 2, 'alto']]]);
  });

  it('R5: R1: Q8: a row that a set deletes, and one that has it: it is gone as it is where that is loaded', async () => {
    ann.choirs.set([high]);
    await session.query(Part).unfiltered().delete();
    await session.commit();
    expect([await shown(), await stored()]).toEqual([['', '', '', ''], []]);
  });

  it('R5: R1: a pair that gets another row from the side that is not loaded is linked when the first one goes', async () => {
    await session.prefetch([ann], 'choirs');
    high.singers.add(ann);
    high.singers.add(ann);
    session.delete(part);
    await session.commit();
    expect([await shown(), await stored()]).toEqual([['High', '', 'Ann', ''], [[1, 1, 'alto']]]);
    high.singers.remove(ann);
    await session.commit();
    expect([await shown(), await stored()]).toEqual([['', '', '', ''], []]);
  });
});
