import type {
  AddForeignKey,
  AlterColumn,
  AlterPrimaryKey,
  CommentOnTable,
  CreateIndex,
  DropForeignKey,
  DropIndex,
  RenameColumn,
  RenameIndex,
} from '../../core/ast/ddl.ts';
import type { Expression, InListExpression, RawExpression, SelectStatement } from '../../core/ast/expressions.ts';
import { columnsIn } from '../../core/ast/columns-in.ts';
import type {
  ColumnSchema,
  ForeignKeySchema,
  IndexPart,
  IndexSchema,
  TableName,
  TableSchema,
} from '../../core/ast/schema.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import { DdlCompiler } from '../ddl-compiler.ts';
import { inlined, spelledOut } from '../inline.ts';
import { MySQLCompiler } from './compiler.ts';
import { misfits } from './misfits.ts';
import { columnType } from './types.ts';
import type { MySQLFlavour } from './types.ts';

/** The types of MySQL and MariaDB, and tables whose texts are compared as they are, letter by letter. */
export class MySQLDdlCompiler extends DdlCompiler {
  declare protected readonly dialect: MySQLFlavour;

  override columnType(table: TableSchema, { name, type }: ColumnSchema): string {
    return columnType(type, isIndexed(table, name), this.dialect.types);
  }

  protected override identity(): string {
    return 'AUTO_INCREMENT PRIMARY KEY';
  }

  protected override tableOptions({ comment }: TableSchema): string {
    return ` ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=${this.dialect.types.collation}${comment === undefined ? '' : ` COMMENT=${literal(comment)}`}`;
  }

  protected override column(table: TableSchema, column: ColumnSchema): string {
    return `${super.column(table, column)}${column.comment === undefined ? '' : ` COMMENT ${literal(column.comment)}`}`;
  }

  /** A plain text stands without brackets, with which MySQL would compute it for each row, and copy the table for that. */
  protected override defaultOf(table: TableSchema, column: ColumnSchema): string {
    const { default: value } = column;
    const isPlain = typeof value === 'string' && isPlainText(value);
    return isPlain && this.columnType(table, column).startsWith('varchar') ? value : super.defaultOf(table, column);
  }

  protected override commentOnTable({ table, comment = '' }: CommentOnTable): string[] {
    return [`${this.alter(table)} COMMENT=${literal(comment)}`];
  }

  /** What reads the column and does not follow goes and comes back in the same statement; MariaDB forgets some, too. */
  protected override renameColumn(statement: RenameColumn): string[] {
    const { table, from, to, readers } = statement;
    const { checks = [], indexes = [] } = readers ?? {};
    const changes = [
      ...checks.map(({ name }) => `DROP CONSTRAINT ${this.quote(name)}`),
      ...indexes.flatMap(({ name }) => [`DROP INDEX ${this.quote(name)}`, `DROP COLUMN ${this.quote(name)}`]),
      this.renamed(table, from, to),
      ...indexes.flatMap((index) => this.fullText(index).map((part) => `ADD ${part}`)),
      ...checks.map((check) => `ADD ${this.check(check)}`),
    ];
    return [`${this.alter(table)} ${changes.join(', ')}`];
  }

  /**
   * MariaDB's JSON is a text with a check that reads its column under the name by which the table was first opened: after
   * `FROM post AS t0`, and a row written, RENAME COLUMN does not find it (error 1054, "Unknown column … in 'CHECK'", seen in 10.11).
   * CHANGE COLUMN makes the check anew, and is done at once as well.
   */
  private renamed(table: TableSchema, from: string, to: string): string {
    const column = table.columns.find(({ name }) => name === to);
    const isChecked = !this.dialect.types.jsonType && column !== undefined && this.columnType(table, column) === 'json';
    return isChecked
      ? `CHANGE COLUMN ${this.quote(from)} ${this.column(table, column)}`
      : `RENAME COLUMN ${this.quote(from)} TO ${this.quote(to)}`;
  }

  /**
   * The whole column is said again; that a key which is counted up is the primary key was said before. A column whose values are not
   * kept cannot stay when it is computed no more: it comes back with what was computed.
   */
  protected override alterColumn({ table, from, to, using }: AlterColumn): string[] {
    if (using !== undefined)
      throw new UnsupportedError(
        `${this.dialect.name} has no USING, which '${table.name}'.'${to.name}' is altered by.`,
        {
          field: to.name,
          feature: 'USING, to say how values of one type become ones of another',
          remedy:
            'Let it come in stages, as makeSafe() and `makemigrations --safe` write them, or add a column of the new type, fill it with backFill(), drop the old one and rename the new one.',
        },
      );
    const isComputed = to.generated !== undefined;
    const isSame = from.generated?.sql === to.generated?.sql && from.generated?.stored === to.generated?.stored;
    if (!isSame && (isComputed || from.generated?.stored === false)) {
      const anew = `${this.alter(table)} DROP COLUMN ${this.quote(from.name)}, ADD COLUMN ${this.column(table, to)}`;
      return isComputed
        ? [anew]
        : [anew, `UPDATE ${this.name(table)} SET ${this.quote(to.name)} = (${from.generated!.sql})`];
    }
    return [
      ...this.canonical(table, from, to),
      `${this.alter(table)} MODIFY COLUMN ${this.column(table, to).replace(' PRIMARY KEY', '')}`,
    ];
  }

  /** Texts that become uuids are found by what they say, which is stored in small letters. */
  private canonical(table: TableSchema, from: ColumnSchema, { name, type }: ColumnSchema): string[] {
    if (type.kind !== 'uuid' || misfits(from.type, type, '') === undefined) return [];
    const column = this.quote(name);
    return [`UPDATE ${this.name(table)} SET ${column} = LOWER(${column}) WHERE ${column} IS NOT NULL`];
  }

  protected override alterPrimaryKey({ table, from }: AlterPrimaryKey): string[] {
    const before = { ...table, primaryKey: from };
    const changes = [
      ...this.neededIndexes(before, table),
      ...(from.length === 0 ? [] : ['DROP PRIMARY KEY']),
      ...(table.primaryKey.length === 0 ? [] : [`ADD PRIMARY KEY (${this.list(table.primaryKey)})`]),
    ];
    return changes.length === 0
      ? []
      : [`${this.alter(table)} ${changes.join(', ')}`, ...this.dropUnneeded(before, table)];
  }

  /**
   * Each foreign key needs an index that begins with its columns. Where there is none, InnoDB makes one of the key's name, which is
   * no part of the schema; so it comes when the last other one goes, and goes when another one comes
   * (https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html).
   */
  private neededIndexes(before: TableSchema, after: TableSchema): string[] {
    return after.foreignKeys
      .filter((key) => isBacked(before, key) && !isBacked(after, key))
      .map((key) => `ADD INDEX ${this.quote(key.name)} (${this.list(key.columns)})`);
  }

  private dropUnneeded(before: TableSchema, after: TableSchema): string[] {
    return after.foreignKeys
      .filter((key) => !isBacked(before, key) && isBacked(after, key))
      .flatMap((key) => this.dropOwnIndex(after, key));
  }

  /** The index of a key's name, where it is none of the schema's, nor needed by another key. */
  private dropOwnIndex(table: TableSchema, { name, columns }: ForeignKeySchema): string[] {
    const isWanted =
      table.indexes.some((index) => index.name === name) ||
      table.foreignKeys.some((key) => key.name !== name && !isBacked(table, key) && begins(columns, key.columns));
    if (isWanted) return [];
    return [onlyIf(this.indexExists(table, name), `${this.alter(table)} DROP INDEX ${this.quote(name)}`)];
  }

  private indexExists(table: TableName, name: string): string {
    return `SELECT 1 FROM information_schema.statistics WHERE ${this.inSchema('table_schema', table)} AND table_name = ${literal(table.name)} AND index_name = ${literal(name)}`;
  }

  /** An index over all rows finds what a partial one finds; but a unique one would refuse what that allows. */
  protected override tableIndex(index: IndexSchema): string {
    this.refuse(index);
    return index.fullText === undefined ? super.tableIndex(index) : this.fullText(index).join(',\n  ');
  }

  protected override covered(): string {
    return '';
  }

  /** Words in lower case in a column of their own, which only the index is for, and the index. */
  private fullText({ name, parts }: IndexSchema): readonly [column: string, index: string] {
    const [column, source] = [this.quote(name), this.quote(parts[0]!.column!)];
    return [
      `${column} longtext GENERATED ALWAYS AS (LOWER(${source})) STORED INVISIBLE`,
      `FULLTEXT INDEX ${column} (${column})`,
    ];
  }

  protected override createIndex(statement: CreateIndex): string[] {
    const { table, index, ifNotExists } = statement;
    this.refuse(index);
    const [sql] =
      index.fullText === undefined
        ? super.createIndex({ ...statement, ifNotExists: false })
        : [`${this.alter(table)} ADD ${this.fullText(index).join(', ADD ')}`];
    if (ifNotExists) return [unless(this.indexExists(table, index.name), sql!)];
    const before = { ...table, indexes: table.indexes.filter(({ name }) => name !== index.name) };
    return [sql!, ...this.dropUnneeded(before, table)];
  }

  private refuse({ unique, name, where, parts }: IndexSchema): void {
    if (!this.dialect.features.computedIndexes && parts.some(({ column }) => column === undefined))
      throw new UnsupportedError(`${this.dialect.name} has no indexes over computed values, which '${name}' needs.`, {
        constraint: name,
        feature: 'indexes over computed values',
        remedy: 'Make it over a generated column: f.string({ generated: … }).',
      });
    if (unique && where !== undefined)
      throw new UnsupportedError(`${this.dialect.name} has no partial indexes, which the unique '${name}' needs.`, {
        constraint: name,
        feature: 'unique indexes over some rows only',
      });
  }

  protected override dropIndex({ table, index }: DropIndex): string[] {
    const name = this.quote(index.name);
    const before = { ...table, indexes: [...table.indexes, index] };
    const changes = [
      ...this.neededIndexes(before, table),
      `DROP INDEX ${name}`,
      ...(index.fullText === undefined ? [] : [`DROP COLUMN ${name}`]),
    ];
    return [`${this.alter(table)} ${changes.join(', ')}`];
  }

  protected override renameIndex({ table, from, to }: RenameIndex): string[] {
    return [`${this.alter(table)} RENAME INDEX ${this.quote(from)} TO ${this.quote(to)}`];
  }

  protected override foreignKey(table: TableName, key: ForeignKeySchema): string {
    if (key.onDelete === 'set default' || key.onUpdate === 'set default')
      throw new UnsupportedError(`${this.dialect.name} has no SET DEFAULT for foreign keys.`, {
        ...key.label,
        constraint: key.name,
        feature: 'SET DEFAULT of foreign keys',
        remedy: "Use 'set null', or 'restrict'.",
      });
    return super.foreignKey(table, key);
  }

  protected override addForeignKey(statement: AddForeignKey): string {
    const { table, key, ifNotExists } = statement;
    const sql = super.addForeignKey(statement);
    return ifNotExists
      ? unless(
          `SELECT 1 FROM information_schema.table_constraints WHERE ${this.inSchema('constraint_schema', table)} AND table_name = ${literal(table.name)} AND constraint_name = ${literal(key.name)}`,
          sql,
        )
      : sql;
  }

  /** A foreign key whose rows are looked at copies the table; one whose rows are not is added in place. */
  protected override foreignKeyInSteps(statement: AddForeignKey): string[] {
    const sql = this.addForeignKey(statement);
    return statement.notValid === true ? this.dialect.withoutKeyChecks(sql) : [sql];
  }

  protected override dropForeignKey({ table, key }: DropForeignKey): string[] {
    const drop = `${this.alter(table)} DROP FOREIGN KEY ${this.quote(key.name)}`;
    return [drop, ...this.dropOwnIndex(table, key)];
  }

  protected override createSchema(name: string): string {
    return unless(
      `SELECT 1 FROM information_schema.schemata WHERE schema_name = ${literal(name)}`,
      `CREATE DATABASE ${this.dialect.quote(name)}`,
    );
  }

  private inSchema(column: string, { schema = this.dialect.schema }: TableName): string {
    return `${column} = ${schema === undefined ? 'DATABASE()' : literal(schema)}`;
  }

  override inline(condition: Expression): string {
    return new InlineCompiler(this.dialect).inline(condition);
  }

  override inlineQuery(query: SelectStatement | RawExpression): string {
    return new InlineCompiler(this.dialect).query(query);
  }
}

/** A statement that runs only where a query finds nothing, for what has no IF NOT EXISTS. */
function unless(query: string, sql: string): string {
  return chosen(query, "'DO 0'", literal(sql));
}

/** A statement that runs only where a query finds something, for what has no IF EXISTS. */
function onlyIf(query: string, sql: string): string {
  return chosen(query, literal(sql), "'DO 0'");
}

function chosen(query: string, found: string, missing: string): string {
  return [
    `SET @blaze = IF(EXISTS(${query}), ${found}, ${missing})`,
    'PREPARE blaze FROM @blaze',
    'EXECUTE blaze',
    'DEALLOCATE PREPARE blaze',
  ].join(';\n');
}

/** Whether SQL is a text, and nothing else. */
function isPlainText(sql: string): boolean {
  return /^'(?:[^'\\]|'')*'$/.test(sql);
}

/** Whether an index of the schema serves a foreign key. */
function isBacked({ primaryKey, indexes }: TableSchema, { columns }: ForeignKeySchema): boolean {
  const lists = indexes
    .filter(({ fullText }) => fullText === undefined)
    .map(({ parts }) => parts.map(({ column }) => column ?? ''));
  return [primaryKey, ...lists].some((list) => begins(list, columns));
}

function begins(list: readonly string[], columns: readonly string[]): boolean {
  return columns.every((column, i) => list[i] === column);
}

/** Whether a column stands in a key or an index, or refers to one that does. */
function isIndexed({ primaryKey, foreignKeys, indexes }: TableSchema, name: string): boolean {
  return (
    primaryKey.includes(name) ||
    foreignKeys.some(({ columns }) => columns.includes(name)) ||
    indexes.some(({ parts, fullText }) => fullText === undefined && parts.some((part) => reads(part, name)))
  );
}

/** Whether a column is sorted by, or read by what is: a computed text is no longer than those that it is made of. */
function reads({ column, expression }: IndexPart, name: string): boolean {
  return expression === undefined ? column === name : columnsIn(expression).includes(name);
}

/** Conditions and views of the schema: values of the model's author, written out as literals; no lists. */
class InlineCompiler extends MySQLCompiler {
  inline(condition: Expression): string {
    const text = this.condition(condition);
    // A check takes what is a condition by its looks only (MySQL's error 3812).
    const isCalled = (condition.kind === 'case' || condition.kind === 'call') && condition.type.kind === 'bool';
    const sql = isCalled ? `${text} = TRUE` : text;
    return inlined(this.writer.finish(sql), literal);
  }

  query(query: SelectStatement | RawExpression): string {
    return inlined(query.kind === 'raw' ? this.compileRaw(query) : this.compile(query), literal);
  }

  protected override inList(node: InListExpression): string {
    return this.expression(spelledOut(node));
  }
}

/** A value of the driver's in SQL. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '$&$&')}'`;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  throw new UnsupportedError(`A value of type ${typeof value} cannot be written into a constraint.`);
}
