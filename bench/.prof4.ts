import { Database } from 'blazeorm';
import { models, Track } from './models.ts';
import { openRaw } from './contestants/sqlite/raw.ts';
const db = await Database.connect(process.argv[2]!, { models });
const r = await openRaw(process.argv[2]!);
const P: number[][] = [[], [], [], [], []]; const R: number[] = [];
const med = (x: number[]) => x.sort((p, q) => p - q)[x.length >> 1]!.toFixed(3);
for (let i = 0; i < 600; i++) {
  const t0 = performance.now(); let t1 = 0, t2 = 0, t3 = 0;
  await db.transaction(async (s) => {
    t1 = performance.now();
    const loaded = await s.query(Track).orderBy('id').limit(1000);
    t2 = performance.now();
    for (const t of loaded) t.milliseconds += 1;
    t3 = performance.now();
  });
  const t4 = performance.now();
  P[0]!.push(t1 - t0); P[1]!.push(t2 - t1); P[2]!.push(t3 - t2); P[3]!.push(t4 - t3); P[4]!.push(t4 - t0);
  await r.samples.update!(undefined as never); R.push(performance.now() - t4);
}
const PHx = (globalThis as any).PH; for (const k in PHx) console.log(k, med(PHx[k]));
console.log('begin', med(P[0]!), 'load', med(P[1]!), 'change', med(P[2]!), 'flush+commit', med(P[3]!), 'total', med(P[4]!), 'raw', med(R));
