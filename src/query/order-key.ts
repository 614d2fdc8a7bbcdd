import type { Expression, OrderNode } from '../core/ast/expressions.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { own } from '../utils/own.ts';

/** A sort key from `asc()` or `desc()`. */
export class OrderKey {
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last' | undefined;
  readonly #expression: Expression;

  /** @throws InvalidQueryError for options that there are not. */
  constructor(expression: Expression, direction: 'asc' | 'desc', options: unknown) {
    if (typeof options !== 'object' || options === null)
      throw new InvalidQueryError(`An order takes { nulls: 'first' } or { nulls: 'last' }, not ${describe(options)}.`);
    const { nulls, ...rest } = own(options as { readonly nulls?: unknown });
    if ((nulls !== undefined && nulls !== 'first' && nulls !== 'last') || Object.keys(rest).length > 0) {
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
