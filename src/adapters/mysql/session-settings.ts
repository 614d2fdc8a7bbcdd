import { ConnectionError } from '../../utils/errors.ts';
import type { ServerSettings } from '../server-options.ts';

/** What a server says of itself. */
export interface Server {
  readonly mariadb: boolean;
  /** How far apart the keys are that it counts up: more than 1 where several servers write. 0 if nobody can say. */
  readonly keyStep: number;
  /** Tells it from other servers: numbers of connections are each server's own. */
  readonly identity: string;
  /** Bytes that one statement may have, with its values. */
  readonly maxPacket: number;
}

/** The oldest versions that are tested. */
const MINIMUM = { MySQL: [8, 4], MariaDB: [10, 11] } as const;

/** An expression for what a server is known by. */
export const IDENTITY = "CONCAT_WS('|', @@hostname, @@port, @@server_id, @@datadir)";

type Ask = (sql: string) => Promise<unknown[][]>;

/** What is asked of every server. Only MariaDB reads what stands in a comment of its own, and knows that variable. */
const QUESTION = [
  `SELECT VERSION(), @@version_comment, @@auto_increment_increment, @@max_allowed_packet, ${IDENTITY}`,
  '/*M! , @@wsrep_on */',
].join(' ');

/** @throws ConnectionError for a version that is too old, and for a server that has no part in its cluster. */
export async function readServer(ask: Ask): Promise<Server> {
  const [row] = await ask(QUESTION);
  const [version, comment, step, packet, identity, cluster] = row!.map(String) as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ];
  if (version.includes('-TiDB-'))
    throw new ConnectionError('The server is TiDB, which lacks JSON_TABLE, with which lists and rows are sent.', {
      remedy: 'Use MySQL or MariaDB.',
    });
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
  const clustered = cluster === '1' || comment.includes('XtraDB Cluster');
  if (clustered) await refuseUnready(ask);
  // With each server that joins or leaves a cluster the distance changes, also on connections that are open.
  return { mariadb, keyStep: clustered ? 0 : Number(step), maxPacket: Number(packet), identity };
}

/** A server that starts, or was cut off from the others, answers and takes no statements that use tables. */
async function refuseUnready(ask: Ask): Promise<void> {
  const [ready] = await ask("SHOW STATUS LIKE 'wsrep_ready'");
  if (ready?.[1] !== 'ON')
    throw new ConnectionError('The server has no part in its cluster at the moment.', {
      remedy: 'Name several hosts in the DSN, so that another one is taken.',
    });
}

/**
 * What `init_connect` or the server's own settings may say otherwise: writes outside of a transaction would be lost, a
 * COMMIT would begin another one or hang up, rows would be left out, `id IS NULL` would find the last one, and constraints
 * would be named in another language.
 */
const SETTINGS = [
  'autocommit = 1',
  "completion_type = 'NO_CHAIN'",
  'sql_select_limit = 18446744073709551615',
  'sql_auto_is_null = 0',
  "default_storage_engine = 'InnoDB'",
  "lc_messages = 'en_US'",
];

/**
 * The statements with which a session begins: text and its comparison letter by letter, times in UTC, errors instead of
 * values that are cut and dates that are none, keys of 0 as they are given, and foreign keys that are checked.
 */
export function sessionSettings(
  { mariadb }: Pick<Server, 'mariadb'>,
  collation: string,
  { statementTimeout, lockTimeout, readOnly }: ServerSettings,
): string[] {
  const modes = [
    'STRICT_TRANS_TABLES',
    'NO_ENGINE_SUBSTITUTION',
    'NO_AUTO_VALUE_ON_ZERO',
    'NO_ZERO_DATE',
    'NO_ZERO_IN_DATE',
    'ERROR_FOR_DIVISION_BY_ZERO',
    // MariaDB does not see that what depends on the key is one value in each group.
    ...(mariadb ? [] : ['ONLY_FULL_GROUP_BY']),
  ];
  const settings = [
    `sql_mode = '${modes.join(',')}'`,
    "time_zone = '+00:00'",
    'foreign_key_checks = 1',
    // What is put in a row by GROUP_CONCAT is cut otherwise, at 1024 bytes.
    'group_concat_max_len = 4294967295',
    'unique_checks = 1',
    // Ours end by themselves, and after 1,000 steps one server would fail and the other leave rows out.
    `${mariadb ? 'max_recursive_iterations' : 'cte_max_recursion_depth'} = 10000000`,
    ...SETTINGS,
    ...(lockTimeout > 0 ? locksFor(Math.max(1, Math.ceil(lockTimeout / 1000))) : []),
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

/** Locks on rows, and those on tables that change: the server waits a year for these by default. */
function locksFor(seconds: number): string[] {
  return [`innodb_lock_wait_timeout = ${seconds}`, `lock_wait_timeout = ${seconds}`];
}
