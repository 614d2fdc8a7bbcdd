import { createTables, openBlazeorm } from './contestants/blazeorm.ts';
import { openRaw } from './contestants/sqlite/raw.ts';
const which = process.argv[2] as 'toOne'; const n = Number(process.argv[3] ?? 300);
const url = process.argv[4]!;
const b = await openBlazeorm(url); const r = await openRaw(url);
const t = async (c: any, arg?: any) => { const a = performance.now(); await c.samples[which](arg); return performance.now() - a; };
const med = (x: number[]) => x.sort((p, q) => p - q)[x.length >> 1]!;
const A: number[] = [], B: number[] = [];
for (let i = 0; i < n; i++) { A.push(await t(b)); B.push(await t(r)); }
console.log(which, 'blaze', med(A).toFixed(3), 'raw', med(B).toFixed(3), (med(A) / med(B)).toFixed(3));
