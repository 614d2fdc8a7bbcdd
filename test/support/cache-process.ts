/** Another process on the same database and cache: reads and writes one row as its input says. */
import { createInterface } from 'node:readline';

import { Database, f, model } from 'blazeorm';
import { RedisCache } from 'blazeorm/redis';

class Note extends model('note', { id: f.auto(), text: f.string() }, { cache: { ttl: 600_000 } }) {}

const [file, url, name] = process.argv.slice(2);
// A machine that is busy is no server that is away.
const cache = new RedisCache({ name: name!, url: url!, timeout: 10_000, holdTimeout: 10_000 });
const db = await Database.connect(`sqlite:${file}`, { models: [Note], cache });
for await (const line of createInterface({ input: process.stdin })) {
  const [command, text] = line.split(' ');
  if (command === 'write') {
    await db.transaction(async (session) => {
      (await session.getOrFail(Note, 1)).text = text!;
    });
    console.log('written');
  } else console.log((await db.session().getOrFail(Note, 1)).text);
}
await db.close();
await cache.close();
