import { asValue, conjunction, disjunction, typeOf } from '../core/ast/expressions.ts';
import type { CompareOperator, Expression, JsonExpression, Typed } from '../core/ast/expressions.ts';
import { describe } from '../core/value-types.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError } from '../utils/errors.ts';
import { commonType } from './common-type.ts';
import { jsonAt, jsonIs, jsonLike } from './json.ts';
import { DATE_METHODS } from './methods/dates.ts';
import { DOCUMENT_METHODS } from './methods/documents.ts';
import { NUMBER_METHODS } from './methods/numbers.ts';
import type { Method, Subject } from './methods/subject.ts';
import { TEXT_METHODS } from './methods/texts.ts';
import { among, Nestable } from './nested.ts';
import { decimal, labelOf, list, param, plainValue, scaleOf } from './nodes.ts';
import { OrderKey } from './order-key.ts';
import { hasAggregate, hasWindow } from './walk.ts';

/**
 * An expression under construction: what columns are in the callback form. One class at run time; the interfaces in
 * `core/types` say which methods the compiler shows for which type. The node is private, so no object from outside can
 * pass for an expression.
 */
export class ExpressionBuilder {
  readonly #node: Expression;
  readonly #root: string;

  constructor(node: Expression, root: string) {
    this.#node = node;
    this.#root = root;
  }

  static is(value: unknown): value is ExpressionBuilder {
    return typeof value === 'object' && value !== null && #node in value;
  }

  static node(builder: ExpressionBuilder): Expression {
    return builder.#node;
  }

  /** Its node where a value is wanted: a condition is true or false there. */
  static value(builder: ExpressionBuilder): Expression & Typed {
    return asValue(builder.#node);
  }

  static root(builder: ExpressionBuilder): string {
    return builder.#root;
  }

  /** Apply a method that stands in a table. */
  static apply(builder: ExpressionBuilder, method: Method, args: readonly unknown[]): ExpressionBuilder {
    const subject: Subject = {
      node: asValue(builder.#node),
      label: builder.#label(),
      expression: (value) => (ExpressionBuilder.is(value) ? asValue(value.#node) : undefined),
    };
    return builder.#make(method(subject, ...args));
  }

  eq(other: unknown): ExpressionBuilder {
    if (this.#isPart()) return this.#make(jsonIs(this.#json(), other, this.#label()));
    return other === null ? this.isNull() : this.#compare('eq', other);
  }

  ne(other: unknown): ExpressionBuilder {
    if (this.#isPart()) return this.eq(other).not();
    return other === null ? this.isNotNull() : this.#compare('ne', other);
  }

  gt(other: unknown): ExpressionBuilder {
    return this.#compare('gt', other);
  }

  gte(other: unknown): ExpressionBuilder {
    return this.#compare('gte', other);
  }

  lt(other: unknown): ExpressionBuilder {
    return this.#compare('lt', other);
  }

  lte(other: unknown): ExpressionBuilder {
    return this.#compare('lte', other);
  }

  between(low: unknown, high: unknown): ExpressionBuilder {
    return this.#make({
      kind: 'between',
      operand: asValue(this.#node),
      low: this.#value(low),
      high: this.#value(high),
    });
  }

  oneOf(values: unknown): ExpressionBuilder {
    const set = Nestable.set(values);
    if (set !== undefined) return this.#make(among(asValue(this.#node), set, this.#label()));
    return this.#make({
      kind: 'inList',
      operand: asValue(this.#node),
      list: list(this.#typed().type, values, this.#label()),
    });
  }

  notOneOf(values: unknown): ExpressionBuilder {
    return this.oneOf(values).not();
  }

  isNull(): ExpressionBuilder {
    return this.#make({ kind: 'isNull', operand: asValue(this.#node), negated: false });
  }

  isNotNull(): ExpressionBuilder {
    return this.#make({ kind: 'isNull', operand: asValue(this.#node), negated: true });
  }

  coalesce(...others: unknown[]): ExpressionBuilder {
    const args = [asValue(this.#node), ...others.map((other) => this.#value(other))];
    return this.#make({
      kind: 'call',
      fn: 'coalesce',
      args,
      type: widest(this.#typed().type, args),
      nullable: args.every((arg) => typeOf(arg).nullable),
    });
  }

  nullIf(other: unknown): ExpressionBuilder {
    const right = this.#value(other);
    const type = commonType([this.#typed().type, typeOf(right).type], 'nullIf()');
    return this.#make({ kind: 'call', fn: 'nullIf', args: [this.#node, right], type, nullable: true });
  }

  asc(options: { nulls?: 'first' | 'last' } = {}): OrderKey {
    return new OrderKey(asValue(this.#node), 'asc', options);
  }

  desc(options: { nulls?: 'first' | 'last' } = {}): OrderKey {
    return new OrderKey(asValue(this.#node), 'desc', options);
  }

  and(...others: unknown[]): ExpressionBuilder {
    return this.#make(conjunction([this.#node, ...others.map((other) => conditionNode(other))]));
  }

  or(...others: unknown[]): ExpressionBuilder {
    return this.#make(disjunction([this.#node, ...others.map((other) => conditionNode(other))]));
  }

  not(): ExpressionBuilder {
    return this.#make({ kind: 'not', operand: this.#node });
  }

  #make(node: Expression): ExpressionBuilder {
    return new ExpressionBuilder(Object.freeze(node), this.#root);
  }

  #typed(): Typed {
    return typeOf(this.#node);
  }

  #label(): ReturnType<typeof labelOf> {
    return labelOf(this.#node, this.#root);
  }

  #value(other: unknown): Expression {
    if (ExpressionBuilder.is(other)) return asValue(other.#node);
    // Raw SQL has no type that a value could be checked by: the value speaks for itself.
    if (this.#node.kind === 'raw') return plainValue(other, this.#label());
    return param(this.#typed().type, other, this.#label());
  }

  /** Whether this is a part of JSON, which is compared as what the other is. */
  #isPart(): boolean {
    return this.#node.kind === 'json' && this.#node.as === 'json';
  }

  #json(): JsonExpression {
    return jsonAt(asValue(this.#node), [], this.#label());
  }

  #compare(operator: CompareOperator, other: unknown): ExpressionBuilder {
    if (this.#isPart() && other !== null)
      return this.#make(jsonLike(this.#json(), other, this.#label())).#compare(operator, other);
    return this.#make({ kind: 'compare', operator, left: asValue(this.#node), right: this.#value(other) });
  }
}

for (const [name, method] of Object.entries({
  ...NUMBER_METHODS,
  ...TEXT_METHODS,
  ...DATE_METHODS,
  ...DOCUMENT_METHODS,
}))
  Object.defineProperty(ExpressionBuilder.prototype, name, {
    value(this: ExpressionBuilder, ...args: readonly unknown[]) {
      return ExpressionBuilder.apply(this, method, args);
    },
  });

/** Of decimals the one with the most digits after the point, so that none is lost. */
function widest(type: ValueType, nodes: readonly Expression[]): ValueType {
  if (type.kind !== 'decimal') return type;
  const scale = Math.max(...nodes.map((node) => scaleOf(typeOf(node).type)));
  return scale === type.scale ? type : decimal(scale);
}

/** The node of a condition given as an expression. */
export function conditionNode(value: unknown): Expression {
  if (!ExpressionBuilder.is(value)) {
    throw new InvalidQueryError(`A condition is an expression such as p.views.gt(3), not ${describe(value)}.`);
  }
  const node = ExpressionBuilder.node(value);
  if (node.kind !== 'raw' && typeOf(node).type.kind !== 'bool')
    throw new InvalidQueryError('A condition must be true or false, and this expression is neither.');
  return node;
}

/** @throws InvalidQueryError for an aggregate where each row stands alone. */
export function refuseAggregates(node: Expression, place: string): void {
  if (!hasAggregate(node)) return;
  throw new InvalidQueryError(`${place} is about single rows and cannot hold an aggregate of the query.`, {
    remedy: 'Aggregate a relation, as in p.comments.count(), or use values() or aggregate().',
  });
}

/** @throws InvalidQueryError for a look at other rows where each row stands alone. */
export function refuseWindows(node: Expression, place: string): void {
  if (!hasWindow(node)) return;
  throw new InvalidQueryError(`${place} is about single rows and cannot look at a window.`, {
    remedy: 'Annotate the query with the window, and filter or sort by that.',
  });
}

/** The node of any expression, as a value. */
export function expressionNode(value: unknown, place: string): Expression {
  if (ExpressionBuilder.is(value)) return ExpressionBuilder.value(value);
  throw new InvalidValueError(`${place} takes an expression such as p.views, not ${describe(value)}.`);
}
