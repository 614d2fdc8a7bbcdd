import { conjunction, typeOf } from '../core/ast/expressions.ts';
import type {
  CompoundStatement,
  DerivedTable,
  Expression,
  OrderNode,
  ParamExpression,
  RankedTable,
  RawExpression,
  RowLock,
  SelectStatement,
  TableSource,
} from '../core/ast/expressions.ts';
import type {
  DeleteRowsStatement,
  DeleteStatement,
  FindRowsStatement,
  InsertFromStatement,
  InsertStatement,
  OnConflict,
  Statement,
  UpdateRowsStatement,
  UpdateStatement,
} from '../core/ast/statements.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import type { CompiledStatement } from './dialect.ts';
import { ExpressionCompiler } from './expression-compiler.ts';
import { placeholdersIn } from './placeholders.ts';
import { tableName } from './schemas.ts';

const LOCK_WAIT = { wait: '', skip: ' SKIP LOCKED', fail: ' NOWAIT' } as const;

/**
 * Statements to SQL. One compiler for all databases: it writes what they share, and a dialect overrides the productions
 * in which it differs. A production returns text; values go through the writer, in the order of the text.
 */
export abstract class QueryCompiler extends ExpressionCompiler {
  /** Compile one statement; a compiler is used once. */
  compile(statement: Statement): CompiledStatement {
    return this.finish(this.statement(statement));
  }

  /** Compile a whole statement of the application's own. */
  compileRaw(node: RawExpression): CompiledStatement {
    return this.finish(this.raw(node));
  }

  /**
   * Where the application wrote SQL of its own, each placeholder must be the place of a value, and each value have one.
   *
   * @throws InvalidQueryError for a placeholder in that text, and for a value inside of quotes or a comment.
   */
  private finish(sql: string): CompiledStatement {
    const statement = this.writer.finish(sql);
    if (!this.hasRaw) return statement;
    const found = placeholdersIn(sql, this.lexicon);
    const { length } = statement.slots;
    if (found.length !== length || found.some(({ text }, i) => text !== this.placeholder(i + 1)))
      throw new InvalidQueryError(
        `The SQL of sql\`…\` has ${counted(found.length, 'placeholder')} and ${counted(length, 'value')}.`,
        { remedy: 'Write each value as ${value}, outside of quotes and comments, and no placeholder by hand.' },
      );
    return statement;
  }

  protected statement(statement: Statement): string {
    switch (statement.kind) {
      case 'select':
        return this.select(statement, (node) => this.selection(node));
      case 'insert':
        return this.insert(statement);
      case 'insertFrom':
        return this.insertFrom(statement);
      case 'update':
        return this.update(statement);
      case 'updateRows':
        return this.updateRows(statement);
      case 'findRows':
        return this.findRows(statement);
      case 'delete':
        return this.delete(statement);
      case 'deleteRows':
        return this.deleteRows(statement);
      default:
        return unreachable(statement);
    }
  }

  /** `print` makes a column of the result; inside of another query it stays a plain expression. */
  protected select(node: SelectStatement, print = (column: Expression) => this.expression(column)): string {
    const columns = node.columns.map((column) => {
      const text = print(column.expression);
      return column.as === undefined ? text : `${text} AS ${this.dialect.quote(column.as)}`;
    });
    let sql = `SELECT ${node.distinct ? 'DISTINCT ' : ''}${columns.length === 0 ? '1' : columns.join(', ')} FROM ${this.from(node.from)}`;
    for (const join of node.joins) {
      sql += ` ${join.kind === 'left' ? 'LEFT' : 'INNER'} JOIN ${this.from(join.table)} ON ${this.expression(join.on)}`;
    }
    if (node.where !== undefined) sql += ` WHERE ${this.condition(node.where)}`;
    if (node.groupBy.length > 0) sql += ` GROUP BY ${node.groupBy.map((item) => this.groupKey(item, node)).join(', ')}`;
    if (node.having !== undefined) sql += ` HAVING ${this.condition(node.having)}`;
    if (node.orderBy.length > 0) sql += ` ORDER BY ${node.orderBy.map((order) => this.order(order, node)).join(', ')}`;
    return sql + this.limits(node) + (node.lock === undefined ? '' : this.lock(node.lock, node));
  }

  protected lock(lock: RowLock, { joins }: SelectStatement): string {
    const { rowLocks } = this.dialect.features;
    if (rowLocks === undefined) return '';
    const words = lock.strength === 'update' ? 'FOR UPDATE' : rowLocks.share;
    return ` ${words}${joins.length === 0 ? '' : this.lockedTables(lock, joins.length + 1)}${LOCK_WAIT[lock.wait]}`;
  }

  /** Which of several tables. Where they cannot be named, the rows of all of them are locked. */
  protected lockedTables({ tables, named }: RowLock, all: number): string {
    const { tables: canName, outer } = this.dialect.features.rowLocks!;
    if (!canName && named && tables.length < all)
      throw this.unsupported('to lock rows of some tables of a join only (of)');
    if (!outer && tables.some(({ optional }) => optional))
      throw this.unsupported('to lock rows of a relation that may be missing (of)');
    return canName ? ` OF ${tables.map(({ alias }) => alias).join(', ')}` : '';
  }

  protected from(table: TableSource): string {
    if ('query' in table) return `(${this.tableQuery(rowsOf(table))}) AS ${table.alias}`;
    if ('common' in table) return `${this.dialect.quote(table.common)} AS ${table.alias}`;
    return `${this.table(table)} AS ${table.alias}`;
  }

  /** A query that stands where a table may. */
  protected tableQuery(node: DerivedTable['query']): string {
    if (node.kind === 'select') return this.select(node);
    if (node.kind === 'compound') return this.compound(node);
    const tables = node.tables.map(({ name, columns, query }) => {
      const names = columns.map((column) => this.dialect.quote(column));
      return `${this.dialect.quote(name)}(${names.join(', ')}) AS (${this.compound(query)})`;
    });
    return `WITH RECURSIVE ${tables.join(', ')} ${this.select(node.query)}`;
  }

  /** A side that is sorted or cut is a table of its own: not every database takes brackets around one. */
  protected compound({ operator, all, sides }: CompoundStatement): string {
    const word = ` ${operator.toUpperCase()}${all ? ' ALL' : ''} `;
    const texts = sides.map((side, i) => {
      const text = this.select(side, (column) => this.combined(column));
      const cut = side.limit !== undefined || side.offset !== undefined || side.orderBy.length > 0;
      return cut ? `SELECT * FROM (${text}) AS side${i}` : text;
    });
    return texts.join(word);
  }

  /** A column of a side, in the form in which a column of a table would be: what is combined must be alike. */
  protected combined(node: Expression): string {
    return this.expression(node);
  }

  protected table(table: Pick<ModelMeta, 'schema' | 'table'>): string {
    return tableName(this.dialect, table);
  }

  protected limits(node: SelectStatement): string {
    let sql = node.limit === undefined ? '' : ` LIMIT ${this.limit(node.limit)}`;
    if (node.offset !== undefined) sql += ` OFFSET ${this.expression(node.offset)}`;
    return sql;
  }

  protected limit(node: Expression): string {
    return this.expression(node);
  }

  /** A column of the result, in the form that reaches the driver whole. */
  protected selection(node: Expression): string {
    const text = this.expression(node);
    return this.dialect.codec(typeOf(node).type).select?.(text) ?? text;
  }

  protected groupKey(item: Expression, _query: SelectStatement): string {
    return this.expression(item);
  }

  protected order({ expression, descending, nulls }: OrderNode, _query: Pick<SelectStatement, 'columns'>): string {
    const sql = `${this.expression(expression)}${descending ? ' DESC' : ''}`;
    return nulls === undefined ? sql : `${sql} NULLS ${nulls.toUpperCase()}`;
  }

  protected insert({ model, fields, rows, returning, onConflict }: InsertStatement): string {
    const columns = fields.map((field) => this.dialect.quote(field.column)).join(', ');
    const body = fields.length === 0 ? this.emptyRow() : `(${columns}) ${this.values(fields, rows)}`;
    return `INSERT INTO ${this.table(model)} ${body}${this.conflicts(model, onConflict)}${this.returning(returning)}`;
  }

  protected insertFrom({ model, fields, query }: InsertFromStatement): string {
    const columns = fields.map((field) => this.dialect.quote(field.column));
    let position = 0;
    const rows = this.select(query, (node) => this.inserted(fields[position++]!, node));
    return `INSERT INTO ${this.table(model)} (${columns.join(', ')}) ${rows}`;
  }

  /** A column of a query in the form in which the field stores it. */
  protected inserted(field: FieldMeta, value: Expression): string {
    return this.assigned(field, value);
  }

  /** A row of defaults. */
  protected emptyRow(): string {
    return 'DEFAULT VALUES';
  }

  private conflicts(model: ModelMeta, onConflict: InsertStatement['onConflict']): string {
    if (onConflict === 'error') return '';
    return onConflict === 'nothing' ? this.skipConflicts(model) : this.onConflict(model, onConflict);
  }

  /** The words for a row whose values of some fields exist already. */
  protected onConflict({ table, version }: ModelMeta, { by, set }: OnConflict): string {
    const target = by.map((field) => this.dialect.quote(field.column)).join(', ');
    if (set.length === 0) return ` ON CONFLICT (${target}) DO NOTHING`;
    const changes = set.map((field) => {
      const column = this.dialect.quote(field.column);
      return `${column} = ${field === version ? `${this.dialect.quote(table)}.${column} + 1` : `excluded.${column}`}`;
    });
    return ` ON CONFLICT (${target}) DO UPDATE SET ${changes.join(', ')}`;
  }

  /** The words that leave a row as it is where it exists already. */
  protected skipConflicts(_model: ModelMeta): string {
    return ' ON CONFLICT DO NOTHING';
  }

  protected values(fields: readonly FieldMeta[], rows: number | 'lists'): string {
    if (rows === 'lists') return this.lists(fields);
    return `VALUES ${Array.from({ length: rows }, () => this.placeholders(fields)).join(', ')}`;
  }

  /** One row of values. */
  protected placeholders(fields: readonly FieldMeta[]): string {
    return `(${fields.map((field) => this.writer.bind(placeholderFor(field), identity)).join(', ')})`;
  }

  /** A join with a list of values, whose columns are called `column1`, `column2` and so on. */
  protected updateRows({ model, fields, by, rows, counted }: UpdateRowsStatement): string {
    const table = this.table(model);
    const columns = [...fields, ...by].map((field) => this.dialect.quote(field.column));
    const set = [
      ...fields.map((_, i) => `${columns[i]!} = v.column${i + 1}`),
      ...counted.map((field) => this.countUp(field)),
    ];
    const found = by.map((_, i) => `${table}.${columns[fields.length + i]!} = v.column${fields.length + i + 1}`);
    const all = [...fields, ...by];
    return `UPDATE ${table} SET ${set.join(', ')} FROM (${this.values(all, rows)}) AS v WHERE ${found.join(' AND ')}`;
  }

  protected countUp({ model, column }: FieldMeta): string {
    const name = this.dialect.quote(column);
    return `${name} = ${this.table(model)}.${name} + 1`;
  }

  /** A join with a list of values, of which the first is the number of the row. */
  protected findRows({ model, by, rows }: FindRowsStatement): string {
    const values = this.values([ordinalOf(by), ...by], rows);
    const found = by.map((field, i) => `t.${this.dialect.quote(field.column)} = v.column${i + 2}`);
    return `SELECT v.column1, ${this.wholeRow(model)} FROM (${values}) AS v INNER JOIN ${this.table(model)} AS t ON ${found.join(' AND ')}`;
  }

  /** Every column of the table `t`, in the form that reaches the driver whole. */
  protected wholeRow({ fields }: ModelMeta): string {
    const columns = fields.map((field) => {
      const column = `t.${this.dialect.quote(field.column)}`;
      return this.dialect.codec(field.type).select?.(column) ?? column;
    });
    return columns.join(', ');
  }

  /** Rows out of lists, one parameter for each column; the columns are called `column1`, `column2` and so on. */
  protected lists(_fields: readonly FieldMeta[]): string {
    throw this.unsupported('to take the values of many rows as one list for each column');
  }

  protected returning(fields: readonly FieldMeta[]): string {
    if (fields.length === 0) return '';
    const columns = fields.map((field) => {
      const column = this.dialect.quote(field.column);
      return this.dialect.codec(field.type).select?.(column) ?? column;
    });
    return ` RETURNING ${columns.join(', ')}`;
  }

  protected update({ model, alias, set, where }: UpdateStatement): string {
    const changes = set.map(
      ({ field, value }) => `${this.dialect.quote(field.column)} = ${this.assigned(field, value)}`,
    );
    return `UPDATE ${this.updated(model, alias, where)} SET ${changes.join(', ')}${where === undefined ? '' : ` WHERE ${this.condition(where)}`}`;
  }

  /** The table of an UPDATE. */
  protected updated(model: ModelMeta, alias: string | undefined, _where: Expression | undefined): string {
    return alias === undefined ? this.table(model) : `${this.table(model)} AS ${alias}`;
  }

  /** A value in the form in which its column stores it. */
  protected assigned(field: FieldMeta, value: Expression): string {
    return value.kind === 'param' ? this.param(value, this.encoder(field.type)) : this.expression(value);
  }

  protected delete({ model, alias, where }: DeleteStatement): string {
    const target = alias === undefined ? this.table(model) : `${this.table(model)} AS ${alias}`;
    return `DELETE FROM ${target}${where === undefined ? '' : ` WHERE ${this.condition(where)}`}`;
  }

  /** A join with a list of values, as that of `updateRows`. */
  protected deleteRows({ model, by }: DeleteRowsStatement): string {
    const table = this.table(model);
    const found = by.map(({ column }, i) => `${table}.${this.dialect.quote(column)} = v.column${i + 1}`);
    return `DELETE FROM ${table} USING (${this.lists(by)}) AS v WHERE ${found.join(' AND ')}`;
  }
}

function identity(value: unknown): unknown {
  return value;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function rowsOf(table: DerivedTable | RankedTable): DerivedTable['query'] {
  if (table.each === undefined) return table.query;
  const { query, each } = table;
  const ofThese: Expression = { kind: 'inList', operand: each.by, list: each.of };
  return { ...query, where: query.where === undefined ? ofThese : conjunction([ofThese, query.where]) };
}

/** A parameter whose value is given for each row. */
export function placeholderFor(field: FieldMeta): ParamExpression {
  return {
    kind: 'param',
    value: undefined,
    type: field.type,
    nullable: field.nullable,
    label: { model: field.model.name, field: field.name },
  };
}

/** The number of a row, among values of the given fields. */
export function ordinalOf([first]: readonly FieldMeta[]): FieldMeta {
  return { ...first!, type: ORDINAL };
}

const ORDINAL: FieldMeta['type'] = Object.freeze({ kind: 'int' });
