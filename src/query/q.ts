import type { CombineFunction, Model, NotFunction, Q as QType, QConstructor } from '../core/types/index.ts';
import { Lookup } from './lookups.ts';

/**
 * A condition that can be combined. It holds what it was given; names are resolved when a query of a model takes it,
 * so `or({ title: 'x' }, …)` needs no mention of the model.
 */
export class Condition {
  readonly operator: 'and' | 'or' | 'not';
  readonly items: readonly unknown[];

  constructor(operator: 'and' | 'or' | 'not', items: readonly unknown[]) {
    this.operator = operator;
    this.items = Object.freeze([...items]);
    Object.freeze(this);
  }

  static of(_model: unknown, condition: unknown): Condition {
    return new Condition('and', [condition]);
  }

  and(...conditions: readonly unknown[]): Condition {
    return new Condition('and', [this, ...conditions]);
  }

  or(...conditions: readonly unknown[]): Condition {
    return new Condition('or', [this, ...conditions]);
  }

  not(): Condition {
    return new Condition('not', [this]);
  }
}

/** A condition on a model: what `Q.of`, `and`, `or` and `not` give. */
export type Q<M extends Model> = QType<M>;

/**
 * Conditions as values: `Q.of(Post, { … }).or({ … }).not()`.
 *
 * @example
 * ```ts
 * import { f, model, Q, gt } from 'blazeorm';
 * class Post extends model('post', { id: f.auto(), title: f.string(), views: f.int() }) {}
 * export const popular = Q.of(Post, { views: gt(100) }).or({ title: 'Hello' });
 * ```
 */
export const Q = Condition as unknown as QConstructor; // Named cast: which model a condition is about exists for the compiler only.

/** True where every condition is. */
export const and = ((...conditions: readonly unknown[]) =>
  new Condition('and', conditions)) as unknown as CombineFunction;

/** True where one of the conditions is. */
export const or = ((...conditions: readonly unknown[]) =>
  new Condition('or', conditions)) as unknown as CombineFunction;

/** The opposite of a condition or a lookup. A row for which it is NULL counts as false, so its opposite holds. */
export const not = ((condition: unknown) =>
  condition instanceof Lookup ? condition.negate() : new Condition('not', [condition])) as unknown as NotFunction;
