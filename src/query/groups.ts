import type { Expression, Origin } from '../core/ast/expressions.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { conditionNode } from './expressions.ts';
import { OwnRefs } from './own-refs.ts';
import type { QueryState } from './state.ts';
import type { ModelValuesSet } from './values-set.ts';

/** What makes rows of a query's groups: its `values` and `valuesList`. */
interface Rows {
  values(...args: readonly unknown[]): ModelValuesSet;
  valuesList(...args: readonly unknown[]): ModelValuesSet;
}

/** Rows of a query in groups, as they run: filtered as groups, and read as values. */
export class ModelGroups {
  readonly #state: QueryState;
  readonly #rows: (state: QueryState) => Rows;

  constructor(state: QueryState, rows: (state: QueryState) => Rows) {
    this.#state = state;
    this.#rows = rows;
  }

  having(condition: unknown): ModelGroups {
    if (typeof condition !== 'function')
      throw new InvalidQueryError('having() takes a callback such as () => count().gt(3).', {
        model: this.#state.meta.name,
      });
    const own = new OwnRefs(this.#state);
    const node = conditionNode((condition as (refs: object) => unknown)(own.make()));
    return new ModelGroups({ ...this.#state, having: [...this.#state.having, node], origins: own.origins }, this.#rows);
  }

  values(...args: readonly unknown[]): ModelValuesSet {
    return this.#rows(this.#state).values(...args);
  }

  valuesList(...args: readonly unknown[]): ModelValuesSet {
    return this.#rows(this.#state).valuesList(...args);
  }
}

/** A query set in groups. Its order was one of rows, and says nothing of these. */
export function groupedState(state: QueryState, groups: readonly Expression[], origins: readonly Origin[]): QueryState {
  const { meta, limit, offset } = state;
  if (groups.length === 0)
    throw new InvalidQueryError('groupBy() was given nothing to group by.', {
      model: meta.name,
      remedy: 'For one row of the whole set use aggregate().',
    });
  if (limit !== undefined || offset !== undefined)
    throw new InvalidQueryError('groupBy() is over all rows: limit() and offset() are for the values of the groups.', {
      model: meta.name,
    });
  return { ...state, groups, having: [], order: [], reversed: false, origins };
}
