import { openBlazeorm } from './contestants/blazeorm.ts';
import { openRaw } from './contestants/sqlite/raw.ts';
import { openSqlite } from './contestants/sqlite/connection.ts';
import { newTracks } from './data.ts';
const n = Number(process.argv[2] ?? 20), size = Number(process.argv[3] ?? 10000); const url = process.argv[4]!;
const b = await openBlazeorm(url); const r = await openRaw(url); const c = openSqlite(url);
const del = c.prepare('DELETE FROM track WHERE id > 3503');
const t = async (x: any) => { const arg = newTracks(size); const a = performance.now(); await x.samples.insert(arg); const d = performance.now() - a; del.run(); return d; };
const med = (x: number[]) => x.sort((p, q) => p - q)[x.length >> 1]!;
const A: number[] = [], B: number[] = [];
for (let i = 0; i < n; i++) { A.push(await t(b)); B.push(await t(r)); }
console.log('insert', size, 'blaze', med(A).toFixed(3), 'raw', med(B).toFixed(3), (med(A) / med(B)).toFixed(3));
