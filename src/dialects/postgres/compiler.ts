import { typeOf } from '../../core/ast/expressions.ts';
import type {
  AggregateExpression,
  ArithmeticExpression,
  CallExpression,
  CompareExpression,
  Expression,
  InListExpression,
  MatchExpression,
  OrderNode,
  ParamExpression,
  SelectStatement,
} from '../../core/ast/expressions.ts';
import type { FieldMeta } from '../../core/metadata.ts';
import type { ValueType } from '../../core/value-types.ts';
import { mayBeNull } from '../nullability.ts';
import { placeholderFor, QueryCompiler } from '../query-compiler.ts';
import { formatArray } from './arrays.ts';
import { textOf } from './codecs.ts';
import { castType, columnType } from './types.ts';

/**
 * What PostgreSQL writes its own way. A parameter has no type of its own there: beside a column it takes the column's,
 * anywhere else it is cast, so that a number is never read as text.
 */
export class PostgresCompiler extends QueryCompiler {
  protected override placeholder(position: number): string {
    return `$${position}`;
  }

  protected override param(node: ParamExpression, encode: (value: unknown) => unknown): string {
    return `${this.writer.bind(node, encode)}::${castType(node.type)}`;
  }

  /** A value that takes its type from a column beside it. */
  private plain(node: Expression, column: Expression): string {
    return node.kind === 'param' && column.kind === 'column' && castType(node.type) === castType(column.type)
      ? this.writer.bind(node, this.encoder(node.type))
      : this.operand(node);
  }

  protected override assigned(field: FieldMeta, value: Expression): string {
    return value.kind === 'param' ? this.writer.bind(value, this.encoder(field.type)) : this.expression(value);
  }

  protected override compare(node: CompareExpression): string {
    const { operator, left, right } = node;
    if (operator === 'ne' && (mayBeNull(left) || mayBeNull(right)))
      return this.distinct(this.plain(left, right), this.plain(right, left));
    const sign = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' }[operator];
    return `${this.plain(left, right)} ${sign} ${this.plain(right, left)}`;
  }

  protected override between(operand: Expression, low: Expression, high: Expression): string {
    return `${this.operand(operand)} BETWEEN ${this.plain(low, operand)} AND ${this.plain(high, operand)}`;
  }

  protected override distinct(left: string, right: string): string {
    return `${left} IS DISTINCT FROM ${right}`;
  }

  protected override inList({ operand, list }: InListExpression): string {
    const left = this.operand(operand);
    const encode = this.encoder(list.type);
    const values = this.writer.bind(list, (items) =>
      formatArray((items as readonly unknown[]).map((item) => textOf(encode(item)))),
    );
    // As the column is, so that its index and its statistics serve.
    const of = operand.kind === 'column' && list.type.kind === 'int' ? 'integer' : castType(list.type);
    return `${left} = ANY(${values}::${of}[])`;
  }

  /** LIKE with its special characters escaped, on both sides in lower case where case is to be ignored. */
  protected override match({ operator, insensitive, operand, pattern }: MatchExpression): string {
    const fold = (text: string): string => (insensitive ? `LOWER(${text})` : text);
    const subject = this.operand(operand);
    if (operator === 'regex') return `${subject} ${insensitive ? '~*' : '~'} ${this.text(pattern)}`;
    if (operator === 'exact') return `${fold(subject)} = ${fold(this.text(pattern))}`;
    if (pattern.kind === 'param') {
      const [before, after] = [operator === 'startsWith' ? '' : '%', operator === 'endsWith' ? '' : '%'];
      const like = this.writer.bind(pattern, (value) => `${before}${escapeLike(value as string)}${after}`);
      return `${fold(subject)} LIKE ${fold(`${like}::text`)}`;
    }
    const other = fold(this.expression(pattern));
    if (operator === 'contains') return `STRPOS(${fold(subject)}, ${other}) > 0`;
    if (operator === 'startsWith') return `STARTS_WITH(${fold(subject)}, ${other})`;
    return `RIGHT(${fold(subject)}, LENGTH(${other})) = ${other}`;
  }

  private text(pattern: Expression): string {
    return pattern.kind === 'param' ? `${this.writer.bind(pattern, (value) => value)}::text` : this.operand(pattern);
  }

  protected override real(sql: string): string {
    return `CAST(${sql} AS double precision)`;
  }

  protected override datePart(part: 'year' | 'month' | 'day', sql: string): string {
    return `CAST(EXTRACT(${part.toUpperCase()} FROM ${sql} AT TIME ZONE 'UTC') AS integer)`;
  }

  protected override call(node: CallExpression): string {
    const { fn, args, type } = node;
    if (fn === 'concat') {
      const [first, ...rest] = args.map((arg) => this.asText(arg));
      return `(${[first, ...rest.map((text) => `COALESCE(${text}, '')`)].join(' || ')})`;
    }
    // Halves are rounded away from zero only where they are exact.
    if (fn === 'round' && type.kind === 'float')
      return this.real(`ROUND(CAST(${this.expression(args[0]!)} AS numeric), ${this.expression(args[1]!)})`);
    if (fn === 'round' && type.kind === 'decimal') return `ROUND(${this.expression(args[0]!)}, ${type.scale})`;
    return super.call(node);
  }

  private asText(node: Expression): string {
    const { kind } = typeOf(node).type;
    const text = this.expression(node);
    return kind === 'string' || kind === 'text' || kind === 'enum' ? text : `CAST(${text} AS text)`;
  }

  protected override arithmetic(node: ArithmeticExpression): string {
    const { operator, left, right, type } = node;
    if (type.kind === 'decimal' && operator === 'dividedBy') return `ROUND(${super.arithmetic(node)}, ${type.scale})`;
    if (type.kind === 'float' && operator === 'modulo') {
      const [a, b] = [left, right].map((side) => `CAST(${this.expression(side)} AS numeric)`);
      return this.real(`(${a} % NULLIF(${b}, 0))`);
    }
    if (!isWhole(type)) return super.arithmetic(node);
    return super.arithmetic({ ...node, left: this.wide(left) });
  }

  /** A column of 32 bits as one of 64, so that what is computed from it does not overflow. */
  private wide(node: Expression): Expression {
    if (node.kind !== 'column' || node.type.kind === 'bigint') return node;
    return { kind: 'raw', parts: [node, { kind: 'text', text: '::bigint' }], type: node.type, nullable: node.nullable };
  }

  protected override aggregate(node: AggregateExpression): string {
    const sql = super.aggregate(node);
    if (node.fn !== 'avg') return sql;
    return node.type.kind === 'decimal' ? `ROUND(${sql}, ${node.type.scale})` : this.real(sql);
  }

  /** Parameters are numbered, so an expression with one is equal to none but itself: it is named by its position. */
  protected override groupKey(item: Expression, query: SelectStatement): string {
    const position = query.columns.findIndex(({ expression }) => expression === item);
    return position < 0 || item.kind === 'column' ? super.groupKey(item, query) : String(position + 1);
  }

  /** NULL is the lowest value, as on the other databases. */
  protected override order(node: OrderNode, query: SelectStatement): string {
    const { expression, descending } = node;
    const nulls = node.nulls ?? (mayBeNull(expression) ? (descending ? 'last' : 'first') : undefined);
    const position =
      expression.kind === 'column' ? -1 : query.columns.findIndex((column) => column.expression === expression);
    const key = position < 0 ? this.expression(expression) : String(position + 1);
    return `${key}${descending ? ' DESC' : ''}${nulls === undefined ? '' : ` NULLS ${nulls.toUpperCase()}`}`;
  }

  /** The server finds the types of texts and numbers by what stands beside them; other values bring theirs. */
  protected override rawValue(node: Expression): string {
    if (node.kind !== 'param') return super.rawValue(node);
    return this.writer.bind(node, this.encoder(node.type)) + rawCast(node.type);
  }

  protected override lists(fields: readonly FieldMeta[]): string {
    const arrays = fields.map((field) => `${this.writer.bind(placeholderFor(field), same)}::${itemType(field.type)}[]`);
    const from = `FROM unnest(${arrays.join(', ')}) AS v(${fields.map((_, i) => `column${i + 1}`).join(', ')})`;
    if (!fields.some(isArray)) return `SELECT * ${from}`;
    // An array of arrays would be taken apart to its last item: an array comes as text.
    const columns = fields.map((field, i) =>
      isArray(field) ? `column${i + 1}::${columnType(field.type)} AS column${i + 1}` : `column${i + 1}`,
    );
    return `SELECT ${columns.join(', ')} ${from}`;
  }
}

function isArray({ type }: FieldMeta): boolean {
  return type.kind === 'array';
}

function itemType(type: ValueType): string {
  return type.kind === 'array' ? 'text' : castType(type);
}

function isWhole({ kind }: ValueType): boolean {
  return kind === 'int' || kind === 'smallInt' || kind === 'bigint';
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function same(value: unknown): unknown {
  return value;
}

/** Texts and numbers go as they are: beside a column, in a LIMIT, they are what is wanted there, and an index serves. */
function rawCast(type: ValueType): string {
  return type.kind === 'text' || type.kind === 'float' || type.kind === 'int' ? '' : `::${castType(type)}`;
}
