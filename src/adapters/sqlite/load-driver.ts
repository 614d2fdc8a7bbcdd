import { DriverMissingError } from '../../utils/errors.ts';
import { betterSqlite3 } from './better-sqlite3.ts';
import type { SQLiteDriver } from './driver.ts';
import { nodeSqlite } from './node-sqlite.ts';
import type { NodeSqlite } from './node-sqlite.ts';

type DriverName = SQLiteDriver['name'];

/**
 * The driver asked for, or the first that is there: `better-sqlite3`, then Node's own.
 *
 * @throws DriverMissingError that says what to install.
 */
export async function loadDriver(wanted: DriverName | undefined): Promise<SQLiteDriver> {
  const causes: unknown[] = [];
  for (const name of wanted === undefined ? (['better-sqlite3', 'node:sqlite'] as const) : [wanted]) {
    try {
      return await LOADERS[name]();
    } catch (error) {
      if (!isMissing(error)) throw error;
      causes.push(error);
    }
  }
  throw new DriverMissingError(
    wanted === 'node:sqlite' ? 'This Node has no node:sqlite.' : 'The SQLite driver is not installed.',
    {
      remedy:
        wanted === 'node:sqlite'
          ? 'Use Node 22.16 or later, or the driver better-sqlite3.'
          : 'Run: npm install better-sqlite3',
      cause: causes[0],
    },
  );
}

const LOADERS: Readonly<Record<DriverName, () => Promise<SQLiteDriver>>> = {
  'better-sqlite3': async () => {
    const { default: Database } = await import('better-sqlite3');
    return betterSqlite3(Database);
  },
  'node:sqlite': async () => {
    // The name is kept from the compiler, whose types are those of our oldest Node.
    const name: string = 'node:sqlite';
    const module = (await import(name)) as NodeSqlite;
    if (typeof module.DatabaseSync !== 'function')
      throw Object.assign(new TypeError('node:sqlite is incomplete'), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
    return nodeSqlite(module);
  },
};

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || code === 'ERR_UNKNOWN_BUILTIN_MODULE';
}
