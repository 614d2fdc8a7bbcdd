import { typeOf } from '../core/ast/expressions.ts';
import type { Expression, Selection, SelectStatement } from '../core/ast/expressions.ts';
import type { ExtraColumn } from './plan.ts';
import { byWindow } from './qualify.ts';
import type { Scope } from './scope.ts';
import type { QueryState } from './state.ts';
import { childrenOf, hasWindow } from './walk.ts';

/** FROM, joins and WHERE. The list of joins is the scope's own: it grows while the other clauses are resolved. */
export function clauses(
  state: QueryState,
  scope: Scope,
): Pick<SelectStatement, 'distinct' | 'from' | 'joins' | 'where'> {
  return {
    distinct: state.distinct,
    from: scope.from,
    joins: scope.joins,
    where: scope.where(state.where.filter((node) => !hasWindow(node))),
  };
}

/** The conditions that look at windows. */
export function chosenBy(state: QueryState, scope: Scope): Expression[] {
  return byWindow(state.where).map((node) => scope.resolve(node));
}

/** One more column of the result, and where it stands. */
export function pushColumn(columns: Selection[], name: string, expression: Expression): ExtraColumn {
  const position = columns.length;
  columns.push({ expression, as: undefined });
  return extraColumn(name, position, expression);
}

export function extraColumn(name: string, position: number, expression: Expression): ExtraColumn {
  const { type } = typeOf(expression);
  return { name, position, type, mayOverflow: (type.kind === 'int' || type.kind === 'smallInt') && grows(expression) };
}

/** Whether a number may be greater than those that it is made of. */
function grows(node: Expression): boolean {
  if (node.kind === 'arithmetic') return true;
  if (node.kind === 'aggregate' && node.fn === 'count') return false;
  if (node.kind === 'aggregate' && node.fn === 'sum') return true;
  if (node.kind === 'column') return node.computed === true;
  if (node.kind === 'subquery') return node.query.columns.some(({ expression }) => grows(expression));
  return childrenOf(node).some(grows);
}
