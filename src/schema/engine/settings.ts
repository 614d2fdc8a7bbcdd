import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { DialectId } from '../../dialects/dialect.ts';

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
  postgres: [
    postgres('lock_timeout', ({ lockTimeout }) => String(lockTimeout)),
    postgres('statement_timeout', ({ statementTimeout }) => String(statementTimeout)),
  ],
  // MySQL can bound SELECTs only. A step that turns off the checks of keys may fail before it turns them on again.
  mysql: [...MYSQL, mysql('foreign_key_checks', () => '@@SESSION.foreign_key_checks')],
  mariadb: [...MYSQL, mysql('max_statement_time', ({ statementTimeout }) => String(statementTimeout / 1000))],
};

/** Do something while the connection waits as long as is said; afterwards it waits as before. */
export async function withPatience<T>(
  executor: Executor,
  connection: Connection,
  id: DialectId,
  patience: Patience,
  run: () => Promise<T>,
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
    result = await run();
  } catch (error) {
    // The first error is what went wrong; a connection that takes no settings any more is given to nobody else.
    await restore().catch(() => undefined);
    throw error;
  }
  await restore();
  return result;
}
