import { randomBytes } from 'node:crypto';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { openMysql } from '../contestants/mysql/connection.ts';
import { TRACKS, type ChinookTable, type NewTrack } from '../data.ts';
import { checkInserted, checkRaised, type Added } from './checks.ts';
import type { BenchDatabase } from './database.ts';
import type { Engine } from './engine.ts';
import { schema } from './schema.ts';

const types = { id: 'int AUTO_INCREMENT PRIMARY KEY', decimal: 'decimal(10, 2)', timestamp: 'datetime(3)' };

type Kind = 'mysql' | 'mariadb';

/** MySQL and MariaDB, which one driver speaks with: a database of its own on a server that runs. */
const engine = (kind: Kind, goals: Engine['goals']): Engine => ({
  serverVariable: `${kind.toUpperCase()}_URL`,
  async open(tables, createTables, server) {
    const version = await versionOf(server!, kind);
    const name = `blaze_bench_${randomBytes(4).toString('hex')}`;
    const url = Object.assign(new URL(server!), { pathname: `/${name}` }).href;
    await onServer(server!, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    const drop = async (): Promise<void> => void (await onServer(server!, `DROP DATABASE IF EXISTS ${name}`));
    const pool = openMysql(url, { multipleStatements: true });
    try {
      if (createTables === undefined) await pool.query(schema(types));
      else await createTables(url);
      for (const table of tables) await fill(pool, table);
      await pool.query('CREATE TEMPORARY TABLE original AS SELECT id, milliseconds FROM track WHERE id <= 1000');
      await pool.query(`ANALYZE TABLE ${tables.map((table) => table.name).join(', ')}`);
      return new MysqlDatabase(url, { [kind]: version }, pool, drop);
    } catch (error) {
      await pool.end();
      await drop();
      throw error;
    }
  },
  contestants: {
    raw: async () => (await import('../contestants/mysql/raw.ts')).openRaw,
    arrays: async () => (await import('../contestants/mysql/arrays.ts')).openArrays,
    blazeorm: async () => (await import('../contestants/blazeorm.ts')).openBlazeorm,
  },
  peers: {
    drizzle: async () => (await import('../contestants/mysql/drizzle.ts')).openDrizzle,
  },
  rejection,
  goals,
});

export const mysql: Engine = engine('mysql', {});
export const mariadb: Engine = engine('mariadb', {});

class MysqlDatabase implements BenchDatabase {
  readonly url: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly #pool: Pool;
  readonly #drop: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(url: string, versions: Readonly<Record<string, string>>, pool: Pool, drop: () => Promise<void>) {
    this.url = url;
    this.versions = versions;
    this.#pool = pool;
    this.#drop = drop;
  }

  async undoInsert(expected: readonly NewTrack[]): Promise<void> {
    const [[found]] = await this.#pool.query<(Added & RowDataPacket)[]>(
      `SELECT count(*) AS count, coalesce(sum(milliseconds), 0) + 0e0 AS milliseconds,
        coalesce(sum(char_length(name)), 0) + 0e0 AS names FROM track WHERE id > ${TRACKS}`,
    );
    await this.#pool.query(`DELETE FROM track WHERE id > ${TRACKS}`);
    // So that every contestant gets the same keys.
    await this.#pool.query(`ALTER TABLE track AUTO_INCREMENT = ${TRACKS + 1}`);
    checkInserted(found!, expected);
  }

  async undoUpdate(): Promise<void> {
    const [[row]] = await this.#pool.query<({ raised: number } & RowDataPacket)[]>(
      `SELECT count(*) AS raised FROM track JOIN original o USING (id) WHERE track.milliseconds = o.milliseconds + 1`,
    );
    await this.#pool.query('UPDATE track JOIN original o USING (id) SET track.milliseconds = o.milliseconds');
    checkRaised(row!.raised);
  }

  /** Also when a run is interrupted, and then once more by the run itself. */
  close(): Promise<void> {
    return (this.#closing ??= this.#pool.end().then(this.#drop));
  }
}

/** What a server says of a statement that it does not take: 1064 is a mistake of syntax, 1235 something that it lacks. */
function rejection(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { errno, sqlMessage } = cause as { errno?: unknown; sqlMessage?: string };
    if (errno === 1064 || errno === 1235) return sqlMessage;
  }
  return undefined;
}

async function onServer(dsn: string, sql: string): Promise<RowDataPacket[]> {
  const pool = openMysql(dsn);
  try {
    const [rows] = await pool.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await pool.end();
  }
}

async function versionOf(dsn: string, kind: Kind): Promise<string> {
  const [row] = await onServer(dsn, 'SELECT version() AS version, @@version_comment AS comment');
  const { version, comment } = row as { version: string; comment: string };
  const found = /mariadb/i.test(`${version} ${comment}`) ? 'mariadb' : 'mysql';
  if (found !== kind) throw new Error(`The server is ${found} ${version}; measure it with --engine ${found}`);
  return version.split('-')[0]!;
}

/** The server gives each value the type of its column. */
async function fill(pool: Pool, { name, columns, rows }: ChinookTable): Promise<void> {
  await pool.query(`INSERT INTO ${name} (${columns.join(', ')}) VALUES ?`, [rows]);
}
