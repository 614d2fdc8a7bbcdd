import type { Origin } from '../core/ast/expressions.ts';
import { ExpressionBuilder } from './expressions.ts';
import { parseCondition } from './filter.ts';
import { refsOf } from './refs.ts';
import type { QueryState } from './state.ts';

/**
 * The columns, relations and annotations for one callback of a query set, under a token of its own. So a set that stands inside
 * of itself tells which row is meant: `posts.filter((p) => exists(posts.filter((q) => q.views.gt(p.views))))`.
 */
export class OwnRefs {
  readonly #state: QueryState;
  #origin: symbol | undefined;

  constructor(state: QueryState) {
    this.#state = state;
  }

  readonly make = (): object => {
    const { meta, annotations } = this.#state;
    const refs = refsOf(meta, { origin: this.token(), steps: [], parse: parseCondition });
    for (const { name, expression } of annotations)
      Object.defineProperty(refs, name, { value: new ExpressionBuilder(expression, meta.name) });
    return refs;
  };

  readonly token = (): symbol => (this.#origin ??= Symbol(this.#state.meta.name));

  /** The tokens of the query set, once the callback has run. */
  get origins(): readonly Origin[] {
    const { origins } = this.#state;
    return this.#origin === undefined ? origins : [...origins, this.#origin];
  }
}
