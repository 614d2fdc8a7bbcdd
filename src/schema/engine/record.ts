import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { TableSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { qualified } from '../../dialects/schemas.ts';

import { isDone } from './effects.ts';

/** The table in which a database remembers its migrations, unless it is called otherwise. */
export const MIGRATION_TABLE = 'blaze_migration';

/** What is known of a migration that was begun. */
export interface Recorded {
  readonly name: string;
  readonly checksum: string;
  readonly state: 'applying' | 'applied' | 'reverting';
  /** Steps that were done, in the direction of the state. */
  readonly done: number;
  /** The step that was begun and not reported as done; undefined if there is none. */
  readonly running: number | undefined;
  readonly at: Date;
}

const text = (maxLength: number): ValueType => ({ kind: 'string', maxLength });
const column = (name: string, type: ValueType, nullable = false): TableSchema['columns'][number] => ({
  name,
  type,
  nullable,
  identity: false,
  default: undefined,
  generated: undefined,
  comment: undefined,
});

/** The record of migrations, by plain statements on one connection. */
export class MigrationRecord {
  readonly #executor: Executor;
  readonly #dialect: Dialect;
  readonly #table: TableSchema;

  constructor(executor: Executor, dialect: Dialect, table: string) {
    this.#executor = executor;
    this.#dialect = dialect;
    this.#table = {
      schema: undefined,
      name: table,
      columns: [
        column('name', text(255)),
        column('checksum', text(64)),
        column('state', text(16)),
        column('done', { kind: 'int' }),
        column('running', { kind: 'int' }, true),
        column('at', { kind: 'datetime' }),
      ],
      primaryKey: ['name'],
      foreignKeys: [],
      indexes: [],
      checks: [],
      comment: undefined,
    };
  }

  /** Make the table where it is missing. */
  async prepare(connection: Connection): Promise<void> {
    for (const sql of this.#dialect.ddl({ kind: 'createTable', table: this.#table, ifNotExists: true }))
      await this.#executor.script(connection, sql);
  }

  /** Whether the table is there. */
  async exists(connection: Connection): Promise<boolean> {
    return isDone(this.#executor, connection, this.#dialect, {
      what: 'table',
      table: this.#table,
      name: undefined,
      exists: true,
    });
  }

  async read(connection: Connection): Promise<Recorded[]> {
    const codecs = this.#table.columns.map(({ type }) => this.#dialect.codec(type));
    const columns = this.#table.columns
      .map(({ name }, i) => codecs[i]!.select?.(this.#dialect.quote(name)) ?? this.#dialect.quote(name))
      .join(', ');
    const sql = `SELECT ${columns} FROM ${this.#name} ORDER BY ${this.#dialect.quote('at')}, ${this.#dialect.quote('name')}`;
    const rows = await this.#executor.query(connection, sql, []);
    const decoders = codecs.map(({ decode }) => decode);
    return rows.map((row) => {
      const [name, checksum, state, done, running, at] = row.map((value, i) =>
        value === null || decoders[i] === undefined ? value : decoders[i](value as never),
      );
      // Named cast: the columns of the table above, by their codecs.
      return {
        name,
        checksum,
        state,
        done: Number(done),
        running: running === null ? undefined : Number(running),
        at,
      } as Recorded;
    });
  }

  /** Write how far a migration has come. */
  async write(connection: Connection, entry: Recorded): Promise<void> {
    const values = [entry.name, entry.checksum, entry.state, entry.done, entry.running ?? null, entry.at];
    const literals = this.#table.columns.map(({ type }, i) => this.#dialect.literal(type, values[i]));
    const set = this.#table.columns
      .slice(1)
      .map(({ name }, i) => `${this.#dialect.quote(name)} = ${literals[i + 1]}`)
      .join(', ');
    const where = `${this.#dialect.quote('name')} = ${literals[0]}`;
    // An UPDATE that changes nothing may count no row on MySQL, so what is there is asked for.
    const [found] = await this.#executor.query(connection, `SELECT 1 FROM ${this.#name} WHERE ${where}`, []);
    const columns = this.#table.columns.map(({ name }) => this.#dialect.quote(name)).join(', ');
    const sql =
      found === undefined
        ? `INSERT INTO ${this.#name} (${columns}) VALUES (${literals.join(', ')})`
        : `UPDATE ${this.#name} SET ${set} WHERE ${where}`;
    await this.#executor.execute(connection, sql, []);
  }

  async remove(connection: Connection, name: string): Promise<void> {
    const where = `${this.#dialect.quote('name')} = ${this.#dialect.literal(text(255), name)}`;
    await this.#executor.execute(connection, `DELETE FROM ${this.#name} WHERE ${where}`, []);
  }

  get #name(): string {
    return qualified(this.#dialect, this.#table);
  }
}
