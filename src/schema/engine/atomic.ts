import type { Connection } from '../../adapters/adapter.ts';
import { splitScript } from '../../adapters/mysql/script.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import type { Step } from '../steps/step.ts';

/** Where the steps end that go in one transaction with this one; undefined if it goes alone. */
export function endOfGroup(dialect: Dialect, steps: readonly Step[], from: number): number | undefined {
  let end = from;
  while (end < steps.length && isAtomic(dialect, steps[end]!)) end++;
  return end === from ? undefined : end;
}

/** Whether a step can be taken back by a transaction. */
function isAtomic({ features }: Dialect, step: Step): boolean {
  if (step.outside) return false;
  return (
    features.transactionalDdl ||
    step.kind === 'run' ||
    step.kind === 'look' ||
    (step.kind === 'sql' && isOfRows(step.sql))
  );
}

/** Spaces and comments before the first word. */
const BEFORE = /^(?:\s|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

/** Whether SQL changes rows only, and so can be taken back on every database. */
function isOfRows(sql: string): boolean {
  return splitScript(sql).every((statement) =>
    /^(?:INSERT|UPDATE|DELETE|REPLACE|WITH)\b/i.test(statement.replace(BEFORE, '')),
  );
}

const TRANSACTION =
  /^(?:BEGIN|START\s+TRANSACTION|COMMIT|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE\s+TRANSACTION|XA)\b/i;

/** The word of the first statement that begins, divides or ends a transaction. */
export function transactionWord(sql: string): string | undefined {
  // What stands in a block or a function of PostgreSQL, or in a trigger, is no statement of its own.
  if (
    /\$\w*\$|\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP\w*\s+|DEFINER\S+\s+)?(?:TRIGGER|FUNCTION|PROCEDURE|EVENT)\b/i.test(
      sql,
    )
  )
    return undefined;
  for (const statement of splitScript(sql)) {
    const word = TRANSACTION.exec(statement.replace(BEFORE, ''))?.[0];
    if (word !== undefined) return word.toUpperCase();
  }
  return undefined;
}

/** Several things in one transaction: all of them, or nothing. */
export async function inTransaction(
  executor: Executor,
  connection: Connection,
  steps: readonly Step[],
  run: () => Promise<void>,
): Promise<void> {
  const isRebuilt = steps.some(({ kind }) => kind === 'rebuild');
  const isMixed = isRebuilt && steps.some((step) => step.kind === 'run' || (step.kind === 'sql' && step.own));
  const whole = async (): Promise<void> => {
    await executor.begin(connection, {});
    try {
      const before = isMixed ? await brokenKeys(executor, connection) : 0;
      await run();
      if (isMixed && (await brokenKeys(executor, connection)) > before)
        throw new MigrationError('Rows that it wrote refer to rows that are not there.');
      await executor.commit(connection);
    } catch (error) {
      await rollBack(executor, connection);
      throw error;
    }
  };
  if (!isRebuilt) return whole();
  // Without this, dropping the old table would delete what refers to it; and it cannot be said inside of a transaction.
  const [[enforced] = []] = await executor.query(connection, 'PRAGMA foreign_keys', []);
  await executor.script(connection, 'PRAGMA foreign_keys = OFF');
  try {
    await whole();
  } finally {
    await executor.script(connection, `PRAGMA foreign_keys = ${Number(enforced) === 0 ? 'OFF' : 'ON'}`);
  }
}

async function brokenKeys(executor: Executor, connection: Connection): Promise<number> {
  const [[count] = []] = await executor.query(connection, 'SELECT COUNT(*) FROM pragma_foreign_key_check', []);
  return Number(count);
}

/** The error before it is the one to be told; of a connection that is gone the server takes everything back. */
async function rollBack(executor: Executor, connection: Connection): Promise<void> {
  try {
    await executor.rollback(connection);
  } catch {
    // See above.
  }
}
