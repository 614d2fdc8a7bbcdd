/** Live databases read back into schemas. */
import { Database } from '../../src/index.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { introspect } from '../../src/schema.ts';
import type { IntrospectedSchema, IntrospectOptions } from '../../src/schema.ts';

/** A database that reads its own catalog. */
export class LiveDatabase extends Database {
  get dialect(): Dialect {
    return this.engine.adapter.dialect;
  }

  introspect(options: IntrospectOptions = {}): Promise<IntrospectedSchema> {
    return introspect(this, options);
  }

  /** A new database whose texts are compared as the library has it, where nothing else is said. */
  static async fresh(url: string): Promise<LiveDatabase> {
    const db = await LiveDatabase.connect(url);
    const { id } = db.dialect;
    const collation = id === 'mysql' ? 'utf8mb4_0900_bin' : id === 'mariadb' ? 'utf8mb4_nopad_bin' : undefined;
    if (collation !== undefined) await db.run(`ALTER DATABASE CHARACTER SET utf8mb4 COLLATE ${collation}`);
    return db;
  }

  /** Statements, each of its own: DDL that no model says. */
  async run(...statements: readonly string[]): Promise<void> {
    const { executor } = this.engine;
    const connection = await executor.acquire({ mode: 'write', purpose: 'DDL' });
    try {
      for (const sql of statements) await executor.script(connection, sql);
    } finally {
      executor.release(connection);
    }
  }
}
