import { MigrationError } from '../../utils/migration-errors.ts';
import { own } from '../../utils/own.ts';
import { BATCH, checkedBatch, inBatches, raw, tableNamed } from './batches.ts';
import type { BatchContext } from './batches.ts';
import type { TableLike } from './builders.ts';
import type { RowCheck, RunOperation } from './operation.ts';

/**
 * Look at the rows of a table that is in use, a batch at a time in the order of its primary key: nobody waits. For what a constraint
 * will ask of all of them at once, and for what a database never asks of rows that are there.
 *
 * @param condition SQL in terms of the row. Like that of a check, it holds where it is true or NULL.
 * @param options `batch`: how many rows at a time (1000).
 * @throws MigrationError, when it runs, with the number of rows for which it is false.
 * @example
 * ```ts
 * import { checkRows, migration } from 'blazeorm/schema';
 * export default migration({ after: ['0004_add_slug'], operations: [checkRows('post', 'length(slug) > 0')] });
 * ```
 */
export function checkRows(
  table: TableLike,
  condition: string,
  options: { readonly batch?: number } = {},
): RunOperation {
  const { batch = BATCH } = own(options);
  const rowCheck: RowCheck = { table: tableNamed(table), condition, batch: checkedBatch('checkRows()', batch) };
  return {
    kind: 'run',
    up: (context: BatchContext) => look(rowCheck, context),
    down: () => undefined,
    outside: true,
    rowCheck,
  };
}

async function look({ table, condition, batch }: RowCheck, context: BatchContext): Promise<void> {
  let wrong = 0;
  await inBatches(table, batch, context, async ({ sql: read, target, rows }) => {
    const [found] = await read<{
      wrong: number | bigint | string;
    }>`SELECT COUNT(*) AS wrong FROM ${target} WHERE ${rows} AND NOT (${raw(condition)})`;
    wrong += Number(found!.wrong);
  });
  if (wrong > 0)
    throw new MigrationError(
      `${wrong} ${wrong === 1 ? 'row' : 'rows'} of ${table.name} ${wrong === 1 ? 'is' : 'are'} not as they have to be: ${withoutTexts(condition)}.`,
      { remedy: 'Put them right, and migrate again.' },
    );
}

/** Texts may be secrets. */
function withoutTexts(sql: string): string {
  return sql.replaceAll(/'(?:[^']|'')*'/g, "'…'");
}
