import { typeOf } from '../core/ast/expressions.ts';
import type {
  AggregateExpression,
  ArithmeticExpression,
  ArrayTestExpression,
  CallExpression,
  CaseExpression,
  CastExpression,
  CompareExpression,
  CompareRowsExpression,
  DatePart,
  Expression,
  InListExpression,
  InQueryExpression,
  IsNullExpression,
  JsonContainsExpression,
  JsonElementExpression,
  JsonExpression,
  MatchExpression,
  NotExpression,
  OrderNode,
  ParamExpression,
  RawExpression,
  SearchExpression,
  SelectStatement,
  StringList,
  SubqueryExpression,
  Window,
  WindowExpression,
} from '../core/ast/expressions.ts';
import type { ValueType } from '../core/value-types.ts';
import { UnsupportedError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import type { Dialect } from './dialect.ts';
import { isWhole, REAL, SHARED } from './functions.ts';
import type { Production, TableFunction } from './functions.ts';
import { keyByKey } from './key-by-key.ts';
import { mayBeNull } from './nullability.ts';
import type { Lexicon } from './placeholders.ts';
import { frameText, sorted, WINDOW_FUNCTIONS } from './windows.ts';
import { Writer } from './writer.ts';

const COMPARE = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const COMPARISONS = new Set<Expression['kind']>([
  'compare',
  'compareRows',
  'isNull',
  'between',
  'inList',
  'inQuery',
  'match',
  'not',
  'exists',
  'jsonContains',
  'jsonElement',
  'arrayTest',
  'search',
]);
const NO_COLUMNS = { columns: [] };
const ARITHMETIC = { plus: '+', minus: '-', times: '*', dividedBy: '/', modulo: '%' } as const;

/**
 * Expressions to SQL: what all databases share; a dialect overrides the productions in which it differs. A production
 * returns text; values go through the writer, in the order of the text.
 */
export abstract class ExpressionCompiler {
  protected readonly dialect: Dialect;
  protected readonly writer: Writer;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
    this.writer = new Writer((position) => this.placeholder(position));
  }

  /** Whether SQL of the application's own was met. */
  protected hasRaw = false;

  protected abstract placeholder(position: number): string;
  /** How placeholders are found in SQL that the application wrote. */
  protected abstract readonly lexicon: Lexicon;
  /** Membership in a list that is bound as one value. */
  protected abstract inList(node: InListExpression): string;
  protected abstract match(node: MatchExpression): string;
  /** `<>` for which NULL is a value like any other. */
  protected abstract distinct(left: string, right: string): string;

  /** A query inside of an expression. */
  protected abstract select(node: SelectStatement): string;
  /** A sort key; `query` is whose columns it may name by their positions. */
  protected abstract order(node: OrderNode, query: Pick<SelectStatement, 'columns'>): string;

  /** An expression that stands where only a condition may: without the brackets that it needs elsewhere. */
  protected condition(node: Expression): string {
    if (node.kind !== 'and' && node.kind !== 'or') return this.expression(node);
    return node.items.map((item) => this.expression(item)).join(node.kind === 'and' ? ' AND ' : ' OR ');
  }

  protected expression(node: Expression): string {
    switch (node.kind) {
      case 'column':
        return node.alias === '' ? this.dialect.quote(node.column) : `${node.alias}.${this.dialect.quote(node.column)}`;
      case 'param':
        return this.param(node, this.encoder(node.type));
      case 'literal':
        return String(node.value).toUpperCase();
      case 'compare':
        return this.compare(node);
      case 'compareRows':
        return this.compareRows(node);
      case 'and':
        return `(${node.items.map((item) => this.expression(item)).join(' AND ')})`;
      case 'or':
        return `(${node.items.map((item) => this.expression(item)).join(' OR ')})`;
      case 'not':
        return this.not(node);
      case 'isNull':
        return this.isNull(node);
      case 'between':
        return this.between(node.operand, node.low, node.high);
      case 'inList':
        return this.inList(node);
      case 'inQuery':
        return this.inQuery(node);
      case 'match':
        return this.match(node);
      case 'arithmetic':
        return this.arithmetic(node);
      case 'call':
        return this.call(node);
      case 'case':
        return this.case(node);
      case 'cast':
        return this.conversion(node);
      case 'window':
        return this.window(node);
      case 'json':
        return this.json(node);
      case 'jsonContains':
        return this.jsonContains(node);
      case 'jsonElement':
        return this.jsonElement(node);
      case 'search':
        return this.search(node);
      case 'arrayTest':
        return this.arrayTest(node);
      case 'aggregate':
        return this.aggregate(node);
      case 'subquery':
        return this.subquery(node);
      case 'exists':
        return `${node.negated ? 'NOT ' : ''}EXISTS (${this.select(node.query)})`;
      case 'raw':
        // In brackets: an OR in it must not reach beyond.
        return `(${this.raw(node)})`;
      case 'path':
      case 'related':
      case 'relatedAggregate':
      case 'nested':
        throw new TypeError(`A ${node.kind} reached the compiler: the planner resolves it.`);
      default:
        return unreachable(node);
    }
  }

  /** Of a condition that never is, MySQL takes it for one that throws away the rows which an outer join has not found. */
  private isNull({ operand, negated }: IsNullExpression): string {
    if (isCondition(operand) && !mayBeNull(operand)) return negated ? 'TRUE' : 'FALSE';
    return `${this.operand(operand)} IS ${negated ? 'NOT ' : ''}NULL`;
  }

  protected inQuery({ operands, query }: InQueryExpression): string {
    const texts = operands.map((operand) => this.operand(operand));
    return `${texts.length === 1 ? texts[0]! : `(${texts.join(', ')})`} IN (${this.members(query)})`;
  }

  protected subquery({ query }: SubqueryExpression): string {
    return `(${this.select(query)})`;
  }

  /** The rows among which something is looked for. */
  protected members(query: SelectStatement): string {
    return this.select(query);
  }

  /** An expression beside an operator: in brackets where it is a comparison itself. */
  protected operand(node: Expression): string {
    const text = this.expression(node);
    return isCondition(node) ? `(${text})` : text;
  }

  protected param(node: ParamExpression, encode: (value: unknown) => unknown): string {
    return this.writer.bind(node, encode);
  }

  protected encoder(type: ParamExpression['type']): (value: unknown) => unknown {
    return this.dialect.codec(type).encode as (value: unknown) => unknown;
  }

  protected compare({ operator, left, right }: CompareExpression): string {
    const [a, b] = [this.operand(left), this.operand(right)];
    if (operator !== 'ne') return `${a} ${COMPARE[operator]} ${b}`;
    return mayBeNull(left) || mayBeNull(right) ? this.distinct(a, b) : `${a} <> ${b}`;
  }

  protected compareRows(node: CompareRowsExpression): string {
    if (!this.dialect.features.comparesRows) return this.expression(keyByKey(node));
    const left = node.left.map((item, i) => this.beside(item, node.right[i]!));
    const right = node.right.map((item, i) => this.beside(item, node.left[i]!));
    return `(${left.join(', ')}) ${COMPARE[node.operator]} (${right.join(', ')})`;
  }

  /** An operand of a comparison with another. */
  protected beside(node: Expression, _other: Expression): string {
    return this.operand(node);
  }

  protected between(operand: Expression, low: Expression, high: Expression): string {
    return `${this.operand(operand)} BETWEEN ${this.operand(low)} AND ${this.operand(high)}`;
  }

  /** Two-valued: the opposite of what is NULL is true. */
  protected not({ operand }: NotExpression): string {
    if (operand.kind === 'exists') return this.expression({ ...operand, negated: !operand.negated });
    if (operand.kind === 'isNull') return this.expression({ ...operand, negated: !operand.negated });
    const text = this.condition(operand);
    return mayBeNull(operand) ? `(${text}) IS NOT TRUE` : `NOT (${text})`;
  }

  protected arithmetic({ operator, left, right, type }: ArithmeticExpression): string {
    const a = this.expression(left);
    const b = this.expression(right);
    if (operator === 'dividedBy' || operator === 'modulo') {
      const dividend = operator === 'dividedBy' && type.kind === 'float' ? this.real(a) : a;
      return `(${dividend} ${ARITHMETIC[operator]} NULLIF(${b}, 0))`;
    }
    return `(${a} ${ARITHMETIC[operator]} ${b})`;
  }

  /** A number as a floating-point one, so that a division keeps its fraction. */
  protected abstract real(sql: string): string;

  protected call(node: CallExpression): string {
    const { fn, args } = node;
    // Rounding leaves a whole number as it is; SQL's function would make a float of it.
    if (fn === 'round' && isWhole(typeOf(args[0]!).type)) return this.expression(args[0]!);
    if (fn === 'isTrue') return this.truth(args[0]!);
    const production = this.functions[fn as TableFunction] ?? SHARED[fn as TableFunction]; // Named cast: to look it up.
    if (production !== undefined) return this.tabled(node, production);
    const texts = args.map((arg) => this.expression(arg));
    switch (fn) {
      case 'negate':
        return `(-${texts[0]})`;
      case 'concat':
        return `(${[texts[0], ...texts.slice(1).map((text) => `COALESCE(${text}, '')`)].join(' || ')})`;
      case 'year':
      case 'quarter':
      case 'month':
      case 'day':
      case 'dayOfYear':
      case 'weekDay':
      case 'hour':
      case 'minute':
      case 'second':
        return this.datePart(fn, texts[0]!, typeOf(args[0]!).type);
      case 'arrayLength':
        return `${this.arrayLength}(${texts[0]})`;
      case 'abs':
      case 'round':
      case 'lower':
      case 'upper':
      case 'trim':
      case 'length':
      case 'coalesce':
        return `${fn.toUpperCase()}(${texts.join(', ')})`;
      default:
        throw this.unsupported(`to compute ${fn}()`);
    }
  }

  /** The functions that this database writes its own way. */
  protected abstract readonly functions: Readonly<Partial<Record<TableFunction, Production>>>;

  private tabled(node: CallExpression, production: Production): string {
    const print = (arg: Expression): string =>
      REAL.has(node.fn) ? this.real(this.expression(arg)) : this.expression(arg);
    return production(
      node.args.map((arg) => () => print(arg)),
      node,
    );
  }

  protected case({ branches, otherwise }: CaseExpression): string {
    const choices = branches.map(({ when, then }) => `WHEN ${this.condition(when)} THEN ${this.expression(then)}`);
    return `CASE ${choices.join(' ')}${otherwise === undefined ? '' : ` ELSE ${this.expression(otherwise)}`} END`;
  }

  /** A value as one of another type; NULL where it does not say one. */
  protected abstract conversion(node: CastExpression): string;

  protected window({ fn, args, over }: WindowExpression): string {
    if ((fn === 'lag' || fn === 'lead') && args.length === 3 && !this.dialect.features.neighbourDefaults)
      throw this.unsupported(`to take another value where ${fn}() finds no row`);
    return `${WINDOW_FUNCTIONS[fn]}(${args.map((arg) => this.expression(arg)).join(', ')})${this.over(over)}`;
  }

  /** The rows that a function looks at; nothing for the rows of the group. */
  protected over(window: Window | undefined): string {
    if (window === undefined) return '';
    const { groupFrames, unsortedWindows } = this.dialect.features;
    const { partitionBy, orderBy, frame } = unsortedWindows ? window : sorted(window);
    if (frame?.unit === 'groups' && !groupFrames)
      throw this.unsupported('to bound a window by groups of equal rows (frame: { groups })');
    const parts = [
      ...(partitionBy.length === 0
        ? []
        : [`PARTITION BY ${partitionBy.map((node) => this.expression(node)).join(', ')}`]),
      ...(orderBy.length === 0 ? [] : [`ORDER BY ${this.orders(orderBy)}`]),
      ...(frame === undefined ? [] : [frameText(frame)]),
    ];
    return ` OVER (${parts.join(' ')})`;
  }

  /** Sort keys inside of an expression, where no column of the result is known. */
  protected orders(orderBy: readonly OrderNode[]): string {
    return orderBy.map((order) => this.order(order, NO_COLUMNS)).join(', ');
  }

  /** The function that counts the items of an array. */
  protected abstract readonly arrayLength: string;

  /** A condition as a value. */
  protected truth(condition: Expression): string {
    return mayBeNull(condition) ? `(${this.condition(condition)}) IS TRUE` : this.expression(condition);
  }

  protected abstract json(node: JsonExpression): string;

  /** By its parts, which mean the same on every database. */
  protected jsonContains({ parts }: JsonContainsExpression): string {
    return this.expression(parts);
  }

  protected search(_node: SearchExpression): string {
    throw this.unsupported('to search text by words (full text)');
  }

  protected abstract arrayTest(node: ArrayTestExpression): string;

  protected abstract jsonElement(node: JsonElementExpression): string;

  protected abstract datePart(part: DatePart, sql: string, type: ValueType): string;

  protected aggregate(node: AggregateExpression): string {
    const { fn, argument, distinct, filter, over, list } = node;
    const inner = (): string =>
      argument === undefined ? '*' : `${distinct ? 'DISTINCT ' : ''}${this.expression(argument)}`;
    const sql = list === undefined ? `${fn.toUpperCase()}(${inner()})` : this.stringAgg(node, list);
    return `${sql}${filter === undefined ? '' : ` FILTER (WHERE ${this.condition(filter)})`}${this.over(over)}`;
  }

  /** Texts in a row, without the rows that count. */
  protected abstract stringAgg(node: AggregateExpression, list: StringList): string;

  protected raw({ parts }: RawExpression): string {
    this.hasRaw = true;
    return parts
      .map((part) => {
        if (part.kind === 'text') return part.text;
        if (part.kind === 'identifier') return this.dialect.quote(...part.names);
        // A fragment in a fragment may be any piece of a statement, so it stands as it is.
        return part.kind === 'raw' ? this.raw(part) : this.rawValue(part);
      })
      .join('');
  }

  /** An expression or a parameter inside of raw SQL. */
  protected rawValue(node: Expression): string {
    return this.operand(node);
  }

  protected unsupported(what: string): UnsupportedError {
    return new UnsupportedError(`${this.dialect.name} cannot do this: ${what}.`, { feature: what });
  }
}

/** Whether an expression is a comparison or the like, which needs brackets beside an operator. */
function isCondition(node: Expression): boolean {
  return COMPARISONS.has(node.kind) || (node.kind === 'call' && node.fn === 'isTrue');
}
