import { typeOf } from '../../core/ast/expressions.ts';
import type {
  AggregateExpression,
  ArithmeticExpression,
  ArrayTestExpression,
  CallExpression,
  CastExpression,
  ColumnExpression,
  DatePart,
  Expression,
  InListExpression,
  InQueryExpression,
  JsonElementExpression,
  JsonExpression,
  JsonForm,
  MatchExpression,
  OrderNode,
  SearchExpression,
  SearchTerm,
  SelectStatement,
  StringList,
  TableSource,
  WindowExpression,
  WindowName,
} from '../../core/ast/expressions.ts';
import type {
  DeleteRowsStatement,
  DeleteStatement,
  FindRowsStatement,
  Statement,
  UpdateRowsStatement,
  UpdateStatement,
} from '../../core/ast/statements.ts';
import type { FieldMeta, ModelMeta } from '../../core/metadata.ts';
import type { ValueType } from '../../core/value-types.ts';
import { encodeList } from '../json-lists.ts';
import { jsonPathOfMariaDB, jsonPathText } from '../json-paths.ts';
import { ordinalOf, placeholderFor } from '../query-compiler.ts';
import { MYSQL_LEXICON } from '../placeholders.ts';
import { TypedCompiler } from '../typed-compiler.ts';
import { mysqlCast } from './casts.ts';
import { foundFirst, hasSubquery } from './found-first.ts';
import { MYSQL_FUNCTIONS } from './functions.ts';
import { castType, listType } from './types.ts';
import type { MySQLFlavour } from './types.ts';

/** More rows than there are: the way to say "without a limit". */
const ALL_ROWS = '18446744073709551615';
/** One row, which changes nothing but how the statement is planned. */
const JOIN_ONE = ' JOIN (SELECT 1) AS one';

/** For LIKE: a backslash would depend on the mode of the session. */
const ESCAPE = '|';

/** What MySQL and MariaDB write their own way. */
export class MySQLCompiler extends TypedCompiler {
  protected readonly lexicon = MYSQL_LEXICON;
  declare protected readonly dialect: MySQLFlavour;
  /** The table that is written: MySQL refuses to read it in the same statement, unless it is read first. */
  private written: Pick<ModelMeta, 'schema' | 'table'> | undefined;
  /** The alias that stands for the written table where that can have none. */
  private unaliased: string | undefined;
  /** What the innermost query that stands for a table reads and opens, where that matters. */
  private sealed: { readonly read: Set<string>; readonly opened: Set<string> } | undefined;

  protected override placeholder(): string {
    return '?';
  }

  protected override statement(statement: Statement): string {
    if (statement.kind !== 'update' && statement.kind !== 'delete') return super.statement(statement);
    this.written = statement.model;
    return super.statement({ ...statement, where: foundFirst(statement) });
  }

  protected override cast(sql: string, type: ValueType): string {
    const name = castType(type, this.dialect.types);
    if (name === undefined) return sql;
    // MySQL takes a bare placeholder for a time of its own form, and reads a text there as midnight.
    return type.kind === 'time' ? `CAST(CONCAT(${sql}) AS ${name})` : `CAST(${sql} AS ${name})`;
  }

  /** Decimals are not among them: as text they would be compared as floating-point numbers. */
  protected override takesTypeOf(type: ValueType, column: ValueType): boolean {
    return type.kind === column.kind && type.kind !== 'decimal' && type.kind !== 'json' && type.kind !== 'array';
  }

  protected override from(table: TableSource): string {
    this.sealed?.opened.add(table.alias);
    if (!('table' in table) || table.table !== this.written?.table || table.schema !== this.written.schema)
      return 'query' in table ? this.apart(() => super.from(table)) : super.from(table);
    return `(SELECT * FROM ${this.table(table)} LIMIT ${ALL_ROWS}) AS ${table.alias}`;
  }

  protected override limits({ limit, offset }: SelectStatement): string {
    if (limit === undefined && offset === undefined) return '';
    const sql = ` LIMIT ${limit === undefined ? ALL_ROWS : this.count(limit)}`;
    return offset === undefined ? sql : `${sql} OFFSET ${this.count(offset)}`;
  }

  private count(node: Expression): string {
    return node.kind === 'param' ? this.bare(node) : this.expression(node);
  }

  /** NULL is the lowest value by itself; where it is to stand elsewhere, whether it is NULL is sorted by first. */
  protected override order(
    { expression, descending, nulls }: OrderNode,
    query: Pick<SelectStatement, 'columns'>,
  ): string {
    const name = query.columns.find((column) => column.expression === expression)?.as;
    const first = sortsByNull({ descending, nulls })
      ? `${name === undefined ? this.operand(expression) : this.dialect.quote(name)} IS NULL${nulls === 'first' ? ' DESC' : ''}, `
      : '';
    return `${first}${this.position(expression, query) ?? this.expression(expression)}${descending ? ' DESC' : ''}`;
  }

  /** What is sorted by whether it is NULL cannot be meant by its position there, and gets a name. */
  protected override select(node: SelectStatement, print?: (column: Expression) => string): string {
    const sorted = new Set(node.orderBy.filter(sortsByNull).map(({ expression }) => expression));
    if (sorted.size === 0) return super.select(node, print);
    const columns = node.columns.map((column, i) =>
      column.expression.kind !== 'column' && sorted.has(column.expression)
        ? { ...column, as: column.as ?? `c${i}` }
        : column,
    );
    return super.select({ ...node, columns }, print);
  }

  protected override emptyRow(): string {
    return '() VALUES ()';
  }

  /** Not IGNORE, which would let other errors pass too. */
  protected override skipConflicts({ key }: ModelMeta): string {
    const column = this.dialect.quote(key[0]!.column);
    return ` ON DUPLICATE KEY UPDATE ${column} = ${column}`;
  }

  /** The rows come as one JSON text, and are read first, so that only rows that are met are locked. */
  protected override updateRows({ model, fields, by, counted }: UpdateRowsStatement): string {
    const table = this.table(model);
    const all = [...fields, ...by];
    const column = (i: number): string => `${table}.${this.dialect.quote(all[i]!.column)}`;
    const values = all.map(({ type }, i) => fromJson(type, `v.column${i + 1}`));
    const rows = this.rowsOfJson(all);
    const set = [
      ...fields.map((_, i) => `${column(i)} = ${values[i]!}`),
      ...counted.map((field) => `${table}.${this.countUp(field)}`),
    ];
    const found = by.map((_, i) => `${column(fields.length + i)} = ${values[fields.length + i]!}`);
    return `UPDATE ${rows} AS v STRAIGHT_JOIN ${table} ON ${found.join(' AND ')} SET ${set.join(', ')}`;
  }

  protected override deleteRows({ model, by }: DeleteRowsStatement): string {
    const table = this.table(model);
    const found = by.map(
      ({ column, type }, i) => `${table}.${this.dialect.quote(column)} = ${fromJson(type, `v.column${i + 1}`)}`,
    );
    return `DELETE ${table} FROM ${this.rowsOfJson(by)} AS v STRAIGHT_JOIN ${table} ON ${found.join(' AND ')}`;
  }

  /**
   * What a transaction has seen before does not count for a read that locks: it finds what others have committed since.
   * The lock is a shared one, which the transaction has already on rows that it could not insert.
   */
  protected override findRows({ model, by, locked }: FindRowsStatement): string {
    const all = [ordinalOf(by), ...by];
    const found = by.map(
      ({ column, type }, i) => `t.${this.dialect.quote(column)} = ${fromJson(type, `v.column${i + 2}`)}`,
    );
    return `SELECT v.column1, ${this.wholeRow(model)} FROM ${this.rowsOfJson(all)} AS v STRAIGHT_JOIN ${this.table(model)} AS t ON ${found.join(' AND ')}${locked ? this.dialect.shareLock('t') : ''}`;
  }

  /** Rows of these fields out of one JSON text; the columns are called `column1`, `column2` and so on. */
  private rowsOfJson(fields: readonly FieldMeta[]): string {
    return this.jsonTable(
      this.writer.bind(placeholderFor(fields[0]!), (value) => value),
      fields.map(({ type }, i) => [`column${i + 1}`, type, `$[${i}]`]),
    );
  }

  /** Without an alias, which MariaDB does not take there. */
  /** Assignments are made one after another, each from what those before it have left. */
  protected override update(node: UpdateStatement): string {
    if (node.circular === true) throw this.unsupported('to set fields of a row to what others of them were before');
    return super.update(node);
  }

  protected override updated(model: ModelMeta, alias: string | undefined, where: Expression | undefined): string {
    const table = super.updated(model, alias, where);
    return this.dialect.joinsOnWrite && hasSubquery(where) ? `${table}${JOIN_ONE}` : table;
  }

  protected override delete(node: DeleteStatement): string {
    const { model, alias, where } = node;
    if (this.dialect.joinsOnWrite && alias !== undefined && hasSubquery(where))
      return `DELETE ${alias} FROM ${this.table(model)} AS ${alias}${JOIN_ONE} WHERE ${this.condition(where!)}`;
    this.unaliased = node.alias;
    return super.delete({ ...node, alias: undefined });
  }

  protected override expression(node: Expression): string {
    if (node.kind === 'column') this.sealed?.read.add(node.alias);
    if (node.kind === 'column' && node.alias !== '' && node.alias === this.unaliased)
      return `${this.table(this.written!)}.${this.dialect.quote(node.column)}`;
    return super.expression(node);
  }

  /**
   * LIMIT is not taken in such a subquery, but in one inside of it. Rows of the written table are all found before one is
   * written: a derived table with a LIMIT is never merged.
   */
  protected override members(query: SelectStatement): string {
    if (this.written !== undefined) return this.apart(() => this.found(query));
    const cut = query.limit !== undefined || query.offset !== undefined;
    return cut ? `SELECT * FROM (${this.apart(() => super.members(query))}) AS limited` : super.members(query);
  }

  /** The text of a query that stands where a table may: on MariaDB it sees no columns of the query around it. */
  private apart(write: () => string): string {
    if (this.dialect.features.outerInTables) return write();
    const around = this.sealed;
    const own = { read: new Set<string>(), opened: new Set<string>() };
    this.sealed = own;
    const text = write();
    this.sealed = around;
    if ([...own.read].some((alias) => alias !== '' && !own.opened.has(alias)))
      throw this.unsupported('to read columns of the query around in one that is cut or put together');
    return text;
  }

  /** MariaDB takes the NULLs of a correlated set for equal to the value of a subquery, unless something is around that. */
  protected override inQuery(node: InQueryExpression): string {
    const operands = node.operands.map((operand): Expression =>
      operand.kind === 'subquery' ? only(operand) : operand,
    );
    return super.inQuery({ ...node, operands });
  }

  private found(query: SelectStatement): string {
    const { written, unaliased } = this;
    this.written = undefined;
    this.unaliased = undefined;
    const rows = `${this.select(query)}${query.limit === undefined && query.offset === undefined ? ` LIMIT ${ALL_ROWS}` : ''}`;
    this.written = written;
    this.unaliased = unaliased;
    return `SELECT * FROM (${rows}) AS found`;
  }

  protected override distinct(left: string, right: string): string {
    return `NOT (${left} <=> ${right})`;
  }

  protected override readonly functions = MYSQL_FUNCTIONS;

  protected override conversion({ operand, type }: CastExpression): string {
    return mysqlCast(this.dialect, typeOf(operand).type, type, () => this.operand(operand));
  }

  protected override real(sql: string): string {
    return `CAST(${sql} AS double)`;
  }

  protected override datePart(part: DatePart, sql: string): string {
    // Mondays are 0.
    if (part === 'weekDay') return `(WEEKDAY(${sql}) + 1)`;
    // A year has no sign, and would take it from what it is multiplied by.
    return part === 'year' ? `CAST(YEAR(${sql}) AS signed)` : `${part.toUpperCase()}(${sql})`;
  }

  protected override inList({ operand, list }: InListExpression): string {
    const { type } = list;
    const left = this.operand(operand);
    const rows = this.jsonTable(this.writer.bind(list, encodeList(type, this.encoder(type))), [['v', type, '$']]);
    return `${left} IN (SELECT ${this.cast(fromJson(type, 'v'), type.kind === 'json' ? type : TEXT)} FROM ${rows} AS list)`;
  }

  /** Rows out of JSON. A value that does not fit is an error, and not NULL. */
  private jsonTable(
    json: string,
    columns: readonly (readonly [name: string, type: ValueType, path: string])[],
  ): string {
    const list = columns.map(
      ([name, type, path]) =>
        `${name} ${listType(type, this.dialect.types)} PATH '${path}' NULL ON EMPTY ERROR ON ERROR`,
    );
    return `JSON_TABLE(${json}, '$[*]' COLUMNS (${list.join(', ')}))`;
  }

  protected override json(node: JsonExpression): string {
    const at = (): string => this.jsonAt(node);
    if (node.as === 'json') return at();
    return this.jsonForm(node.as, at);
  }

  /** A part of JSON. What is no array passes for one of one item here, so that steps into arrays look first. */
  private jsonAt({ operand, path, steps }: JsonExpression): string {
    const text = this.dialect.types.jsonType ? jsonPathText : jsonPathOfMariaDB;
    const extract = (count: number): string =>
      `JSON_EXTRACT(${this.expression(operand)}, ${this.writer.bind(path, (given) => text((given as readonly unknown[]).slice(0, count)))})`;
    const arrays = steps.flatMap((step, i) => (step === 'position' ? [this.isJson(extract(i), 'ARRAY')] : []));
    return arrays.length === 0
      ? extract(steps.length)
      : `CASE WHEN ${arrays.join(' AND ')} THEN ${extract(steps.length)} END`;
  }

  /** JSON as a value of a type, NULL where it is of another; texts are compared as those of columns are. */
  private jsonForm(as: Exclude<JsonForm, 'json'>, at: () => string): string {
    switch (as) {
      case 'text':
        return `CASE WHEN ${this.isJson(at(), 'STRING')} THEN CONVERT(JSON_UNQUOTE(${at()}) USING utf8mb4) COLLATE ${this.dialect.types.collation} END`;
      case 'number':
        return `CASE WHEN ${this.isJson(at(), 'INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL')} THEN CAST(JSON_UNQUOTE(${at()}) AS double) END`;
      case 'bool':
        return `CASE WHEN ${this.isJson(at(), 'BOOLEAN')} THEN JSON_UNQUOTE(${at()}) = ${this.collated('true')} END`;
      default:
        return `(${this.isJson(at(), as.toUpperCase())})`;
    }
  }

  private isJson(sql: string, ...types: readonly string[]): string {
    return types.length === 1
      ? `JSON_TYPE(${sql}) = ${this.collated(types[0]!)}`
      : `JSON_TYPE(${sql}) IN (${types.map((type) => this.collated(type)).join(', ')})`;
  }

  /** A word of our own beside what JSON functions give, whose collation is another. */
  private collated(text: string): string {
    return `'${text}' COLLATE ${this.dialect.types.collation}`;
  }

  /** By the column in lower case that the index is over: columns themselves are compared letter by letter. */
  protected override search({ operand, index, terms }: SearchExpression): string {
    const { alias } = operand as ColumnExpression; // Named cast: what has an index is a column.
    const column: Expression = { ...(operand as ColumnExpression), alias, column: index.name };
    const query = this.writer.bind(terms, (given) =>
      (given as readonly SearchTerm[])
        .map(({ words, without }) => `${without ? '-' : '+'}"${words.toLowerCase()}"`)
        .join(' '),
    );
    return `MATCH(${this.expression(column)}) AGAINST (${query} IN BOOLEAN MODE)`;
  }

  protected override readonly arrayLength = 'JSON_LENGTH';

  /** Arrays are stored as JSON; their items are scalars, of which these functions mean what they say. */
  protected override arrayTest({ operator, operand, list }: ArrayTestExpression): string {
    const items = this.writer.bind(list, this.encoder({ kind: 'array', of: list.type }));
    return `JSON_${operator.toUpperCase()}(${this.expression(operand)}, ${items})`;
  }

  /**
   * Where JSON is a type, by its own test: there a JSON_TABLE of an empty array inside of EXISTS still has the rows of the
   * array before (seen in MySQL 9.7). Where it is text, item by item.
   */
  protected override jsonElement({ array, as, element }: JsonElementExpression): string {
    const isArray = this.isJson(this.jsonAt(array), 'ARRAY');
    if (this.dialect.types.jsonType) {
      const value = this.writer.bind(element, (given) => JSON.stringify(as === 'null' ? null : given));
      const list = this.jsonAt(array);
      return `(${isArray} AND CAST(${value} AS json) MEMBER OF(${list}))`;
    }
    const from = `FROM JSON_TABLE(${this.jsonAt(array)}, '$[*]' COLUMNS (v json PATH '$')) AS e`;
    const form = this.jsonForm(as, () => 'e.v');
    return `(${isArray} AND EXISTS (SELECT 1 ${from} WHERE ${as === 'null' ? form : `${form} = ${this.expression(element)}`}))`;
  }

  /** LIKE with its special characters escaped, on both sides in lower case where case is to be ignored. */
  protected override match({ operator, insensitive, operand, pattern }: MatchExpression): string {
    const fold = (text: string): string => (insensitive ? `LOWER(${text})` : text);
    const subject = this.operand(operand);
    if (operator === 'regex') return this.dialect.regex(subject, this.operand(pattern), insensitive);
    if (operator === 'exact') return `${fold(subject)} = ${fold(this.operand(pattern))}`;
    if (pattern.kind === 'param') {
      const [before, after] = [operator === 'startsWith' ? '' : '%', operator === 'endsWith' ? '' : '%'];
      const like = this.writer.bind(pattern, (value) => `${before}${escapeLike(value as string)}${after}`);
      return `${fold(subject)} LIKE ${fold(like)} ESCAPE '${ESCAPE}'`;
    }
    const other = (): string => fold(this.expression(pattern));
    if (operator === 'contains') return `INSTR(${fold(subject)}, ${other()}) > 0`;
    const side = operator === 'startsWith' ? 'LEFT' : 'RIGHT';
    return `${side}(${fold(subject)}, CHAR_LENGTH(${other()})) = ${other()}`;
  }

  protected override call(node: CallExpression): string {
    const { fn, args, type } = node;
    const first = (): string => this.expression(args[0]!);
    if (fn === 'concat')
      return `CONCAT(${[first(), ...args.slice(1).map((arg) => `COALESCE(${this.expression(arg)}, '')`)].join(', ')})`;
    if (fn === 'length') return `CHAR_LENGTH(${first()})`;
    // Halves are rounded away from zero only where they are exact.
    if (fn === 'round' && type.kind === 'float') return this.roundFloat(first, () => this.expression(args[1]!));
    if (fn === 'round' && type.kind === 'decimal') return `ROUND(${first()}, ${type.scale})`;
    return super.call(node);
  }

  /** A decimal has 45 digits before the point here; a float of so many has none after it. */
  private roundFloat(value: () => string, digits: () => string): string {
    const small = `CASE WHEN ABS(${value()}) < 1e44 THEN`;
    const rounded = this.real(`ROUND(CAST(${value()} AS decimal(65, 20)), ${digits()})`);
    return `${small} ${rounded} ELSE ${value()} END`;
  }

  protected override arithmetic(node: ArithmeticExpression): string {
    const sql = super.arithmetic(node);
    return node.type.kind === 'decimal' && node.operator === 'dividedBy' ? `ROUND(${sql}, ${node.type.scale})` : sql;
  }

  protected override window(node: WindowExpression): string {
    const sql = super.window(node);
    return this.dialect.shortShares && SHARES.has(node.fn) ? this.real(sql) : sql;
  }

  /** Sums and means of whole numbers are decimals here, the latter of four digits. There is no FILTER. */
  protected override aggregate(node: AggregateExpression): string {
    const { fn, argument, distinct, filter, over, list, type } = node;
    const value = (): string => {
      const text = argument === undefined ? '1' : this.expression(argument);
      return fn === 'avg' && type.kind === 'float' ? this.real(text) : text;
    };
    const inner =
      filter === undefined
        ? argument === undefined
          ? '*'
          : value()
        : `CASE WHEN ${this.condition(filter)} THEN ${value()} END`;
    const all = `${distinct ? 'DISTINCT ' : ''}${inner}`;
    if (list !== undefined) return this.groupConcat(all, list);
    const sql = `${fn.toUpperCase()}(${all})${this.over(over)}`;
    if (fn === 'sum' && type.kind === 'int') return `CAST(${sql} AS signed)`;
    return fn === 'avg' && type.kind === 'decimal' ? `ROUND(${sql}, ${type.scale})` : sql;
  }

  protected override stringAgg(node: AggregateExpression): string {
    return this.aggregate(node);
  }

  /** What stands between two texts is no parameter there, but may be hexadecimal. */
  private groupConcat(all: string, { orderBy, separator }: StringList): string {
    const order = orderBy.length === 0 ? '' : ` ORDER BY ${this.orders(orderBy)}`;
    const between = separator === '' ? "''" : `0x${Buffer.from(separator).toString('hex')}`;
    return `GROUP_CONCAT(${all}${order} SEPARATOR ${between})`;
  }

  /** In raw SQL a value stands as it is: what is beside it says its type. */
  protected override rawValue(node: Expression): string {
    return node.kind === 'param' ? this.bare(node) : super.rawValue(node);
  }
}

const SHARES = new Set<WindowName>(['percentRank', 'cumeDist']);

/** Whether NULL is to stand where it does not by itself, as the lowest value. */
function sortsByNull({ descending, nulls }: Pick<OrderNode, 'descending' | 'nulls'>): boolean {
  return nulls !== undefined && nulls !== (descending ? 'last' : 'first');
}

/** The value of an expression, as that of a function. */
function only(node: Expression): Expression {
  const { type, nullable } = typeOf(node);
  return { kind: 'call', fn: 'coalesce', args: [node], type, nullable };
}

const TEXT: ValueType = Object.freeze({ kind: 'text' });

/** A value out of JSON in the form in which a column stores it. */
function fromJson({ kind }: ValueType, sql: string): string {
  return kind === 'binary' ? `UNHEX(${sql})` : sql;
}

function escapeLike(text: string): string {
  return text.replace(/[|%_]/g, `${ESCAPE}$&`);
}
