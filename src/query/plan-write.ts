import type { Expression } from '../core/ast/expressions.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { inReadingOrder } from './assignments.ts';
import { refuseLock } from './locks.ts';
import type { Plan } from './plan.ts';
import { planSet } from './plan-set.ts';
import { selectValues } from './plan-values.ts';
import { refuseWindowsInWrite } from './qualify.ts';
import { ROOT } from './roots.ts';
import { Aliases, columnOf, Scope } from './scope.ts';
import { isCut, selectKeys } from './sources.ts';
import type { QueryRequest } from './state.ts';
import { childrenOf } from './walk.ts';

/** UPDATE and DELETE by condition; where the condition needs joins, order or limits, by the keys of a subquery. */
export function planWrite(request: Extract<QueryRequest, { kind: 'update' | 'delete' }>): Plan {
  const { state } = request;
  refuseLock(state, `${request.kind}(), which locks by itself,`);
  refuseWindowsInWrite(request);
  const aliases = new Aliases(planSet);
  const scope = new Scope(state.meta, aliases, state.scopes, undefined, [...state.origins, ROOT]);
  const condition = scope.where(state.where);
  const changes =
    request.kind === 'update'
      ? request.changes.map(({ field, value }) => ({ field, value: scope.resolve(value) }))
      : [];
  let where = condition;
  if (scope.joins.length > 0 || isCut(state) || state.source !== undefined) {
    const operands = state.meta.key.map((field) => columnOf(scope.root.alias, field));
    where = { kind: 'inQuery', operands, query: selectKeys(state, aliases) };
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

/** INSERT of what a query gives, sorted where it is cut or was told an order. */
export function planInsert({ state, into, changes }: Extract<QueryRequest, { kind: 'insertFrom' }>): Plan {
  const aliases = new Aliases(planSet);
  const columns = changes.map(({ field, value }) => ({ name: field.name, expression: value }));
  const sorted = isCut(state) || state.order !== undefined ? state : { ...state, order: [], reversed: false };
  const query = selectValues(sorted, columns, aliases, false).statement;
  const fields = changes.map(({ field }) => field);
  return { kind: 'insertFrom', statement: { kind: 'insertFrom', model: into, fields, query }, reads: aliases.reads };
}

/** Whether an expression reads a table other than the one named. */
function readsBeyond(node: Expression, alias: string): boolean {
  if (node.kind === 'column') return node.alias !== alias;
  return childrenOf(node).some((child) => readsBeyond(child, alias));
}
