/** One schedule: two programs that write and read the same rows step by step, and what each read may have seen. */
import { AsyncLocalStorage } from 'node:async_hooks';

import { Database, f, model, oneOf } from 'blazeorm';
import type { Adapter, Session } from 'blazeorm';
import type { CacheBackend } from 'blazeorm/cache';

import { Gates, gatedAdapter, gatedBackend } from './gates.ts';
import type { Turn } from './gates.ts';

export class Counter extends model(
  'counter',
  { id: f.int({ primaryKey: true }), value: f.int() },
  { cache: { ttl: 600_000 } },
) {}

export const KEYS = [1, 2];

/** What a program does, one after the other, each in a session of its own. */
export type Act =
  | { readonly kind: 'read'; readonly how: 'get' | 'inBulk' | 'result' | 'look'; readonly key: number }
  | { readonly kind: 'write'; readonly how: 'flush' | 'set'; readonly keys: readonly number[]; readonly fails: boolean }
  /** By itself, outside of a transaction. */
  | { readonly kind: 'update'; readonly key: number };

/** A value of a row, that was committed between these two steps. */
interface Committed {
  readonly value: number;
  readonly began: number;
  readonly done: number;
}

/** A read that showed what was not there while it ran. */
export interface Wrong {
  readonly key: number;
  readonly how: string;
  readonly value: number | undefined;
  readonly from: number;
  readonly to: number;
  readonly committed: readonly Committed[];
}

/** What is to be noted when the next COMMIT, or statement, of a program is done. */
interface Noting {
  on: 'commit' | 'execute' | undefined;
  written: readonly (readonly [key: number, value: number])[];
}

/** Two programs with their databases and caches, for one schedule after the other. */
export class Stage {
  readonly #gates = new Gates();
  readonly #noting = new AsyncLocalStorage<Noting>();
  readonly #databases: Database[] = [];
  readonly #options: { readonly readCommitted: boolean };
  #values = new Map<number, Committed[]>();
  #last = 0;

  private constructor(options: { readonly readCommitted: boolean }) {
    this.#options = options;
  }

  /** @param backends One for each database; two programs may share one. */
  static async open(
    url: string,
    adapters: readonly Adapter[],
    backends: readonly CacheBackend[],
    options: { readonly readCommitted: boolean },
  ): Promise<Stage> {
    const stage = new Stage(options);
    for (const [i, adapter] of adapters.entries()) {
      const gated = gatedAdapter(adapter, stage.#gates, (kind, run) => stage.#written(kind, run));
      const cache = gatedBackend(backends[i]!, stage.#gates);
      stage.#databases.push(await Database.connect(url, { models: [Counter], adapter: gated, cache }));
    }
    const [db] = stage.#databases;
    await db!.createAll();
    await db!
      .session()
      .query(Counter)
      .bulkCreate(KEYS.map((id) => ({ id, value: 0 })));
    return stage;
  }

  async close(): Promise<void> {
    for (const db of this.#databases) await db.close();
  }

  /** What reads have shown that they must not. */
  async play(programs: readonly (readonly Act[])[], turns: readonly Turn[]): Promise<Wrong[]> {
    const [first] = this.#databases;
    await first!.session().query(Counter).unfiltered().update({ value: 0 });
    await first!.cache.clear();
    this.#values = new Map(KEYS.map((key) => [key, [{ value: 0, began: 0, done: 0 }]]));
    const wrong: Wrong[] = [];
    await this.#gates.play(
      turns,
      programs.map((steps, i) => async () => {
        const db = this.#databases[i % this.#databases.length]!;
        for (const step of steps) {
          // Others may go on between two acts.
          await this.#gates.pass();
          wrong.push(...(await this.#act(db, step)));
        }
      }),
    );
    // When all is over, what is kept is what is stored.
    const stored = await first!.session().query(Counter).using('primary').inBulk(KEYS);
    for (const db of this.#databases)
      for (const key of KEYS)
        for (const how of ['get', 'result'])
          for (const [, value] of await this.#seen(db.session(), how, key))
            if (value !== stored.get(key)?.value)
              wrong.push({
                key,
                how,
                value,
                from: this.#gates.now,
                to: this.#gates.now,
                committed: this.#values.get(key)!,
              });
    return wrong;
  }

  async #act(db: Database, step: Act): Promise<readonly Wrong[]> {
    if (step.kind === 'read') return this.#read(db, step);
    const noting: Noting = { on: undefined, written: [] };
    return this.#noting.run(noting, () =>
      step.kind === 'update' ? this.#update(db, step.key, noting) : this.#write(db, step, noting),
    );
  }

  async #update(db: Database, key: number, noting: Noting): Promise<readonly Wrong[]> {
    const value = ++this.#last;
    Object.assign(noting, { on: 'execute', written: [[key, value]] });
    await db.session().query(Counter).filter({ id: key }).update({ value });
    return [];
  }

  /** What it has written it sees itself, too. */
  async #write(
    db: Database,
    { keys, how, fails }: Extract<Act, { kind: 'write' }>,
    noting: Noting,
  ): Promise<readonly Wrong[]> {
    const wrong: Wrong[] = [];
    try {
      await db.transaction(async (session) => {
        for (const key of keys) {
          const value = ++this.#last;
          await writeOne(session, how, key, value);
          noting.written = [...noting.written, [key, value]];
          const seen = (await session.query(Counter).readOnly().inBulk([key])).get(key)?.value;
          if (seen !== value)
            wrong.push({ key, how: 'own', value: seen, from: this.#gates.now, to: this.#gates.now, committed: [] });
        }
        if (fails) throw new RollBack();
        noting.on = 'commit';
      });
    } catch (error) {
      if (!(error instanceof RollBack)) throw error;
    }
    return wrong;
  }

  async #written<T>(kind: 'commit' | 'execute', run: () => T | Promise<T>): Promise<T> {
    const noting = this.#noting.getStore();
    const began = this.#gates.now;
    const result = await run();
    if (noting?.on === kind)
      for (const [key, value] of noting.written) this.#values.get(key)!.push({ value, began, done: this.#gates.now });
    return result;
  }

  async #read(db: Database, { how, key }: Extract<Act, { kind: 'read' }>): Promise<Wrong[]> {
    const from = this.#gates.now;
    const seen = await this.#seen(db.session(), how, key);
    const to = this.#gates.now;
    return seen.flatMap(([k, value]) => {
      const committed = this.#values.get(k)!;
      return mayShow(committed, value, from, to) ? [] : [{ key: k, how, value, from, to, committed: [...committed] }];
    });
  }

  async #seen(session: Session, how: string, key: number): Promise<[number, number | undefined][]> {
    if (how === 'get') return [[key, (await session.get(Counter, key))?.value]];
    if (how === 'inBulk') {
      const found = await session.query(Counter).inBulk(KEYS);
      return KEYS.map((k) => [k, found.get(k)?.value]);
    }
    if (how === 'result') {
      const query = session.query(Counter).filter({ id: key }).valuesList('value', { flat: true });
      return [[key, (await query.cache({ ttl: 600_000 }))[0]]];
    }
    return session.transaction(
      async () => [[key, (await session.get(Counter, key))?.value]],
      this.#options.readCommitted ? { isolation: 'read committed' } : {},
    );
  }
}

class RollBack extends Error {}

async function writeOne(session: Session, how: 'flush' | 'set', key: number, value: number): Promise<void> {
  if (how === 'set') {
    await session
      .query(Counter)
      .filter({ id: oneOf([key]) })
      .update({ value });
    return;
  }
  (await session.getOrFail(Counter, key)).value = value;
  await session.flush();
}

/** Whether a value was the committed one at some step between these two. Which of two was the later one is told by their steps alone. */
function mayShow(history: readonly Committed[], value: number | undefined, from: number, to: number): boolean {
  const overwritten = (item: Committed): boolean =>
    history.some((later) => later.began > item.done && later.done < from);
  return history.some((item) => item.value === value && item.began <= to && !overwritten(item));
}
