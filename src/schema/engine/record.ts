import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { TableSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { qualified } from '../../dialects/schemas.ts';
import type { Migration } from '../operations/operation.ts';
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
  /** How far the code has come that is running, in its own words. */
  readonly position: string | undefined;
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

  /** As a schema has it. */
  get table(): TableSchema {
    return this.#table;
  }

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
        column('position', { kind: 'text' }, true),
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
    for (const sql of this.createSql()) await this.#executor.script(connection, sql);
  }

  /** Whether the table is there. */
  async exists(connection: Connection): Promise<boolean> {
    const effect = { what: 'table', table: this.#table, name: undefined, exists: true } as const;
    return (await isDone(this.#executor, connection, this.#dialect, effect)) === true;
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
      const [name, checksum, state, done, running, position, at] = row.map((value, i) =>
        value === null ? undefined : decoders[i] === undefined ? value : decoders[i](value as never),
      );
      // Named cast: the columns of the table above, by their codecs.
      return {
        name,
        checksum,
        state,
        done: Number(done),
        running: running === undefined ? undefined : Number(running),
        position,
        at,
      } as Recorded;
    });
  }

  /** What is known of one migration. */
  async find(connection: Connection, name: string): Promise<Recorded | undefined> {
    return (await this.read(connection)).find((entry) => entry.name === name);
  }

  /** Remember one that stands for others in their place. */
  async adopt(connection: Connection, { name, checksum, replaces }: Migration): Promise<void> {
    await this.#executor.begin(connection, {});
    try {
      const at = new Date();
      await this.write(connection, {
        name,
        checksum,
        state: 'applied',
        done: 0,
        running: undefined,
        position: undefined,
        at,
      });
      await this.remove(connection, replaces);
      await this.#executor.commit(connection);
    } catch (error) {
      await this.#executor.rollback(connection);
      throw error;
    }
  }

  /** Write how far a migration has come. */
  async write(connection: Connection, entry: Recorded): Promise<void> {
    // An UPDATE that changes nothing may count no row on MySQL, so what is there is asked for.
    const [found] = await this.#executor.query(connection, this.existsSql(entry.name), []);
    await this.#executor.execute(connection, found === undefined ? this.insertSql(entry) : this.updateSql(entry), []);
  }

  /** A query that finds a row where a migration is recorded. */
  existsSql(name: string, condition = ''): string {
    return `SELECT 1 FROM ${this.#name} WHERE ${this.#is(name)}${condition}`;
  }

  insertSql(entry: Recorded): string {
    const columns = this.#table.columns.map(({ name }) => this.#dialect.quote(name)).join(', ');
    return `INSERT INTO ${this.#name} (${columns}) VALUES (${this.#literals(entry).join(', ')})`;
  }

  updateSql(entry: Recorded): string {
    const literals = this.#literals(entry);
    const set = this.#table.columns.map(({ name }, i) => `${this.#dialect.quote(name)} = ${literals[i]}`).slice(1);
    return `UPDATE ${this.#name} SET ${set.join(', ')} WHERE ${this.#is(entry.name)}`;
  }

  /** What makes the table where it is missing. */
  createSql(): string[] {
    return this.#dialect.ddl({ kind: 'createTable', table: this.#table, ifNotExists: true });
  }

  #literals({ name, checksum, state, done, running, position, at }: Recorded): string[] {
    const values = [name, checksum, state, done, running ?? null, position ?? null, at];
    return this.#table.columns.map(({ type }, i) => this.#dialect.literal(type, values[i]));
  }

  #is(name: string): string {
    return `${this.#dialect.quote('name')} = ${this.#dialect.literal(text(255), name)}`;
  }

  async remove(connection: Connection, names: readonly string[]): Promise<void> {
    const list = names.map((name) => this.#dialect.literal(text(255), name)).join(', ');
    const where = `${this.#dialect.quote('name')} IN (${list})`;
    await this.#executor.execute(connection, `DELETE FROM ${this.#name} WHERE ${where}`, []);
  }

  get #name(): string {
    return qualified(this.#dialect, this.#table);
  }
}
