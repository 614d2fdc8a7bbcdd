import { typeOf } from '../core/ast/expressions.ts';
import type { Expression, OrderNode } from '../core/ast/expressions.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { own } from '../utils/own.ts';

/** @throws InvalidQueryError for JSON and arrays, which each database puts in an order of its own. */
export function refuseUnordered(node: Expression, place: string): void {
  const { kind } = typeOf(node).type;
  if (kind !== 'json' && kind !== 'array') return;
  throw new InvalidQueryError(
    `${place} is given ${kind === 'json' ? 'JSON' : 'an array'}, which each database puts in an order of its own.`,
    kind === 'json' ? { remedy: "Take a value in it: (p) => p.settings.path('theme').asText(), or asNumber()." } : {},
  );
}

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
