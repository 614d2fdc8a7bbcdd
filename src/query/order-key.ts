import type { Expression, OrderNode } from '../core/ast/expressions.ts';
import { InvalidQueryError } from '../utils/errors.ts';

/** A sort key from `asc()` or `desc()`. */
export class OrderKey {
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last' | undefined;
  readonly #expression: Expression;

  constructor(expression: Expression, direction: 'asc' | 'desc', nulls: 'first' | 'last' | undefined) {
    if (nulls !== undefined && nulls !== 'first' && nulls !== 'last') {
      throw new InvalidQueryError("An order takes { nulls: 'first' } or { nulls: 'last' }.");
    }
    this.#expression = expression;
    this.direction = direction;
    this.nulls = nulls;
  }

  static node(order: OrderKey): OrderNode {
    return { expression: order.#expression, descending: order.direction === 'desc', nulls: order.nulls };
  }
}
