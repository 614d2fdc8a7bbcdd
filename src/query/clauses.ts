import { typeOf } from '../core/ast/expressions.ts';
import type { Expression, Selection, SelectStatement } from '../core/ast/expressions.ts';
import type { ExtraColumn } from './plan.ts';
import { byWindow } from './qualify.ts';
import type { Scope } from './scope.ts';
import type { QueryState } from './state.ts';
import { hasWindow } from './walk.ts';

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
  return { name, position, type: typeOf(expression).type };
}
