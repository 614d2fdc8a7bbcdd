import type { AlterColumn, AlterPrimaryKey, CreateIndex, CreateView } from '../../core/ast/ddl.ts';
import { typeOf } from '../../core/ast/expressions.ts';
import type {
  CallExpression,
  CastExpression,
  Expression,
  InListExpression,
  MatchExpression,
  RawExpression,
  SelectStatement,
} from '../../core/ast/expressions.ts';
import type { ColumnSchema, ForeignKeySchema, TableName, TableSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { DdlCompiler } from '../ddl-compiler.ts';
import { inlined, spelledOut } from '../inline.ts';
import { SQLiteCompiler } from './compiler.ts';
import { refuseStrangeCast, storedAs, UNCAST } from './conversions.ts';
import { decimalText } from './decimals.ts';

/**
 * SQLite's column types are free names that only decide an affinity (https://sqlite.org/datatype3.html). The names
 * here keep what was meant, and those for text contain TEXT or CHAR, so that no value is turned into a number.
 *
 * ALTER TABLE knows little here (https://sqlite.org/lang_altertable.html): for the rest a table is made anew, by whoever asks for
 * `features.rebuilds`.
 */
export class SQLiteDdlCompiler extends DdlCompiler {
  override columnType(_table: TableSchema, column: ColumnSchema): string {
    return typeName(column.type);
  }

  protected override identity(): string {
    // AUTOINCREMENT: the key of a deleted row is never given again, as on every other database.
    return 'PRIMARY KEY AUTOINCREMENT NOT NULL';
  }

  /** An index is named with its schema, the one of its table, which is then not said again (https://sqlite.org/lang_createindex.html). */
  protected override createIndex(statement: CreateIndex): string[] {
    const { table, index, ifNotExists } = statement;
    if (table.schema === undefined) return super.createIndex(statement);
    const head = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${ifNotExists ? 'IF NOT EXISTS ' : ''}${this.dialect.quote(table.schema, index.name)}`;
    return [`${head} ON ${this.quote(table.name)} (${this.indexParts(index)})${this.covered(index)}`];
  }

  /** A key refers to a table of the same file. */
  protected override foreignKey(table: TableName, key: ForeignKeySchema): string {
    if (key.table.schema !== table.schema)
      throw new UnsupportedError(
        `SQLite has no foreign keys from one file to another, as ${key.label === undefined ? key.name : `${key.label.model}.${key.label.field}`}.`,
        {
          ...key.label,
          constraint: key.name,
          feature: 'foreign keys from one file to another',
          remedy: 'Give both models one schema.',
        },
      );
    return super.foreignKey(table, { ...key, table: { ...key.table, schema: undefined } });
  }

  protected override alterColumn({ table, to }: AlterColumn): string[] {
    throw needsRebuild(table, `the column '${to.name}'`);
  }

  protected override alterPrimaryKey({ table }: AlterPrimaryKey): string[] {
    throw needsRebuild(table, 'the primary key');
  }

  protected override renameIndex(): string[] {
    throw new UnsupportedError('SQLite cannot rename an index: it is made anew.');
  }

  override conversion(column: ColumnSchema, to: ValueType): string {
    const { name, type: from } = column;
    const plain = this.quote(name);
    // What a type of the application's own stores is its own affair.
    if (from.kind === 'custom' || to.kind === 'custom') return plain;
    if (UNCAST.has(to.kind)) return storedAs(from, to, plain);
    refuseStrangeCast(from, to);
    if (to.kind === 'string') return fitted(this.conversion(column, TEXT), from, to.maxLength);
    if (to.kind === 'text' && (TEXTS.has(from.kind) || AS_TEXT.has(from.kind))) return plain;
    if (from.kind === 'decimal' && to.kind === 'decimal') {
      const isWider = to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
      const zeros = '0'.repeat(Math.max(0, to.scale - from.scale));
      if (isWider) return zeros === '' ? plain : `${plain} || '${from.scale === 0 ? '.' : ''}${zeros}'`;
    }
    const known = from.kind === 'enum' ? { ...column, type: TEXT } : column;
    return new ConversionCompiler(this.dialect).text(known, to);
  }

  override inline(condition: Expression): string {
    return new InlineCompiler(this.dialect).text(condition);
  }

  override inlineQuery(query: SelectStatement | RawExpression, types: readonly ValueType[]): string {
    return new InlineCompiler(this.dialect).query(query, types);
  }

  /** There is no OR REPLACE: what is there is dropped by a statement of its own. */
  protected override createView(statement: CreateView): string[] {
    const created = super.createView({ ...statement, replace: false });
    if (!statement.replace) return created;
    return [`DROP VIEW IF EXISTS ${this.name(statement.view)}`, ...created];
  }
}

function needsRebuild({ name }: TableName, what: string): UnsupportedError {
  return new UnsupportedError(`SQLite cannot alter ${what} of '${name}' in place.`);
}

function typeName(type: ValueType): string {
  switch (type.kind) {
    case 'int':
    case 'bigint':
      return 'integer';
    case 'smallInt':
      return 'smallint';
    case 'float':
      return 'double';
    case 'bool':
      return 'boolean';
    case 'string':
      return type.maxLength === undefined ? 'text' : `varchar(${type.maxLength})`;
    case 'text':
    case 'enum':
      return 'text';
    case 'decimal':
      return `decimal_text(${type.precision}, ${type.scale})`;
    case 'uuid':
    case 'date':
    case 'time':
    case 'datetime':
    case 'json':
    case 'array':
      return `${type.kind}_text`;
    case 'binary':
      return 'blob';
    case 'custom': {
      const { columnType } = type;
      return typeof columnType === 'string' ? columnType : (columnType['sqlite'] ?? 'text');
    }
    default:
      return unreachable(type);
  }
}

/** Functions that SQLite has from this library's connections. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'lower',
  'upper',
  'padStart',
  'padEnd',
  'repeat',
  'reverse',
  'shift',
  'difference',
]);

const TEXTS = new Set<ValueType['kind']>(['string', 'text', 'enum']);
const TEXT: ValueType = { kind: 'text' };

/** What is stored as the text that it is. */
const AS_TEXT = new Set<ValueType['kind']>(['uuid', 'date', 'time', 'json', 'array', 'decimal']);

/** A text, where it is no longer than is allowed. */
function fitted(text: string, from: ValueType, maxLength: number | undefined): string {
  const longest = from.kind === 'string' ? (from.maxLength ?? Infinity) : Infinity;
  return maxLength === undefined || longest <= maxLength
    ? text
    : `CASE WHEN LENGTH(${text}) <= ${maxLength} THEN ${text} END`;
}

/** Values on their way to a column of another type, as an UPDATE would write them there. */
class ConversionCompiler extends SQLiteCompiler {
  text({ name, type: from, nullable }: ColumnSchema, type: ValueType): string {
    const operand: Expression = { kind: 'column', alias: '', column: name, type: from, nullable };
    const node: Expression = { kind: 'cast', operand, type, nullable: true };
    const sql = type.kind === 'decimal' ? decimalText(this.scaled(node, type.scale), type) : this.expression(node);
    return inlined(this.writer.finish(sql), literal);
  }
}

/** Conditions and views of the schema: values of the model's author, written out as literals. */
class InlineCompiler extends SQLiteCompiler {
  #types: Iterator<ValueType> = [].values();

  text(condition: Expression): string {
    return inlined(this.writer.finish(this.condition(condition)), literal);
  }

  query(query: SelectStatement | RawExpression, types: readonly ValueType[]): string {
    this.#types = types.values();
    return inlined(query.kind === 'raw' ? this.compileRaw(query) : this.compile(query), literal);
  }

  /** A column of a view is read like one of a table: it is as it would be stored, and the reader takes it from there. */
  protected override selection(node: Expression): string {
    const type = this.#types.next().value;
    return type?.kind === 'decimal' && !isStored(node, type.scale)
      ? decimalText(this.scaled(node, type.scale), type)
      : this.expression(node);
  }

  protected override inList(node: InListExpression): string {
    return this.expression(spelledOut(node));
  }

  /** The functions that queries use are this library's: a schema has to work for every program that opens the file. */
  protected override match(node: MatchExpression): string {
    if (node.insensitive || node.operator === 'regex')
      throw this.unsupported('to ignore case, or match a regular expression, in a constraint');
    return super.match(node);
  }

  protected override call(node: CallExpression): string {
    if (OF_CONNECTION.has(node.fn)) throw this.unsupported(`to compute ${node.fn}() in a constraint`);
    return super.call(node);
  }

  protected override asText(node: Expression): Expression {
    if (typeOf(node).type.kind === 'decimal' && node.kind !== 'column')
      throw this.unsupported('to make a text of a decimal that is computed in a constraint');
    return super.asText(node);
  }

  protected override conversion(node: CastExpression): string {
    if (readsText(node))
      throw this.unsupported('to read a text as another type, or a float as a decimal, in a constraint');
    return super.conversion(node);
  }
}

/** Whether a decimal is a column that has its text already. */
function isStored(node: Expression, scale: number): boolean {
  return node.kind === 'column' && node.type.kind === 'decimal' && node.type.scale === scale;
}

/** A value of the driver's in SQL. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  throw new UnsupportedError(`SQLite cannot write a value of type ${typeof value} into a constraint.`);
}

/** Whether a cast needs a function of the connection. */
function readsText({ operand, type }: CastExpression): boolean {
  const { kind } = typeOf(operand).type;
  if (kind === 'float') return type.kind === 'decimal';
  return (kind === 'string' || kind === 'text') && type.kind !== 'string' && type.kind !== 'text';
}
