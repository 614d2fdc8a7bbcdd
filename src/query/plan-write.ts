import { conjunction } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { inReadingOrder } from './assignments.ts';
import { refuseLock } from './locks.ts';
import { ordersOf } from './orders.ts';
import type { Plan } from './plan.ts';
import { Aliases, columnOf, Scope, select } from './scope.ts';
import type { QueryRequest } from './state.ts';
import { childrenOf } from './walk.ts';

/** UPDATE and DELETE by condition; where the condition needs joins, order or limits, by the keys of a subquery. */
export function planWrite(request: Extract<QueryRequest, { kind: 'update' | 'delete' }>): Plan {
  const { state } = request;
  refuseLock(state, `${request.kind}(), which locks by itself,`);
  const aliases = new Aliases();
  const scope = new Scope(state.meta, aliases);
  const condition = state.where.length === 0 ? undefined : scope.resolve(conjunction(state.where));
  const changes =
    request.kind === 'update'
      ? request.changes.map(({ field, value }) => ({ field, value: scope.resolve(value) }))
      : [];
  let where = condition;
  if (scope.joins.length > 0 || state.limit !== undefined || state.offset !== undefined) {
    const [key, ...more] = state.meta.key;
    if (more.length > 0)
      throw new InvalidQueryError(
        `${state.meta.name} has a composite key: ${request.kind}() of a joined or limited set needs a single one.`,
        { model: state.meta.name },
      );
    const inner = new Scope(state.meta, aliases);
    const filter = state.where.length === 0 ? undefined : inner.resolve(conjunction(state.where));
    const query = select({
      columns: [{ expression: columnOf(inner.root.alias, key!), as: undefined }],
      from: inner.root,
      joins: inner.joins,
      where: filter,
      orderBy: state.limit === undefined ? [] : ordersOf(state).map((order) => inner.resolveOrder(order)),
      limit: state.limit,
      offset: state.offset,
    });
    where = { kind: 'inQuery', operand: columnOf(scope.root.alias, key!), query };
    if (changes.some(({ value }) => readsBeyond(value, scope.root.alias))) {
      throw new InvalidQueryError(`update() of ${state.meta.name} can compute from its own columns only.`, {
        model: state.meta.name,
      });
    }
  }
  const target = { model: state.meta, alias: scope.root.alias, where };
  const statement =
    request.kind === 'update'
      ? { kind: 'update' as const, ...target, ...inReadingOrder(changes, scope.root.alias) }
      : { kind: 'delete' as const, ...target };
  return {
    ...(statement.kind === 'update' ? { kind: 'update' as const, statement } : { kind: 'delete' as const, statement }),
    reads: aliases.reads,
  };
}

/** Whether an expression reads a table other than the one named. */
function readsBeyond(node: Expression, alias: string): boolean {
  if (node.kind === 'column') return node.alias !== alias;
  return childrenOf(node).some((child) => readsBeyond(child, alias));
}
