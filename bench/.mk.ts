import { sqlite } from './engines/sqlite.ts';
import { createTables } from './contestants/blazeorm.ts';
import { copyFileSync } from 'node:fs';
import * as data from './data.ts';
const tables = data.readChinook(process.argv[2]!);
console.log(Object.keys(data));
const db = await sqlite.open(tables, createTables);
copyFileSync(db.url.slice(7), '/tmp/prof.db'); await db.close();
