import type { Connection } from '../../adapters/adapter.ts';
import { withEachBounded } from '../../adapters/bounded-executor.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { DialectId } from '../../dialects/dialect.ts';
import type { Step } from '../steps/step.ts';

/** How long a migration waits, in milliseconds. */
export interface Patience {
  /** For a lock on a table. */
  readonly lockTimeout: number;
  /** For the end of a statement; 0: for ever. */
  readonly statementTimeout: number;
}

/** A setting of a connection: how it is read and written. */
interface Setting {
  readonly read: string;
  readonly write: (value: string) => string;
  readonly wanted: (patience: Patience) => string;
}

const seconds = (milliseconds: number): string => String(Math.max(1, Math.ceil(milliseconds / 1000)));
const postgres = (name: string, wanted: Setting['wanted']): Setting => ({
  read: `SELECT current_setting('${name}')`,
  write: (value) => `SET ${name} = '${value}'`,
  wanted,
});
const mysql = (name: string, wanted: Setting['wanted']): Setting => ({
  read: `SELECT @@SESSION.${name}`,
  write: (value) => `SET SESSION ${name} = ${value}`,
  wanted,
});

const LOCK_TIMEOUT = postgres('lock_timeout', ({ lockTimeout }) => String(lockTimeout));

const MYSQL: readonly Setting[] = [
  mysql('lock_wait_timeout', ({ lockTimeout }) => seconds(lockTimeout)),
  mysql('innodb_lock_wait_timeout', ({ lockTimeout }) => seconds(lockTimeout)),
];

const SETTINGS: Readonly<Record<DialectId, readonly Setting[]>> = {
  sqlite: [
    {
      read: 'SELECT timeout FROM pragma_busy_timeout',
      write: (value) => `PRAGMA busy_timeout = ${value}`,
      wanted: ({ lockTimeout }) => String(lockTimeout),
    },
  ],
  postgres: [LOCK_TIMEOUT, postgres('statement_timeout', ({ statementTimeout }) => String(statementTimeout))],
  // MySQL can bound SELECTs only. A step that turns off the checks of keys may fail before it turns them on again.
  mysql: [...MYSQL, mysql('foreign_key_checks', () => '@@SESSION.foreign_key_checks')],
  mariadb: [...MYSQL, mysql('max_statement_time', ({ statementTimeout }) => String(statementTimeout / 1000))],
};

/**
 * Do something while the connection waits as long as is said; afterwards it waits as before.
 *
 * @param run Gets the executor whose statements are bounded.
 */
export async function withPatience<T>(
  executor: Executor,
  connection: Connection,
  id: DialectId,
  patience: Patience,
  run: (executor: Executor) => Promise<T>,
): Promise<T> {
  const before: (readonly [Setting, string])[] = [];
  for (const setting of SETTINGS[id]) {
    const [[value] = []] = await executor.query(connection, setting.read, []);
    before.push([setting, String(value)]);
    await executor.query(connection, setting.write(setting.wanted(patience)), []);
  }
  const restore = async (): Promise<void> => {
    for (const [setting, value] of before) await executor.query(connection, setting.write(value), []);
  };
  let result: T;
  try {
    result = await run(bounded(executor, id, patience));
  } catch (error) {
    // The first error is what went wrong. A connection that takes no settings any more is lost, and given to nobody else.
    await restore().catch(() => undefined);
    throw error;
  }
  await restore();
  return result;
}

/** MySQL bounds SELECTs only: there whoever sent a statement has it cancelled. */
function bounded(executor: Executor, id: DialectId, { statementTimeout: timeout }: Patience): Executor {
  return id === 'mysql' && timeout > 0 ? withEachBounded(executor, { timeout }) : executor;
}

/**
 * Whoever makes an index without keeping writers out holds nobody up, and waits for every transaction that is older: in vain, if
 * not for as long as these take.
 */
export async function withoutHaste(
  executor: Executor,
  connection: Connection,
  id: DialectId,
  step: Step,
  run: () => Promise<void>,
): Promise<void> {
  if (id !== 'postgres' || step.kind !== 'sql' || !step.outside || step.effect?.what !== 'index') return run();
  const setting = LOCK_TIMEOUT;
  const [[before] = []] = await executor.query(connection, setting.read, []);
  await executor.query(connection, setting.write('0'), []);
  try {
    await run();
  } finally {
    await executor.query(connection, setting.write(String(before)), []);
  }
}
