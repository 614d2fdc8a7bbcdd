import type { Schema, TableSchema } from './core/ast/schema.ts';
import type { Database } from './database.ts';
import type { Dialect } from './dialects/dialect.ts';
import { engineOf } from './persistence/database.ts';
import type { Engine } from './persistence/engine.ts';
import { diffSchemas } from './schema/diff.ts';
import { describeOperation } from './schema/describe.ts';
import { introspect } from './schema/introspect/introspect.ts';
import type { Source } from './schema/introspect/source.ts';
import type { Migration, Operation } from './schema/operations/operation.ts';
import { CONTENTS, dropNew } from './schema/scratch.ts';
import { findTable } from './schema/state.ts';
import { MigrationError } from './utils/migration-errors.ts';

/** What is wrong with the way back of a migration. */
export interface MigrationProblem {
  readonly migration: string;
  /** `back`: taken back, it leaves another schema than there was before it. `again`: so it does when it is applied once more. */
  readonly when: 'back' | 'again';
  /** What would make the schema right again; empty where `error` says why there is none. */
  readonly differences: readonly Operation[];
  readonly error: MigrationError | undefined;
}

/** The part of a migration engine that walks up and down. */
export interface Walker {
  migrate(options: {
    readonly count: number;
    readonly force: true;
  }): Promise<readonly { readonly migration: { readonly name: string } }[]>;
  rollback(options: { readonly count: number; readonly force: true }): Promise<unknown>;
}

/** The schema of a live database, without the table of migrations where it is named. */
export function liveSchema(db: Database, table?: string): Promise<Schema> {
  const { schema } = partsOf(db).options;
  return withSource(db, 'read', (source) => introspect(source, { except: table === undefined ? [] : [table], schema }));
}

async function withSource<T>(db: Database, mode: 'read' | 'write', run: (source: Source) => Promise<T>): Promise<T> {
  const { executor, dialect } = partsOf(db);
  const connection = await executor.acquire({ mode, purpose: 'a look at the schema', server: 'primary' });
  try {
    return await run({ executor, connection, dialect });
  } finally {
    executor.release(connection);
  }
}

/** What one live database lacks of another, as both tell it. */
export function differences(from: Schema, to: Schema, db: Database): Operation[] {
  return diffSchemas(from, to, partsOf(db).dialect, { stored: true });
}

/**
 * A live schema in which only those keys count up of which the history says so: SQLite counts each key of the very type INTEGER, and
 * none of another name for it, which is nothing to rows that bring their keys.
 */
export function asSaid(live: Schema, history: Schema, db: Database): Schema {
  if (!partsOf(db).dialect.features.nullKeyGenerates) return live;
  const counts = (table: TableSchema, column: string): boolean =>
    findTable(history, table)?.columns.find(({ name }) => name === column)?.identity ?? true;
  const tables = live.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      identity: column.identity && counts(table, column.name),
    })),
  }));
  return { ...live, tables };
}

/**
 * Try migrations out on a database, which is as empty afterwards as it was before, also where they failed: what they made is dropped,
 * and what was there stays.
 *
 * @param schemas Other schemas in which they make something.
 * @throws MigrationError for a database that has anything: it is one to try things out on.
 */
export async function onScratch<T>(scratch: Database, schemas: readonly string[], run: () => Promise<T>): Promise<T> {
  await refuseUsed(scratch);
  const before = await withSource(scratch, 'write', (source) => CONTENTS[source.dialect.id].found(source, schemas));
  const empty = (): Promise<void> => withSource(scratch, 'write', (source) => dropNew(source, before, schemas));
  let result: T;
  try {
    result = await run();
  } catch (error) {
    // Why it failed is what counts; if something is left, the next one says so.
    await empty().catch(() => undefined);
    throw error;
  }
  await empty();
  return result;
}

async function refuseUsed(scratch: Database): Promise<void> {
  const { tables, views } = await liveSchema(scratch);
  const [there] = [...tables, ...views];
  if (there !== undefined)
    throw new MigrationError(`The scratch database has '${there.name}' in it, and more may be lost there.`, {
      remedy:
        'Give it an empty one, made for this and nothing else. It is emptied when all is done; only a process that was killed leaves something there.',
    });
}

/** The schemas, beside the usual one, in which migrations make tables and views. */
export function schemasOf(files: readonly Migration[]): string[] {
  const made = files.flatMap(({ operations }) =>
    operations.flatMap((operation) =>
      operation.kind === 'createTable' ? operation.table : operation.kind === 'createView' ? operation.view : [],
    ),
  );
  return [...new Set(made.flatMap(({ schema }) => schema ?? []))];
}

/** Each migration up, down and up again, one after the other, until one leaves what it should not. */
export async function walk(scratch: Database, engine: Walker, table: string): Promise<MigrationProblem[]> {
  const problems: MigrationProblem[] = [];
  const look = (): Promise<Schema> => liveSchema(scratch, table);
  const one = { count: 1, force: true } as const;
  let before = await look();
  for (;;) {
    const [applied] = await engine.migrate(one);
    if (applied === undefined) return problems;
    const { name: migration } = applied.migration;
    const after = await look();
    const error = await failureOf(() => engine.rollback(one));
    if (error === undefined) {
      note(problems, migration, 'back', differences(await look(), before, scratch));
      // What comes next would stand on what should not be there.
      if (problems.at(-1)?.migration === migration) return problems;
      await engine.migrate(one);
      note(problems, migration, 'again', differences(await look(), after, scratch));
    } else problems.push({ migration, when: 'back', differences: [], error });
    before = await look();
  }
}

function note(
  problems: MigrationProblem[],
  migration: string,
  when: 'back' | 'again',
  found: readonly Operation[],
): void {
  if (found.length > 0) problems.push({ migration, when, differences: found, error: undefined });
}

/** A way back that there is not, or that fails; everything else is no finding but a failure. */
async function failureOf(run: () => Promise<unknown>): Promise<MigrationError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'E_MIGRATION_IRREVERSIBLE') return error;
    throw error;
  }
}

/** Operations in few words. */
export function listed(operations: readonly Operation[]): string {
  return operations.map(describeOperation).join(', ');
}

function partsOf(db: Database): Pick<Engine, 'executor' | 'options'> & { readonly dialect: Dialect } {
  const engine = engineOf(db);
  const { executor, options } = engine;
  return { executor, options, dialect: engine.compiledIn(options.schema).dialect };
}
