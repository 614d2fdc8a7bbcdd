/** What the tests of the unit of work share: statements as they are sent, faults on demand, pictures of memory and database. */
import { Database, DatabaseError, statementChannel } from 'blazeorm';
import type {
  AcquireOptions,
  Adapter,
  BeginOptions,
  Collection,
  ConnectionConfig,
  Connection,
  Model,
  Rows,
  Session,
  StatementEvent,
  BatchResult,
  WriteResult,
} from 'blazeorm';
import { SQLiteAdapter } from 'blazeorm/sqlite';

import { models } from '../../support/models.ts';

/** The statements that are sent while a function runs, each as its text, with the number of parameter lists if not one. */
export async function statementsOf(run: () => unknown): Promise<string[]> {
  const seen: string[] = [];
  const listen = (message: unknown): void => {
    const { sql, runs } = message as StatementEvent;
    seen.push(runs === 1 ? sql : `${runs}× ${sql}`);
  };
  statementChannel.subscribe(listen);
  try {
    await run();
  } finally {
    statementChannel.unsubscribe(listen);
  }
  return seen;
}

/** What a collection holds, loaded at run time, whatever its type knows of that. */
export function items<M extends Model, Via extends string>(collection: Collection<M, Via>): M[] {
  return [...(collection as unknown as Iterable<M>)];
}

/** The own attributes of an entity. */
export function plain(entity: object | null | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entity ?? {}));
}

/** The error of a call, or undefined. */
export async function errorFrom(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What a fault is called, to tell it from errors that the library makes. */
export class InjectedFault extends DatabaseError {}

type Call = 'statement' | 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollbackTo';

/** A connection that counts what is sent and fails where it is told to; everything else runs for real. */
class FaultyConnection implements Connection {
  readonly inner: Connection;
  readonly #faults: Faults;

  constructor(inner: Connection, faults: Faults) {
    this.inner = inner;
    this.#faults = faults;
  }

  get prepared(): number {
    return this.inner.prepared;
  }

  query(sql: string, parameters: readonly unknown[]): Rows | Promise<Rows> {
    this.#faults.meet('statement');
    return this.inner.query(sql, parameters);
  }

  queryNamed(sql: string, parameters: readonly unknown[]): ReturnType<Connection['queryNamed']> {
    this.#faults.meet('statement');
    return this.inner.queryNamed(sql, parameters);
  }

  execute(sql: string, parameters: readonly unknown[]): WriteResult | Promise<WriteResult> {
    this.#faults.meet('statement');
    return this.inner.execute(sql, parameters);
  }

  /** One by one, so that a fault can be in the middle of a batch. */
  async executeMany(sql: string, batches: readonly (readonly unknown[])[]): Promise<BatchResult> {
    const results: BatchResult[] = [];
    for (const parameters of batches) {
      this.#faults.meet('statement');
      results.push(await this.inner.executeMany(sql, [parameters]));
    }
    return {
      changes: results.flatMap((result) => result.changes),
      lastInsertIds: results.flatMap((result) => result.lastInsertIds),
    };
  }

  iterate(sql: string, parameters: readonly unknown[]): ReturnType<Connection['iterate']> {
    this.#faults.meet('statement');
    return this.inner.iterate(sql, parameters);
  }

  script(sql: string): void | Promise<void> {
    return this.inner.script(sql);
  }

  begin(options: BeginOptions): void | Promise<void> {
    this.#faults.meet('begin');
    return this.inner.begin(options);
  }

  commit(): void | Promise<void> {
    this.#faults.meet('commit');
    return this.inner.commit();
  }

  rollback(): void | Promise<void> {
    this.#faults.meet('rollback');
    return this.inner.rollback();
  }

  savepoint(name: string): void | Promise<void> {
    this.#faults.meet('savepoint');
    return this.inner.savepoint(name);
  }

  releaseSavepoint(name: string): void | Promise<void> {
    this.#faults.meet('release');
    return this.inner.releaseSavepoint(name);
  }

  rollbackToSavepoint(name: string): void | Promise<void> {
    this.#faults.meet('rollbackTo');
    return this.inner.rollbackToSavepoint(name);
  }
}

/** Which call is to fail, counted from when it was set; and how many calls there were since. */
export class Faults {
  #call: Call | undefined;
  #at = 0;
  #seen = 0;

  /** The `at`th call of this kind fails, once. */
  set(call: Call, at = 1): void {
    this.#call = call;
    this.#at = at;
    this.#seen = 0;
  }

  clear(): void {
    this.#call = undefined;
  }

  /** Statements met since the last `set`. */
  get seen(): number {
    return this.#seen;
  }

  meet(call: Call): void {
    if (call !== this.#call) return;
    this.#seen++;
    if (this.#seen === this.#at) throw new InjectedFault(`A fault at ${call} ${this.#at}.`);
  }
}

export class FaultyAdapter implements Adapter {
  readonly faults = new Faults();
  readonly #inner = new SQLiteAdapter();

  get dialect(): SQLiteAdapter['dialect'] {
    return this.#inner.dialect;
  }

  get prepared(): number {
    return this.#inner.prepared;
  }

  connect(config: ConnectionConfig): Promise<void> {
    return this.#inner.connect(config);
  }

  async acquire(options: AcquireOptions): Promise<Connection> {
    return new FaultyConnection(await this.#inner.acquire(options), this.faults);
  }

  release(connection: Connection): void {
    this.#inner.release((connection as FaultyConnection).inner);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** A database in memory whose statements fail when told to. */
export async function openFaulty(modelClasses: readonly unknown[] = models): Promise<{ db: Database; faults: Faults }> {
  const adapter = new FaultyAdapter();
  const db = await Database.connect('sqlite::memory:', { adapter, models: modelClasses });
  await db.createAll();
  return { db, faults: adapter.faults };
}

/** Every row of every table, as the database has it. */
export async function rowsOf(db: Database): Promise<Record<string, Record<string, unknown>[]>> {
  const session = db.session();
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const { table, key } of db.registry.models) {
    const rows = await session.sql`SELECT * FROM ${session.sql.id(table)} ORDER BY 1, 2`;
    if (rows.length > 0) tables[table] = rows;
    if (key.length === 0) throw new Error(`${table} has no key`);
  }
  await session.close();
  return tables;
}

interface Relation {
  readonly name: string;
  readonly many: boolean;
}

/** An entity as a program sees it: its state, its own values, and what its relations hold, as far as it is at hand. */
export function pictureOf(session: Session, entities: readonly object[]): unknown[] {
  const name = (item: unknown): unknown => {
    if (item === null) return null;
    const index = entities.indexOf(item as object);
    return index >= 0 ? `#${index}` : `${(item as object).constructor.name} ${String((item as { pk?: unknown }).pk)}`;
  };
  return entities.map((entity) => {
    const { relations } = (entity.constructor as unknown as { meta: { relations: readonly Relation[] } }).meta;
    const linked: Record<string, unknown> = {};
    for (const relation of relations) {
      const value = (entity as Record<string, unknown>)[relation.name];
      if (!relation.many) linked[relation.name] = name(value);
      else if ((value as { isLoaded: boolean }).isLoaded)
        linked[relation.name] = [...(value as Iterable<object>)].map(name);
      else linked[relation.name] = 'not loaded';
    }
    return {
      model: entity.constructor.name,
      state: session.state(entity as never),
      values: structuredClone(plain(entity)),
      linked,
    };
  });
}
