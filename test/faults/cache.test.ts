/** What a cache does when its server is away, slow or full of garbage, and what several processes see. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { CacheUnavailableError, ConfigError, Database, f, model } from 'blazeorm';
import { InMemoryCache, NoOpCache } from 'blazeorm/cache';
import type { CacheBackend } from 'blazeorm/cache';
import { RedisCache } from 'blazeorm/redis';
import type { RedisCacheOptions } from 'blazeorm/redis';

import { root } from '../../scripts/support/run.ts';
import { errorOf } from '../support/database.ts';
import { statementsOf } from '../support/statements.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { describeOn, serverUrl } from '../support/test-database.ts';

class Note extends model('note', { id: f.auto(), text: f.string() }, { cache: { ttl: 600_000 } }) {}

const folder = mkdtempSync(join(tmpdir(), 'blaze-cache-'));
const closing: (() => unknown)[] = [];
let made = 0;

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(cache: CacheBackend, file = `${++made}.db`): Promise<Database> {
  const db = await Database.connect(`sqlite:${join(folder, file)}`, { models: [Note], cache });
  closing.push(() => db.close());
  await db.createAll();
  if ((await db.session().query(Note).count()) === 0)
    await db
      .session()
      .query(Note)
      .bulkCreate([{ text: 'first' }]);
  return db;
}

const read = async (db: Database): Promise<string | undefined> => (await db.session().get(Note, 1))?.text;
const sent = async (db: Database): Promise<number> => (await statementsOf(() => read(db))).length;
const write = async (db: Database, text: string): Promise<void> =>
  db.transaction(async (session) => {
    (await session.getOrFail(Note, 1)).text = text;
  });

/** The warnings of the process meanwhile. */
function warnings(): string[] {
  const texts: string[] = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((text) => void texts.push(String(text)));
  return texts;
}

describe('a backend that fails', () => {
  const failing = (): CacheBackend & { broken: boolean } => {
    const memory = new InMemoryCache();
    const backend = { broken: false } as CacheBackend & { broken: boolean };
    for (const name of ['get', 'set', 'hold', 'release', 'delete', 'clear'] as const)
      Object.assign(backend, {
        [name]: (...given: never[]) => {
          if (backend.broken) throw new TypeError('secret');
          return (memory[name] as (...args: never[]) => unknown)(...given);
        },
      });
    return backend;
  };

  it('C2: C3: the query still answers, the fault is said once, and nothing secret', async () => {
    const texts = warnings();
    const backend = failing();
    const db = await open(backend);
    expect([await read(db), await sent(db)]).toEqual(['first', 0]);
    backend.broken = true;
    expect([await read(db), await sent(db)]).toEqual(['first', 1]);
    await write(db, 'second');
    expect([await read(db), await sent(db)]).toEqual(['second', 1]);
    expect(texts).toEqual(['The cache failed (TypeError): the database is asked instead. Said once.']);
    // What it kept meanwhile is nothing worth any more.
    backend.broken = false;
    await vi.waitFor(async () => expect([await read(db), await sent(db)]).toEqual(['second', 0]), { timeout: 10_000 });
  });

  it('C3: who says himself what is to be forgotten is told that it came to nothing', async () => {
    warnings();
    const backend = failing();
    const db = await open(backend);
    expect([await read(db), await sent(db)]).toEqual(['first', 0]);
    backend.broken = true;
    for (const call of [
      () => db.cache.clear(),
      () => db.cache.invalidate(Note, 1),
      () => db.cache.invalidate({ tags: ['feed'] }),
      () => db.session().cache.clear(),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(CacheUnavailableError);
      expect(error.message).toBe(
        'The cache could not be reached: other processes may take from it what it was to forget. Say it again when it can be. This process takes nothing from it until it has forgotten everything.',
      );
    }
    await db.transaction((session) => session.cache.invalidate(Note));
    backend.broken = false;
    await vi.waitFor(() => db.cache.clear(), { timeout: 10_000 });
  });

  it('C3: one that never answers costs a time limit, once in a while', async () => {
    const texts = warnings();
    const memory = new InMemoryCache();
    const silent: CacheBackend = {
      timeout: 20,
      holdTimeout: 20,
      get: () => new Promise<never>(() => undefined),
      set: () => undefined,
      hold: () => new Promise<never>(() => undefined),
      release: () => undefined,
      delete: () => undefined,
      clear: () => memory.clear(),
    };
    const db = await open(silent);
    expect(await read(db)).toBe('first');
    await write(db, 'second');
    expect(await read(db)).toBe('second');
    expect(texts).toEqual(['The cache failed (TooSlowError TIMEOUT): the database is asked instead. Said once.']);
  });

  it('C2: a strict one has the transaction rolled back', async () => {
    warnings();
    const backend = failing();
    const db = await open(Object.assign(backend, { strict: true }));
    backend.broken = true;
    const error = await errorOf(() => write(db, 'second'));
    expect(error).toBeInstanceOf(CacheUnavailableError);
    expect(error.message).toBe(
      'The cache could not be reached, and is strict: nothing was committed. Try again when it can be, or leave strict out.',
    );
    expect(await db.session().query(Note).valuesList('text', { flat: true })).toEqual(['first']);
  });

  it('C1: options that cannot be are refused', async () => {
    const refused = async (call: () => unknown, message: string): Promise<void> => {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toBe(message);
    };
    await refused(
      () => Database.connect('sqlite::memory:', { models: [Note], cache: {} as never }),
      "The option 'cache' is a CacheBackend, and this has no method 'get'. Give it new InMemoryCache(), or new RedisCache({ … }) of 'blazeorm/redis'.",
    );
    await refused(
      () => Database.connect('sqlite::memory:', { cache: new InMemoryCache() }),
      "The option 'cache' needs the models: it has to know which tables change with others. Pass them: Database.connect(dsn, { models: [...], cache }).",
    );
    await refused(
      () => new InMemoryCache({ maxEntries: 0 }),
      "The option 'maxEntries' of InMemoryCache is a whole number above 0, not an integer.",
    );
    await refused(
      () => new RedisCache({ name: 'a b', url: 'redis://:secret@x' }),
      "RedisCache needs a 'name' of letters, digits, '_', '.' and '-'. Name the database that it is for.",
    );
    await refused(
      () => new RedisCache({ name: 'a', url: 'http://:secret@x' }),
      "The option 'url' of RedisCache begins with redis:// or rediss://.",
    );
    await refused(
      () => new RedisCache({ name: 'a' }),
      "RedisCache takes one of 'client' and 'url'. Leave the other out.",
    );
    await refused(
      () => new RedisCache({ name: 'a', client: {} as never }),
      "The option 'client' of RedisCache is a client of the package redis, or of ioredis. Give it one that is connected, or a url.",
    );
    class Secret extends model(
      'secret',
      { id: f.auto(), pin: f.string({ sensitive: true }) },
      { cache: { ttl: 1_000 } },
    ) {}
    await refused(
      () =>
        Database.connect('sqlite::memory:', {
          models: [Secret],
          cache: Object.assign(new InMemoryCache(), { shared: true }) as CacheBackend,
        }),
      'This cache is a server, and rows of Secret have sensitive fields. Say cache: { ttl, sensitive: true } in the model if they may go there, or leave its cache out.',
    );
  });

  it('C1: with NoOpCache nothing is kept and nothing is paid', async () => {
    const cache = new NoOpCache();
    const get = vi.spyOn(cache, 'get');
    const db = await open(cache);
    expect([await read(db), await sent(db)]).toEqual(['first', 1]);
    expect(get).not.toHaveBeenCalled();
  });

  it('C1: what is used least makes way, by number and by size; what is too old ends', async () => {
    const cache = new InMemoryCache({ maxEntries: 2 });
    const db = await open(cache);
    await db
      .session()
      .query(Note)
      .bulkCreate([{ text: 'b' }, { text: 'c' }]);
    const asked = (id: number): Promise<string[]> => statementsOf(() => db.session().get(Note, id));
    expect([(await asked(1)).length, (await asked(2)).length, (await asked(1)).length]).toEqual([1, 1, 0]);
    expect([(await asked(3)).length, (await asked(1)).length, (await asked(2)).length]).toEqual([1, 0, 1]);
    expect(cache.size).toBe(2);
    const small = await open(new InMemoryCache({ maxBytes: 400 }));
    await small
      .session()
      .query(Note)
      .unfiltered()
      .update({ text: 'x'.repeat(1_000) });
    await read(small);
    expect(await sent(small)).toBe(1);
  });
});

describeOn('redis', 'a cache in Redis', () => {
  const url = serverUrl('redis')!;
  const name = `blaze.faults.${process.pid}`;
  let admin: Redis;

  beforeAll(() => {
    admin = new Redis(url);
  });

  afterAll(async () => {
    const keys = await admin.keys(`{${name}*`);
    if (keys.length > 0) await admin.del(...keys);
    admin.disconnect();
  });

  function redisCache(options: Partial<RedisCacheOptions> = {}): RedisCache {
    const cache = new RedisCache({
      name: `${name}.${++made}`,
      settle: 1,
      // A machine that is busy is no server that is away.
      timeout: 10_000,
      holdTimeout: 10_000,
      ...(options.client === undefined && { url }),
      ...options,
    } as RedisCacheOptions);
    closing.push(() => cache.close());
    return cache;
  }

  it('C3: what one program writes another does not take from it, and the other way round', async () => {
    const shared = { name: `${name}.${++made}` };
    const [a, b] = [await open(redisCache(shared), 'shared.db'), await open(redisCache(shared), 'shared.db')];
    await read(a);
    expect([await read(b), await sent(b)]).toEqual(['first', 0]);
    await write(a, 'second');
    expect([await read(b), await sent(b), await sent(a)]).toEqual(['second', 0, 0]);
    await b.session().query(Note).unfiltered().update({ text: 'third' });
    expect([await read(a), await sent(a)]).toEqual(['third', 0]);
    await a.cache.clear();
    expect([await sent(b), await sent(b)]).toEqual([1, 0]);
  });

  it.each(['redis', 'ioredis'])('C3: a client of the application: %s', async (kind) => {
    const client = kind === 'redis' ? createClient({ url }) : new Redis(url, { lazyConnect: true });
    await client.connect();
    closing.push(() => (client instanceof Redis ? client.disconnect() : client.destroy()));
    const db = await open(redisCache({ client: client as never }));
    expect([await read(db), await sent(db)]).toEqual(['first', 0]);
    await write(db, 'second');
    expect([await read(db), await sent(db)]).toEqual(['second', 0]);
  });

  it('C3: the connection is made when the database is opened: the first COMMIT does not wait for it', async () => {
    const proxy = await TcpProxy.to(url);
    closing.push(() => proxy.close());
    const cache = redisCache({ url: proxy.through(url) });
    const db = await Database.connect('sqlite::memory:', { models: [Note], cache });
    closing.push(() => db.close());
    await vi.waitFor(() => expect(proxy.connections).toBe(1));
    await db.createAll();
    await db.transaction((session) => session.add(new Note({ text: 'first' })));
    expect([await read(db), await sent(db), proxy.connections]).toEqual(['first', 0, 1]);
  });

  it('C3: one that is closed before it was connected says nothing', async () => {
    const texts = warnings();
    const cache = redisCache();
    const db = await Database.connect('sqlite::memory:', { models: [Note], cache });
    await cache.close();
    await db.close();
    // Whoever connects would say so by then.
    await admin.ping();
    expect(texts).toEqual([]);
  });

  it('C3: garbage is a miss, said once, and makes way', async () => {
    const texts = warnings();
    const cacheName = `${name}.${++made}`;
    const db = await open(redisCache({ name: cacheName }));
    await read(db);
    const [entry] = await admin.keys(`{${cacheName}}:e:*`);
    const kept = (await admin.get(entry!))!;
    for (const garbage of ['{', '[[1]]', '[["x"]]', '{"a":1}', '[[["q","1"],2]]']) {
      await admin.set(entry!, kept.slice(0, kept.indexOf('\n') + 1) + garbage, 'PX', 60_000);
      expect(await read(db)).toBe('first');
    }
    expect(texts).toEqual(['The cache failed (SyntaxError): the database is asked instead. Said once.']);
    await vi.waitFor(async () => expect(await sent(db)).toBe(0));
    // A mark that is none: nothing is to be had, and what is written is right.
    for (const mark of await admin.keys(`{${cacheName}}:m:*`)) await admin.set(mark, 'garbage');
    expect([await read(db), await sent(db)]).toEqual(['first', 1]);
    await write(db, 'second');
    expect(await read(db)).toBe('second');
  });

  it('C3: away is slower, never wrong: what is written meanwhile is not shown as before when it is back', async () => {
    warnings();
    const proxy = await TcpProxy.to(url);
    closing.push(() => proxy.close());
    const shared = { name: `${name}.${++made}`, url: proxy.through(url) };
    const [a, b] = [await open(redisCache(shared), 'away.db'), await open(redisCache(shared), 'away.db')];
    expect([await read(a), await sent(b), await read(b)]).toEqual(['first', 0, 'first']);
    await proxy.close();
    await write(a, 'second');
    expect([await read(a), await read(b)]).toEqual(['second', 'second']);
    await proxy.open();
    await vi.waitFor(
      async () => {
        expect([await read(a), await read(b)]).toEqual(['second', 'second']);
        expect([await sent(a), await sent(b)]).toEqual([0, 0]);
      },
      { timeout: 20_000 },
    );
  });

  it('C3: one that hangs costs its time limits, and what is written meanwhile is right', async () => {
    warnings();
    const proxy = await TcpProxy.to(url);
    closing.push(() => proxy.close());
    const db = await open(redisCache({ url: proxy.through(url), timeout: 50, holdTimeout: 50 }));
    await vi.waitFor(async () => expect([await read(db), await sent(db)]).toEqual(['first', 0]), { timeout: 10_000 });
    proxy.freeze();
    expect([await read(db), await sent(db)]).toEqual(['first', 1]);
    await write(db, 'second');
    expect(await read(db)).toBe('second');
  });

  it('C3: a server that was never there costs nothing but a warning', async () => {
    const texts = warnings();
    const db = await open(redisCache({ url: 'redis://:secret@127.0.0.1:1', timeout: 50, holdTimeout: 50 }));
    await write(db, 'second');
    expect([await read(db), await sent(db)]).toEqual(['second', 1]);
    expect(texts).toHaveLength(1);
    expect(texts[0]).not.toContain('secret');
  });

  it('C3: a process that dies in the middle of a commit leaves its rows held, and then free', async () => {
    const shared = { name: `${name}.${++made}`, holdFor: 300 };
    const cache = redisCache(shared);
    const db = await open(cache);
    expect([await read(db), await sent(db)]).toEqual(['first', 0]);
    const [mark] = await admin.keys(`{${shared.name}}:m:*row:note:*`);
    await cache.hold([mark!.slice(mark!.indexOf(':m:') + 3)], 'dead', 300);
    expect([await sent(db), await sent(db)]).toEqual([1, 1]);
    await vi.waitFor(async () => expect(await sent(db)).toBe(0));
  });

  it('C3: two processes: what one has committed, the other shows from then on', { timeout: 60_000 }, async () => {
    const shared = { name: `${name}.${++made}` };
    const db = await open(redisCache(shared), 'processes.db');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(root, 'test/support/cache-process.ts'), join(folder, 'processes.db'), url, shared.name],
      { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    closing.push(() => child.kill());
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (command: string): Promise<string | undefined> => {
      child.stdin.write(`${command}\n`);
      return (await lines.next()).value as string | undefined;
    };
    expect(await ask('read')).toBe('first');
    for (let i = 0; i < 100; i++) {
      expect(await ask(`write ${i}a`)).toBe('written');
      expect(await read(db)).toBe(`${i}a`);
      await write(db, `${i}b`);
      expect(await ask('read')).toBe(`${i}b`);
      expect(await read(db)).toBe(`${i}b`);
      expect(await sent(db)).toBe(0);
    }
    child.stdin.end();
    await once(child, 'exit');
  });
});
