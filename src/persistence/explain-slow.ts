import type { Executor } from '../adapters/executor.ts';
import type { StatementEvent } from '../adapters/statement-events.ts';
import { StatementRecord } from '../adapters/statement-record.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { TrackedStatement } from '../utils/performance/statement.ts';
import { planText } from './plan-text.ts';

/** Plans that are asked for at most: one for each text. */
const MOST = 1_000;

/**
 * Asks the database how it does a slow SELECT: plain EXPLAIN, which runs nothing, once for each text, one at a time, on a connection
 * of the pool that is given back at once. What fails has no plan: whatever is wrong there is no fault of the query's.
 */
export function explainer(
  executor: Executor,
  dialect: () => Dialect,
): (event: TrackedStatement) => Promise<string | undefined> | undefined {
  const asked = new Set<string>();
  let busy = false;
  return (event) => {
    const words = dialect().features.explain.text.plan;
    const parameters = StatementRecord.parameters(event as StatementEvent); // Named cast: the executor's own event.
    const isSelect = event.kind === 'read' && /^(?:SELECT|WITH)\b/i.test(event.sql);
    if (words === undefined || parameters === undefined || !isSelect || event.error !== undefined) return undefined;
    if (busy || asked.size >= MOST || asked.has(event.sql)) return undefined;
    asked.add(event.sql);
    busy = true;
    return planOf(executor, `${words} ${event.sql}`, parameters).finally(() => (busy = false));
  };
}

async function planOf(executor: Executor, sql: string, parameters: readonly unknown[]): Promise<string | undefined> {
  try {
    const connection = await executor.acquire({ mode: 'read', purpose: 'the plan of a slow query' });
    try {
      const { columns, rows } = await executor.queryNamed(connection, sql, parameters);
      return planWithoutValues(planText(columns, rows));
    } finally {
      executor.release(connection);
    }
  } catch {
    return undefined;
  }
}

/** Texts; numbers, of which those stay that a plan estimates; cells of a table, which has no values in it. */
const VALUES =
  /'(?:[^'\\]|''|\\.)*'|\b(?:cost|rows|width|time|loops)=[\d.e+]+|\|[ \d]+(?=\||$)|^\d+ +(?=\|)|(?<![\w$.])\d[\d.e+]*\b/gim;

/** Servers write the values of parameters into the conditions of a plan. */
export function planWithoutValues(plan: string): string {
  return plan.replace(VALUES, (found) => (/^['\d][^|]*$/.test(found) && !/^\d+ +$/.test(found) ? '?' : found));
}
