import { Fragment, sql } from '../../query/sql.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { own } from '../../utils/own.ts';
import { BATCH, checkedBatch, inBatches, raw, tableNamed } from './batches.ts';
import type { BatchContext } from './batches.ts';
import type { TableLike } from './builders.ts';
import type { BackFill, RunOperation } from './operation.ts';

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
  const filling: BackFill = {
    table: tableNamed(table),
    set: { ...set },
    where,
    batch: checkedBatch('backFill()', batch),
  };
  return {
    kind: 'run',
    up: (context: BatchContext) => fill(filling, context),
    // What was written goes with the column, or stays where it does no harm.
    down: () => undefined,
    outside: true,
    backFill: filling,
  };
}

async function fill({ table, set, where = '1 = 1', batch }: BackFill, context: BatchContext): Promise<void> {
  const values = joined(
    Object.entries(set).map(([column, value]) => sql`${sql.id(column)} = ${raw(value)}`),
    ', ',
  );
  await inBatches(table, batch, context, async ({ sql: write, target, rows }) => {
    await write`UPDATE ${target} SET ${values} WHERE ${rows} AND (${raw(where)})`;
  });
}

function joined(parts: readonly unknown[], by: string): Fragment {
  return new Fragment(['', ...parts.slice(1).map(() => by), ''], parts);
}
