/** Live databases read back into schemas. */
import { Database } from '../../src/index.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { introspect } from '../../src/schema/introspect/introspect.ts';
import type { IntrospectedSchema, IntrospectOptions } from '../../src/schema/introspect/source.ts';

/** A database that reads its own catalog. */
export class LiveDatabase extends Database {
  get dialect(): Dialect {
    return this.engine.adapter.dialect;
  }

  async introspect(options: IntrospectOptions = {}): Promise<IntrospectedSchema> {
    const { executor } = this.engine;
    const connection = await executor.acquire({ mode: 'read', purpose: 'introspection' });
    try {
      return await introspect({ executor, connection, dialect: this.dialect }, options);
    } finally {
      executor.release(connection);
    }
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
