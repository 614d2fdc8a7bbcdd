import type { TableName } from '../../core/ast/schema.ts';
import type { ModelClassValue } from '../../core/metadata.ts';
import { metaOf } from '../../core/registry.ts';
import type { SessionSql } from '../../core/types/index.ts';
import { Fragment, sql } from '../../query/sql.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import type { TableLike } from './builders.ts';

/** Rows of a batch, where nothing else is said. */
export const BATCH = 1000;

/** What work in batches needs of the context that code of migrations gets. */
export interface BatchContext {
  readonly session: unknown;
  readonly model: (table: TableLike) => unknown;
  readonly progress: (done: number) => void;
}

/** What a session does for it. */
interface Worker {
  readonly sql: SessionSql;
  commit(): Promise<void>;
}

/** One batch: where it is, and what reads and writes there. */
export interface Batch {
  readonly sql: SessionSql;
  /** The table, for a template of SQL. */
  readonly target: unknown;
  /** The condition of its rows, for a template of SQL. */
  readonly rows: unknown;
}

/** Go through a table in the order of its primary key, each batch of rows in a transaction of its own. */
export async function inBatches(
  table: TableName,
  size: number,
  { session, model, progress }: BatchContext,
  work: (batch: Batch) => Promise<void>,
): Promise<void> {
  // Named casts: `persistence` stands beside this layer, which knows of a session only that it is one.
  const worker = session as Worker;
  const { primaryKey, fields } = metaOf(
    model(table.schema === undefined ? table.name : { ...table, schema: table.schema }) as ModelClassValue,
  );
  const key = sql.id(fields.find(({ name }) => name === primaryKey[0])!.column);
  const target = table.schema === undefined ? sql.id(table.name) : sql.id(table.schema, table.name);
  let last: unknown;
  for (let done = 0; ; done += size) {
    const after = last === undefined ? raw('1 = 1') : sql`${key} > ${last}`;
    const rest = raw(`LIMIT 1 OFFSET ${size - 1}`);
    const [end] = await worker.sql<{
      last: unknown;
    }>`SELECT ${key} AS last FROM ${target} WHERE ${after} ORDER BY ${key} ${rest}`;
    const upTo = end === undefined ? raw('1 = 1') : sql`${key} <= ${end.last}`;
    await work({ sql: worker.sql, target, rows: sql`${after} AND ${upTo}` });
    await worker.commit();
    progress(done + size);
    if (end === undefined) return;
    last = end.last;
  }
}

/** @throws MigrationError for what is no number of rows. */
export function checkedBatch(call: string, batch: number): number {
  if (!Number.isInteger(batch) || batch < 1)
    throw new MigrationError(`${call} takes a whole number of rows as its 'batch'.`);
  return batch;
}

export function tableNamed(table: TableLike): TableName {
  return typeof table === 'string' ? { schema: undefined, name: table } : { schema: table.schema, name: table.name };
}

/** SQL of the migration's author, as it is. */
export function raw(text: string): Fragment {
  return new Fragment([text], []);
}
