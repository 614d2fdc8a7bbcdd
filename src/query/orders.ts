import { fieldPath } from '../core/ast/expressions.ts';
import type { Expression, OrderNode, Selection } from '../core/ast/expressions.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import type { Scope } from './scope.ts';
import { sameExpression } from './shape-key.ts';
import type { NamedExpression, QueryState } from './state.ts';

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

/** An order, by the very node of the result where it is of one: a dialect can say which it is instead of saying it again. */
export function orderOf(
  order: OrderNode,
  named: readonly NamedExpression[],
  selections: readonly Selection[],
  scope: Scope,
): OrderNode {
  const index = named.findIndex(({ expression }) => sameExpression(expression, order.expression, scope.origins));
  return index < 0 ? scope.resolveOrder(order) : { ...order, expression: selections[index]!.expression };
}

/** DISTINCT leaves one row of many, so that only what is in it can be sorted by. The model's own order gives way. */
export function ordersOfDistinct(
  { meta, order, reversed }: QueryState,
  orders: readonly OrderNode[],
  selections: readonly Selection[],
): readonly OrderNode[] {
  if (orders.every(({ expression }) => selections.some((selection) => isSelected(expression, selection))))
    return orders;
  if (order === undefined && !reversed) return [];
  throw new InvalidQueryError(`Distinct rows of ${meta.name} can be sorted by their own columns only.`, {
    model: meta.name,
    remedy: "Add what you sort by to values(), and sort by its name: .values(…).distinct().orderBy('name').",
  });
}

/** Whether an expression is what a column of the result holds. */
export function isSelected(node: Expression, { expression }: Selection): boolean {
  if (node === expression) return true;
  return (
    node.kind === 'column' &&
    expression.kind === 'column' &&
    node.alias === expression.alias &&
    node.column === expression.column
  );
}
