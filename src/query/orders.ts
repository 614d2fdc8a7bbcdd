import { fieldPath } from '../core/ast/expressions.ts';
import type { OrderNode } from '../core/ast/expressions.ts';
import type { QueryState } from './state.ts';

/** The order that holds: the query's or the model's, turned round where asked. Without any, `reverse` goes by the key. */
export function ordersOf(state: QueryState): readonly OrderNode[] {
  const own =
    state.order ??
    state.meta.ordering.map(({ field, descending }) => ({
      expression: fieldPath(field),
      descending,
      nulls: undefined,
    }));
  if (!state.reversed) return own;
  const orders =
    own.length > 0
      ? own
      : state.meta.key.map((field) => ({ expression: fieldPath(field), descending: false, nulls: undefined }));
  return orders.map(turned);
}

/** The opposite of a sort key. */
export function turned({ expression, descending, nulls }: OrderNode): OrderNode {
  return {
    expression,
    descending: !descending,
    nulls: nulls === undefined ? undefined : nulls === 'first' ? 'last' : 'first',
  };
}
