import type { TableName } from '../../core/ast/schema.ts';
import type { ModelClassValue } from '../../core/metadata.ts';
import { metaOf } from '../../core/registry.ts';
import type { SessionSql } from '../../core/types/index.ts';
import { Fragment, sql } from '../../query/sql.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { own } from '../../utils/own.ts';
import type { TableLike } from './builders.ts';
import type { BackFill, RunOperation } from './operation.ts';

/** Rows that are written at a time, where nothing else is said. */
export const BATCH = 1000;

/**
 * Write a value into the rows of a table that is in use, a batch at a time in the order of its primary key, each in a transaction
 * of its own: writers wait for one batch at most. Interrupted, it begins anew; so `where` had better leave out what is written.
 *
 * @param set SQL for each column, in terms of the row: `{ slug: 'lower(title)' }`.
 * @param options `where`: SQL for the rows that are meant; `batch`: how many rows at a time (1000).
 * @example
 * ```ts
 * import { backFill, migration } from 'blazeorm/schema';
 * export default migration({
 *   after: ['0004_add_slug'],
 *   operations: [backFill('post', { slug: 'lower(title)' }, { where: 'slug IS NULL' })],
 * });
 * ```
 */
export function backFill(
  table: TableLike,
  set: Readonly<Record<string, string>>,
  options: { readonly where?: string; readonly batch?: number } = {},
): RunOperation {
  const { where, batch = BATCH } = own(options);
  if (Object.keys(set).length === 0) throw new MigrationError('backFill() takes SQL for at least one column.');
  if (!Number.isInteger(batch) || batch < 1)
    throw new MigrationError("backFill() takes a whole number of rows as its 'batch'.");
  const name: TableName =
    typeof table === 'string' ? { schema: undefined, name: table } : { schema: table.schema, name: table.name };
  const filling: BackFill = { table: name, set: { ...set }, where, batch };
  return {
    kind: 'run',
    up: (context: Filler) => fill(filling, context),
    // What was written goes with the column, or stays where it does no harm.
    down: () => undefined,
    outside: true,
    backFill: filling,
  };
}

/** What it needs of the context that code of migrations gets. */
interface Filler {
  readonly session: unknown;
  readonly model: (table: TableLike) => unknown;
  readonly progress: (done: number) => void;
}

/** What a session does for it. */
interface Writer {
  readonly sql: SessionSql;
  commit(): Promise<void>;
}

async function fill({ table, set, where, batch }: BackFill, { session, model, progress }: Filler): Promise<void> {
  // Named casts: `persistence` stands beside this layer, which knows of a session only that it is one.
  const writer = session as Writer;
  const { primaryKey, fields } = metaOf(
    model(table.schema === undefined ? table.name : { ...table, schema: table.schema }) as ModelClassValue,
  );
  const key = sql.id(fields.find(({ name }) => name === primaryKey[0])!.column);
  const target = table.schema === undefined ? sql.id(table.name) : sql.id(table.schema, table.name);
  const values = joined(
    Object.entries(set).map(([column, value]) => sql`${sql.id(column)} = ${raw(value)}`),
    ', ',
  );
  const meant = where === undefined ? raw('1 = 1') : raw(where);
  let last: unknown;
  for (let done = 0; ; done += batch) {
    const after = last === undefined ? raw('1 = 1') : sql`${key} > ${last}`;
    const rest = raw(`LIMIT 1 OFFSET ${batch - 1}`);
    const [end] = await writer.sql<{
      last: unknown;
    }>`SELECT ${key} AS last FROM ${target} WHERE ${after} ORDER BY ${key} ${rest}`;
    const upTo = end === undefined ? raw('1 = 1') : sql`${key} <= ${end.last}`;
    await writer.sql`UPDATE ${target} SET ${values} WHERE ${after} AND ${upTo} AND (${meant})`;
    await writer.commit();
    progress(done + batch);
    if (end === undefined) return;
    last = end.last;
  }
}

/** SQL of the migration's author, as it is. */
function raw(text: string): Fragment {
  return new Fragment([text], []);
}

function joined(parts: readonly unknown[], by: string): Fragment {
  return new Fragment(['', ...parts.slice(1).map(() => by), ''], parts);
}
