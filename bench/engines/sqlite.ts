import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite, type SqliteConnection } from '../contestants/sqlite/connection.ts';
import { TRACKS, type ChinookTable, type NewTrack } from '../data.ts';
import { checkInserted, checkRaised, type Added } from './checks.ts';
import type { BenchDatabase } from './database.ts';
import type { Engine } from './engine.ts';
import { schema } from './schema.ts';

/** Decimals and timestamps are text. */
const types = { id: 'INTEGER PRIMARY KEY AUTOINCREMENT', decimal: 'TEXT', timestamp: 'TEXT' };

/** One database file in a temporary folder; every contestant opens it by itself and reads the same bytes. */
export const sqlite: Engine = {
  async open(tables, createTables) {
    const folder = mkdtempSync(join(tmpdir(), 'blazeorm-bench-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true })); // also after an error or Ctrl-C
    const url = `sqlite:${join(folder, 'chinook.db')}`;
    await createTables?.(url);
    const connection = openSqlite(url);
    if (createTables === undefined) connection.exec(schema(types));
    for (const table of tables) fill(connection, table);
    checkpoint(connection);
    return new SqliteDatabase(url, connection);
  },
  contestants: {
    raw: async () => (await import('../contestants/sqlite/raw.ts')).openRaw,
    arrays: async () => (await import('../contestants/sqlite/arrays.ts')).openArrays,
    blazeorm: async () => (await import('../contestants/blazeorm.ts')).openBlazeorm,
  },
  peers: {
    drizzle: async () => (await import('../contestants/sqlite/drizzle.ts')).openDrizzle,
  },
  goals: {
    list: 0.65,
    'to-one': 0.75,
    'invoice-graph': 1.0,
    playlists: 0.95,
    get: 2.5,
    'insert-1k': 1.6,
    'insert-10k': 1.6,
    update: 0.9,
  },
};

class SqliteDatabase implements BenchDatabase {
  readonly url: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly #connection: SqliteConnection;

  constructor(url: string, connection: SqliteConnection) {
    this.url = url;
    this.#connection = connection;
    this.versions = { sqlite: connection.prepare<[], string>('SELECT sqlite_version()').pluck().get()! };
    connection.exec('CREATE TEMP TABLE original AS SELECT id, milliseconds FROM track WHERE id <= 1000');
  }

  async undoInsert(expected: readonly NewTrack[]): Promise<void> {
    const found = this.#connection
      .prepare<[number], Added>(
        'SELECT count(*) AS count, total(milliseconds) AS milliseconds, total(length(name)) AS names FROM track WHERE id > ?',
      )
      .get(TRACKS)!;
    this.#connection.prepare('DELETE FROM track WHERE id > ?').run(TRACKS);
    this.#restartIds();
    checkpoint(this.#connection);
    checkInserted(found, expected);
  }

  async undoUpdate(): Promise<void> {
    const raised = this.#connection
      .prepare<[], number>(
        'SELECT count(*) FROM track JOIN original o USING (id) WHERE track.milliseconds = o.milliseconds + 1',
      )
      .pluck()
      .get()!;
    this.#connection.exec('UPDATE track SET milliseconds = o.milliseconds FROM original o WHERE o.id = track.id');
    checkpoint(this.#connection);
    checkRaised(raised);
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  /** So that every contestant gets the same keys. The table exists where a key was declared AUTOINCREMENT. */
  #restartIds(): void {
    const exists = this.#connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").get();
    if (exists !== undefined)
      this.#connection.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'track'").run(TRACKS);
  }
}

function fill(connection: SqliteConnection, { name, columns, rows }: ChinookTable): void {
  const insert = connection.prepare(
    `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  connection.transaction(() => {
    for (const row of rows) insert.run(...row);
  })();
}

/** Every sample then starts with an empty write-ahead log, and pays for no one else's checkpoint. */
function checkpoint(connection: SqliteConnection): void {
  connection.pragma('wal_checkpoint(TRUNCATE)');
}
