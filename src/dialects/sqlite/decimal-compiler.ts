import { typeOf } from '../../core/ast/expressions.ts';
import type {
  AggregateExpression,
  ArithmeticExpression,
  CallExpression,
  CaseExpression,
  CastExpression,
  CompareExpression,
  Expression,
  InQueryExpression,
  OrderNode,
  ParamExpression,
  SelectStatement,
  SubqueryExpression,
  WindowExpression,
} from '../../core/ast/expressions.ts';
import type { FieldMeta } from '../../core/metadata.ts';
import type { ValueType } from '../../core/value-types.ts';
import { isWhole } from '../functions.ts';
import { QueryCompiler } from '../query-compiler.ts';
import { canonicalDecimal, isFinerThan } from '../../core/canonical-decimal.ts';
import { storedFloat, storedUnits, storedWhole } from './assigned.ts';
import { inRange, sqliteCast } from './casts.ts';
import { decimalText, markScaled, outOfRange, powerOfTen, rounded, scaledInteger } from './decimals.ts';

/** Digits that fit a 64-bit integer, and those that also survive a floating-point multiplication. */
const INTEGER_DIGITS = 18;
const FLOAT_DIGITS = 15;
/** The lower half of a 64-bit integer. */
const LOW_BITS = 4_294_967_295;

/**
 * Decimals on a database that has none: columns of canonical text, lifted to scaled integers where SQL computes, compares or
 * sorts (`decimals.ts`).
 */
export abstract class SQLiteDecimalCompiler extends QueryCompiler {
  /** Decimals come and go as scaled integers. */
  protected override conversion({ operand, type }: CastExpression): string {
    const { type: from } = typeOf(operand);
    if (isDecimal(type)) return this.toDecimal(operand, type);
    if (!isDecimal(from)) return sqliteCast(from, type, () => this.operand(operand));
    if (type.kind === 'float') return this.expression(this.floating(operand));
    if (type.kind === 'string' || type.kind === 'text')
      return sqliteCast({ kind: 'text' }, type, () => this.expression(this.asText(operand)));
    return inRange(type, () => this.scaled(operand, 0));
  }

  private toDecimal(operand: Expression, { precision, scale }: { precision: number; scale: number }): string {
    if (precision > INTEGER_DIGITS) throw this.unsupported(`to compute decimals of more than ${INTEGER_DIGITS} digits`);
    const { kind } = typeOf(operand).type;
    const units = kind === 'decimal' || isWhole(typeOf(operand).type);
    const value = (): string =>
      units ? this.scaled(operand, scale) : `blaze_units(${this.expression(operand)}, ${scale})`;
    return `CASE WHEN ABS(${value()}) < ${powerOfTen(precision)} THEN ${value()} END`;
  }

  protected override case(node: CaseExpression): string {
    const to = (value: Expression): Expression => this.asType(value, node.type);
    const branches = node.branches.map(({ when, then }) => ({ when, then: to(then) }));
    return super.case({ ...node, branches, otherwise: node.otherwise && to(node.otherwise) });
  }

  protected override window(node: WindowExpression): string {
    const [value, ...rest] = node.args;
    if (value === undefined || !isDecimal(node.type)) return super.window(node);
    return super.window({
      ...node,
      args: [value, ...rest].map((arg, i) => (i === 1 ? arg : this.asType(arg, node.type))),
    });
  }

  /** A number in the form in which those of a type are computed. */
  private asType(node: Expression, type: ValueType): Expression {
    if (isDecimal(type)) return this.lifted(node, type.scale);
    return type.kind === 'float' ? this.floating(node) : node;
  }

  protected override call(node: CallExpression): string {
    const { fn, args, type } = node;
    if (fn === 'lower' || fn === 'upper') return `blaze_${fn}(${this.expression(args[0]!)})`;
    if (fn === 'concat') return super.call({ ...node, args: args.map((arg) => this.asText(arg)) });
    if (!isDecimal(type)) return super.call({ ...node, args: args.map((arg) => this.floating(arg)) });
    const { scale } = type;
    const value = (): string => this.scaled(args[0]!, scale);
    switch (fn) {
      case 'abs':
        return `ABS(${value()})`;
      case 'negate':
        return `(-${value()})`;
      case 'coalesce':
        return `COALESCE(${args.map((arg) => this.scaled(arg, scale)).join(', ')})`;
      case 'round':
        return value();
      case 'floor':
      case 'ceil':
        return this.wholeDecimal(fn, args[0]!);
      case 'greatest':
      case 'least':
      case 'nullIf':
        return super.call({ ...node, args: args.map((arg) => this.lifted(arg, scale)) });
      default:
        throw this.unsupported(`to compute ${fn}() of a decimal`);
    }
  }

  /** Integers are cut towards zero. */
  private wholeDecimal(fn: 'floor' | 'ceil', node: Expression): string {
    const scale = scaleOf(typeOf(node).type);
    const value = (): string => this.scaled(node, scale);
    const unit = powerOfTen(scale);
    return `(${value()} / ${unit} ${fn === 'floor' ? '-' : '+'} (${value()} % ${unit} ${fn === 'floor' ? '<' : '>'} 0))`;
  }

  protected override compare(node: CompareExpression): string {
    const { operator, left, right } = node;
    if (!isDecimal(typeOf(left).type) && !isDecimal(typeOf(right).type)) return super.compare(node);
    // Canonical text is equal where the values are, and an index on it serves.
    if ((operator === 'eq' || operator === 'ne') && isColumn(left) && right.kind === 'param')
      return super.compare({ ...node, right: this.atScale(right, left) });
    const scale = Math.max(scaleOf(typeOf(left).type), scaleOf(typeOf(right).type));
    if (isFloat(left) || isFloat(right))
      return super.compare({ ...node, left: this.floating(left), right: this.floating(right) });
    return super.compare({ ...node, left: this.lifted(left, scale), right: this.lifted(right, scale) });
  }

  protected override between(operand: Expression, low: Expression, high: Expression): string {
    if (![operand, low, high].some((node) => isDecimal(typeOf(node).type))) return super.between(operand, low, high);
    const scale = Math.max(...[operand, low, high].map((node) => scaleOf(typeOf(node).type)));
    return super.between(this.lifted(operand, scale), this.lifted(low, scale), this.lifted(high, scale));
  }

  protected override arithmetic(node: ArithmeticExpression): string {
    const { operator, left, right, type } = node;
    const decimals = isDecimal(typeOf(left).type) || isDecimal(typeOf(right).type);
    if (!decimals) return this.plainArithmetic({ ...node, left: this.whole(left), right: this.whole(right) });
    if (!isDecimal(type))
      return this.plainArithmetic({ ...node, left: this.floating(left), right: this.floating(right) });
    const [a, b] = [scaleOf(typeOf(left).type), scaleOf(typeOf(right).type)];
    if (operator === 'times') return `(${this.scaled(left, a)} * ${this.scaled(right, b)})`;
    if (operator === 'dividedBy') {
      const shift = powerOfTen(type.scale - a + b);
      return rounded(
        () => `(${this.scaled(left, a)} * ${shift})`,
        () => `NULLIF(${this.scaled(right, b)}, 0)`,
      );
    }
    const [x, y] = [this.scaled(left, type.scale), this.scaled(right, type.scale)];
    return operator === 'modulo' ? `(${x} % NULLIF(${y}, 0))` : `(${x} ${operator === 'plus' ? '+' : '-'} ${y})`;
  }

  private plainArithmetic(node: ArithmeticExpression): string {
    if (node.operator !== 'modulo' || node.type.kind !== 'float') return super.arithmetic(node);
    // SQLite's % is for integers and cuts off the fractions of others.
    const [a, b] = [
      (): string => this.real(this.expression(node.left)),
      (): string => `NULLIF(${this.expression(node.right)}, 0)`,
    ];
    return `(${a()} - CAST(${a()} / ${b()} AS INTEGER) * ${b()})`;
  }

  /** Drivers bind every number as a float, which would make a float of an integer result. */
  private whole(node: Expression): Expression {
    if (node.kind !== 'param' || (node.type.kind !== 'int' && node.type.kind !== 'smallInt')) return node;
    return this.printed(node, () => this.writer.bind(node, (value) => BigInt(value as number)));
  }

  protected override aggregate(node: AggregateExpression): string {
    const { fn, argument, type } = node;
    if (fn === 'sum' && type.kind === 'bigint' && isColumn(argument!) && !node.distinct) return this.sumOfHalves(node);
    if (argument === undefined || !isDecimal(type) || fn === 'count') return super.aggregate(node);
    const from = scaleOf(typeOf(argument).type);
    if (fn !== 'avg') return super.aggregate({ ...node, argument: this.lifted(argument, from) });
    const shift = powerOfTen(type.scale - from);
    const sum = (): string => super.aggregate({ ...node, fn: 'sum', argument: this.lifted(argument, from) });
    const count = (): string => super.aggregate({ ...node, fn: 'count', argument });
    return rounded(
      () => `(${sum()} * ${shift})`,
      () => `NULLIF(${count()}, 0)`,
    );
  }

  /**
   * SQLite's SUM fails where it leaves 64 bits on the way, though the whole may fit. The sums of the upper and the lower
   * 32 bits do not; put together they make a float where the whole does not fit, which is refused when it is read.
   */
  private sumOfHalves(node: AggregateExpression): string {
    const half = (part: string): string => {
      const argument = this.printed(node.argument!, () => `${this.expression(node.argument!)} ${part}`);
      return super.aggregate({ ...node, argument });
    };
    const low = (): string => half(`& ${LOW_BITS}`);
    return `((${half('>> 32')} + (${low()} >> 32)) * ${LOW_BITS + 1} + (${low()} & ${LOW_BITS}))`;
  }

  protected override order(node: OrderNode, query: Pick<SelectStatement, 'columns'>): string {
    const { type } = typeOf(node.expression);
    return super.order(
      isDecimal(type) ? { ...node, expression: this.lifted(node.expression, type.scale) } : node,
      query,
    );
  }

  protected override selection(node: Expression): string {
    return isDecimal(typeOf(node).type) && !isColumn(node) && node.kind !== 'param' && node.kind !== 'literal'
      ? markScaled(this.expression(node))
      : super.selection(node);
  }

  /** A computed decimal is stored as the canonical text of its column. */
  protected override assigned(field: FieldMeta, value: Expression): string {
    const { type } = field;
    if (type.kind === 'int' || type.kind === 'smallInt') return this.assignedWhole(field, type.kind, value);
    if (type.kind === 'string' && type.maxLength !== undefined) return this.assignedText(field, value, type.maxLength);
    if (type.kind === 'float') return this.assignedFloat(field, value);
    if (!isDecimal(type) || value.kind === 'literal') return super.assigned(field, value);
    if (value.kind === 'param') return this.param(value, (given) => storedDecimal(String(given), field, type));
    const refusal = this.refusal(field);
    const units = isFloat(value)
      ? storedUnits(this.expression(value), type.scale, refusal)
      : this.scaled(value, type.scale);
    return decimalText(units, type, refusal);
  }

  private assignedFloat(field: FieldMeta, value: Expression): string {
    if (value.kind === 'param' || value.kind === 'literal') return super.assigned(field, value);
    const sql = this.expression(this.floating(value));
    return isFloat(value) && !isColumn(value) ? storedFloat(sql, this.refusal(field)) : sql;
  }

  /** A whole number is bound as one: drivers bind every number as a float. */
  protected override rawValue(node: Expression): string {
    return this.operand(this.whole(node));
  }

  /** A computed number in a column of whole ones: rounded, and refused where it does not fit, as on other databases. */
  private assignedWhole(field: FieldMeta, kind: 'int' | 'smallInt', value: Expression): string {
    const { type } = typeOf(value);
    const plain = value.kind === 'param' || value.kind === 'literal' || value.kind === 'column';
    if (plain && type.kind !== 'float' && !isDecimal(type)) return super.assigned(field, value);
    const sql = isDecimal(type) ? this.scaled(value, 0) : this.expression(value);
    return storedWhole(sql, kind, type.kind === 'float', this.refusal(field));
  }

  /** A computed text in a column of a certain length, which SQLite does not look at. */
  private assignedText(field: FieldMeta, value: Expression, length: number): string {
    const text = super.assigned(field, value);
    if (value.kind === 'param' || value.kind === 'literal') return text;
    return `(SELECT CASE WHEN v IS NULL OR LENGTH(v) <= ${length} THEN v ELSE ${this.refusal(field, 'text')} END FROM (SELECT ${text} AS v))`;
  }

  /** A call that fails, naming the column. */
  private refusal({ model, name }: FieldMeta, what = 'number'): string {
    const words = [model.name, name, what].map((word) => `'${word.replaceAll("'", "''").replaceAll('\0', '')}'`);
    return `blaze_out_of_range(${words.join(', ')})`;
  }

  /** A computed decimal in the form that is read as text. */
  protected asText(node: Expression): Expression {
    const { type } = typeOf(node);
    return isDecimal(type) && !isColumn(node)
      ? this.printed(node, () => `blaze_decimal(CAST(${this.scaled(node, type.scale)} AS TEXT), ${type.scale})`)
      : node;
  }

  /** A number as a scaled integer of the given scale. */
  protected scaled(node: Expression, scale: number): string {
    const { type } = typeOf(node);
    const from = scaleOf(type);
    if (node.kind === 'param') {
      return this.writer.bind(node, (value) => scaledInteger(String(value), scale));
    }
    if (scale < from)
      return rounded(
        () => this.scaled(node, from),
        () => powerOfTen(from - scale),
      );
    let text = this.expression(node);
    if (isDecimal(type) && isColumn(node)) text = this.lift(text, type.precision, from);
    if (scale > from) return `(${text} * ${powerOfTen(scale - from)})`;
    return text;
  }

  /** The stored text of a column as a scaled integer. */
  private lift(column: string, precision: number, scale: number): string {
    if (precision > INTEGER_DIGITS)
      throw this.unsupported(`to compute, compare or sort decimals of more than ${INTEGER_DIGITS} digits`);
    if (precision > FLOAT_DIGITS)
      return scale === 0 ? `CAST(${column} AS INTEGER)` : `CAST(REPLACE(${column}, '.', '') AS INTEGER)`;
    return `CAST(ROUND(${column} * ${powerOfTen(scale)}) AS INTEGER)`;
  }

  /** A node that prints as the scaled integer, for productions of the base compiler. */
  private lifted(node: Expression, scale: number): Expression {
    return this.printed(node, () => this.scaled(node, scale));
  }

  private floating(node: Expression): Expression {
    const { type } = typeOf(node);
    if (!isDecimal(type)) return node;
    return this.printed(node, () => `(${this.scaled(node, type.scale)} / ${powerOfTen(type.scale)}.0)`);
  }

  /** A node whose text is made when its turn comes, so that parameters keep the order of the text. */
  private printed(node: Expression, print: () => string): Expression {
    const { nullable } = typeOf(node);
    const late: Expression = { kind: 'raw', parts: [], type: { kind: 'int' }, nullable };
    this.late.set(late, print);
    return late;
  }

  private readonly late = new Map<Expression, () => string>();

  protected override expression(node: Expression): string {
    return this.late.get(node)?.() ?? super.expression(node);
  }

  /** What a query inside of another gives is computed: a decimal is an integer there, also one of a column. */
  protected override subquery(node: SubqueryExpression): string {
    const { query, type } = node;
    if (!isDecimal(type)) return super.subquery(node);
    return `(${this.select(query, (column) => this.scaled(column, type.scale))})`;
  }

  protected override combined(node: Expression): string {
    return this.expression(this.asText(node));
  }

  protected override inQuery(node: InQueryExpression): string {
    const [operand] = node.operands;
    const member = node.query.columns[0]?.expression;
    if (operand === undefined || member === undefined) return super.inQuery(node);
    const [a, b] = [typeOf(operand).type, typeOf(member).type];
    const stored = isColumn(operand) && isColumn(member) && scaleOf(a) === scaleOf(b);
    if (stored || (!isDecimal(a) && !isDecimal(b))) return super.inQuery(node);
    const scale = Math.max(scaleOf(a), scaleOf(b));
    return `${this.scaled(operand, scale)} IN (${this.select(node.query, (column) => this.scaled(column, scale))})`;
  }

  /** A parameter in the stored form of the column that it is compared with; one that is finer equals nothing stored. */
  private atScale(param: ParamExpression, column: Expression): Expression {
    const scale = scaleOf(typeOf(column).type);
    const stored = (value: string): string => (isFinerThan(value, scale) ? value : canonicalDecimal(value, scale));
    return this.printed(param, () => this.writer.bind(param, (value) => stored(String(value))));
  }
}

/** A given value as the text of a column; one of another type may have too many digits for it. */
function storedDecimal(given: string, field: FieldMeta, { precision, scale }: DecimalType): string {
  const text = canonicalDecimal(given, scale);
  const whole = text.replace(/^-?0?/, '').length - (scale === 0 ? 0 : scale + 1);
  if (whole <= precision - scale) return text;
  throw outOfRange(field.model.name, field.name, 'number');
}

type DecimalType = Extract<ValueType, { kind: 'decimal' }>;

export function isDecimal(type: ValueType): type is DecimalType {
  return type.kind === 'decimal';
}

function isFloat(node: Expression): boolean {
  return typeOf(node).type.kind === 'float';
}

export function isColumn(node: Expression): boolean {
  return node.kind === 'column' && node.computed !== true;
}

export function scaleOf(type: ValueType): number {
  return type.kind === 'decimal' ? type.scale : 0;
}
