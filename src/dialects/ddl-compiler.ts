import type {
  AddCheck,
  AddColumn,
  AddForeignKey,
  AlterColumn,
  AlterPrimaryKey,
  CommentOnTable,
  CreateIndex,
  CreateTable,
  CreateView,
  DdlStatement,
  DropForeignKey,
  DropIndex,
  DropTable,
  RenameColumn,
  RenameIndex,
  ValidateConstraint,
} from '../core/ast/ddl.ts';
import type { Expression, RawExpression, SelectStatement } from '../core/ast/expressions.ts';
import type {
  CheckSchema,
  ColumnSchema,
  ForeignKeySchema,
  IndexSchema,
  TableName,
  TableSchema,
} from '../core/ast/schema.ts';
import type { ReferentialAction } from '../core/metadata.ts';
import type { ValueType } from '../core/value-types.ts';
import { UnsupportedError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import type { Dialect } from './dialect.ts';
import { qualified } from './schemas.ts';

/** DDL to SQL: what databases share; a dialect overrides types, keys and what it alters otherwise. */
export abstract class DdlCompiler {
  protected readonly dialect: Dialect;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  /** The statements that do it, in order; none where the database has no such thing and nothing is lost by that. */
  compile(statement: DdlStatement): string[] {
    switch (statement.kind) {
      case 'createSchema':
        return [this.createSchema(statement.name)];
      case 'createTable':
        return this.createTable(statement);
      case 'dropTable':
        return [this.dropTable(statement)];
      case 'renameTable':
        return [`${this.alter(statement.table)} RENAME TO ${this.quote(statement.to)}`];
      case 'addColumn':
        return this.addColumn(statement);
      case 'dropColumn':
        return [`${this.alter(statement.table)} DROP COLUMN ${this.quote(statement.column)}`];
      case 'renameColumn':
        return this.renameColumn(statement);
      case 'alterColumn':
        return this.alterColumn(statement);
      case 'alterPrimaryKey':
        return this.alterPrimaryKey(statement);
      case 'addForeignKey':
        return this.foreignKeyInSteps(statement);
      case 'dropForeignKey':
        return this.dropForeignKey(statement);
      case 'createIndex':
        return this.createIndex(statement);
      case 'dropIndex':
        return this.dropIndex(statement);
      case 'renameIndex':
        return this.renameIndex(statement);
      case 'addCheck':
        return [this.addCheck(statement)];
      case 'dropCheck':
        return [this.dropCheck(statement.table, statement.name)];
      case 'validateConstraint':
        return this.validateConstraint(statement);
      case 'commentOnTable':
        return this.commentOnTable(statement);
      case 'createView':
        return this.createView(statement);
      case 'dropView':
        return [`DROP VIEW ${statement.ifExists ? 'IF EXISTS ' : ''}${this.name(statement.view)}`];
      default:
        return unreachable(statement);
    }
  }

  /** The column's type as this database writes it; of what stands in an index it may be another one. */
  abstract columnType(table: TableSchema, column: ColumnSchema): string;
  /** A condition with its values written out, since DDL takes no parameters. */
  abstract inline(condition: Expression): string;
  /** A whole query, in the same way; with the types of its columns where a view has to give them. */
  abstract inlineQuery(query: SelectStatement | RawExpression, types: readonly ValueType[]): string;
  /** The words after the type of a key that the database counts up. */
  protected abstract identity(): string;

  /** A value of a column as one of another type; as it is, where the database itself sees to that. */
  conversion({ name }: ColumnSchema, _to: ValueType): string {
    return this.quote(name);
  }

  protected quote(name: string): string {
    return this.dialect.quote(name);
  }

  protected name(table: TableName): string {
    return qualified(this.dialect, table);
  }

  protected alter(table: TableName): string {
    return `ALTER TABLE ${this.name(table)}`;
  }

  /** A schema, where it is missing. A user who may not create any can still use one that is there. */
  protected createSchema(_name: string): string {
    throw new UnsupportedError(`${this.dialect.name} has no schemas to create.`);
  }

  protected createTable({ table, ifNotExists }: CreateTable): string[] {
    const indexes = this.dialect.features.indexesInTable ? table.indexes : [];
    const lines = [
      ...table.columns.map((column) => this.column(table, column)),
      ...this.primaryKey(table),
      ...table.foreignKeys.map((key) => this.foreignKey(table, key)),
      ...table.checks.map((check) => this.check(check)),
      ...indexes.map((index) => this.tableIndex(index)),
    ];
    return [
      `CREATE TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${this.name(table)} (\n  ${lines.join(',\n  ')}\n)${this.tableOptions(table)}`,
    ];
  }

  /** What comes after the columns. */
  protected tableOptions(_table: TableSchema): string {
    return '';
  }

  protected dropTable({ table, ifExists }: DropTable): string {
    return `DROP TABLE ${ifExists ? 'IF EXISTS ' : ''}${this.name(table)}`;
  }

  protected column(table: TableSchema, column: ColumnSchema): string {
    let sql = `${this.quote(column.name)} ${this.columnType(table, column)}`;
    if (column.identity) return `${sql} ${this.identity()}`;
    if (column.generated !== undefined)
      return `${sql} GENERATED ALWAYS AS (${column.generated.sql}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}`;
    if (!column.nullable) sql += ' NOT NULL';
    if (column.default !== undefined) sql += ` DEFAULT ${this.defaultOf(table, column)}`;
    return sql;
  }

  protected addColumn({ table, column }: AddColumn): string[] {
    return [`${this.alter(table)} ADD COLUMN ${this.column(table, column)}`];
  }

  protected renameColumn({ table, from, to }: RenameColumn): string[] {
    return [`${this.alter(table)} RENAME COLUMN ${this.quote(from)} TO ${this.quote(to)}`];
  }

  protected abstract alterColumn(statement: AlterColumn): string[];
  protected abstract alterPrimaryKey(statement: AlterPrimaryKey): string[];

  /** The default of a column that has one. */
  protected defaultOf(_table: TableSchema, column: ColumnSchema): string {
    return this.defaultValue(column.default!);
  }

  /** A text is SQL of the application's own, in brackets; other values are literals. */
  protected defaultValue(value: string | number | boolean | null): string {
    if (typeof value === 'string') return `(${value})`;
    return value === null ? 'NULL' : typeof value === 'boolean' ? this.boolean(value) : String(value);
  }

  protected boolean(value: boolean): string {
    return String(Number(value));
  }

  protected primaryKey({ columns, primaryKey }: TableSchema): string[] {
    if (primaryKey.length === 0 || columns.some(({ identity }) => identity)) return [];
    return [`PRIMARY KEY (${this.list(primaryKey)})`];
  }

  protected list(columns: readonly string[]): string {
    return columns.map((column) => this.quote(column)).join(', ');
  }

  protected foreignKey(_table: TableName, key: ForeignKeySchema): string {
    const columns = `FOREIGN KEY (${this.list(key.columns)}) REFERENCES ${this.name(key.table)} (${this.list(key.targets)})`;
    return `CONSTRAINT ${this.quote(key.name)} ${columns}${action('DELETE', key.onDelete)}${action('UPDATE', key.onUpdate)}`;
  }

  protected addForeignKey({ table, key }: AddForeignKey): string {
    return `${this.alter(table)} ADD ${this.foreignKey(table, key)}`;
  }

  /** With what has to be said around it, where rows that are there are not to be looked at. */
  protected foreignKeyInSteps(statement: AddForeignKey): string[] {
    return [this.addForeignKey(statement)];
  }

  protected dropForeignKey({ table, key }: DropForeignKey): string[] {
    return [`${this.alter(table)} DROP CONSTRAINT ${this.quote(key.name)}`];
  }

  protected check({ name, condition }: CheckSchema): string {
    return `CONSTRAINT ${this.quote(name)} CHECK (${this.inline(condition)})`;
  }

  protected addCheck({ table, check }: AddCheck): string {
    return `${this.alter(table)} ADD ${this.check(check)}`;
  }

  protected dropCheck(table: TableName, name: string): string {
    return `${this.alter(table)} DROP CONSTRAINT ${this.quote(name)}`;
  }

  /** Nothing, where constraints are checked when they are added. */
  protected validateConstraint(_statement: ValidateConstraint): string[] {
    return [];
  }

  /** An index among the columns. */
  protected tableIndex(index: IndexSchema): string {
    const head = `${index.unique ? 'UNIQUE ' : ''}INDEX ${this.quote(index.name)}`;
    return `${head} (${this.indexParts(index)})${this.covered(index)}`;
  }

  protected createIndex({ table, index, ifNotExists }: CreateIndex): string[] {
    const head = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${ifNotExists ? 'IF NOT EXISTS ' : ''}${this.quote(index.name)}`;
    return [`${head} ON ${this.name(table)} (${this.indexParts(index)})${this.covered(index)}`];
  }

  protected indexParts({ parts }: IndexSchema): string {
    return parts
      .map(({ column, expression, descending }) => {
        const sorted = column === undefined ? `(${this.inline(expression!)})` : this.quote(column);
        return `${sorted}${descending ? ' DESC' : ''}`;
      })
      .join(', ');
  }

  /** The rows of a partial index. */
  protected covered({ where }: IndexSchema): string {
    return where === undefined ? '' : ` WHERE ${this.inline(where)}`;
  }

  protected dropIndex({ table, index }: DropIndex): string[] {
    return [`DROP INDEX ${this.name({ schema: table.schema, name: index.name })}`];
  }

  protected abstract renameIndex(statement: RenameIndex): string[];

  /** Nothing, where there are no comments. */
  protected commentOnTable(_statement: CommentOnTable): string[] {
    return [];
  }

  protected createView({ view, replace }: CreateView): string[] {
    return [`CREATE ${replace ? 'OR REPLACE ' : ''}VIEW ${this.name(view)} AS ${this.viewSql(view)}`];
  }

  protected viewSql({ name, sql }: CreateView['view']): string {
    const text = typeof sql === 'string' ? sql : sql[this.dialect.id];
    if (text !== undefined) return text;
    throw new UnsupportedError(`The view '${name}' has no SQL for ${this.dialect.name}.`, {
      remedy: `Give it one under '${this.dialect.id}'.`,
    });
  }
}

function action(event: 'DELETE' | 'UPDATE', value: ReferentialAction): string {
  return value === 'no action' ? '' : ` ON ${event} ${value.toUpperCase()}`;
}
