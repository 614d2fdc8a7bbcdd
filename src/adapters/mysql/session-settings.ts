import { ConnectionError } from '../../utils/errors.ts';
import type { ServerSettings } from '../server-options.ts';

/** What a server says of itself. */
export interface Server {
  readonly mariadb: boolean;
  /** How far apart the keys are that it counts up: more than 1 where several servers write. */
  readonly keyStep: number;
  /** Tells it from other servers: numbers of connections are each server's own. */
  readonly identity: string;
}

/** The oldest versions that are tested. */
const MINIMUM = { MySQL: [8, 4], MariaDB: [10, 11] } as const;

/** An expression for what a server is known by. */
export const IDENTITY = "CONCAT_WS('|', @@hostname, @@port, @@server_id, @@datadir)";

/** @throws ConnectionError for a version that is too old. */
export async function readServer(ask: (sql: string) => Promise<unknown[][]>): Promise<Server> {
  const [row] = await ask(`SELECT VERSION(), @@version_comment, @@auto_increment_increment, ${IDENTITY}`);
  const [version, comment, step, identity] = row!.map(String) as [string, string, string, string];
  const mariadb = /mariadb/i.test(`${version} ${comment}`);
  const name = mariadb ? 'MariaDB' : 'MySQL';
  // Some proxies show MariaDB's version behind one that old clients expect.
  const [major = 0, minor = 0] = version
    .replace(/^5\.5\.5-/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const [least, leastMinor] = MINIMUM[name];
  if (major < least || (major === least && minor < leastMinor))
    throw new ConnectionError(`${name} ${least}.${leastMinor} or later is needed.`, { remedy: 'Upgrade the server.' });
  return { mariadb, keyStep: Number(step), identity };
}

/**
 * The statements with which a session begins: text and its comparison letter by letter, times in UTC, errors instead of
 * values that are cut, keys of 0 as they are given, and foreign keys that are checked.
 */
export function sessionSettings(
  { mariadb }: Server,
  collation: string,
  { statementTimeout, lockTimeout, readOnly }: ServerSettings,
): string[] {
  const modes = [
    'STRICT_TRANS_TABLES',
    'NO_ENGINE_SUBSTITUTION',
    'NO_AUTO_VALUE_ON_ZERO',
    'ERROR_FOR_DIVISION_BY_ZERO',
    // MariaDB does not see that what depends on the key is one value in each group.
    ...(mariadb ? [] : ['ONLY_FULL_GROUP_BY']),
  ];
  const settings = [
    `sql_mode = '${modes.join(',')}'`,
    "time_zone = '+00:00'",
    'foreign_key_checks = 1',
    'unique_checks = 1',
    ...(lockTimeout > 0 ? [`innodb_lock_wait_timeout = ${Math.max(1, Math.ceil(lockTimeout / 1000))}`] : []),
    ...(statementTimeout > 0
      ? [mariadb ? `max_statement_time = ${statementTimeout / 1000}` : `max_execution_time = ${statementTimeout}`]
      : []),
  ];
  return [
    `SET NAMES utf8mb4 COLLATE ${collation}`,
    `SET ${settings.join(', ')}`,
    ...(readOnly ? ['SET SESSION TRANSACTION READ ONLY'] : []),
  ];
}
