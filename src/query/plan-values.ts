import { conjunction } from '../core/ast/expressions.ts';
import type { Expression, Selection, SelectStatement } from '../core/ast/expressions.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { chosenBy, clauses, pushColumn } from './clauses.ts';
import { planLock, refuseLock } from './locks.ts';
import { inGroups } from './grouped.ts';
import { orderOf, ordersOf, ordersOfDistinct } from './orders.ts';
import type { ExtraColumn } from './plan.ts';
import { qualified, refuseLockedWindows, refuseQualified, sortedOutside } from './qualify.ts';
import { select } from './scope.ts';
import type { Aliases, Scope } from './scope.ts';
import { sameExpression } from './shape-key.ts';
import { openScope } from './sources.ts';
import { ungrouped } from './ungrouped.ts';
import type { NamedExpression, QueryState } from './state.ts';
import { hasAggregate, hasWindow } from './walk.ts';

/** Plain columns; beside an aggregate the others are what rows are grouped by. `whole`: one row for the whole set. */
export function selectValues(
  state: QueryState,
  named: readonly NamedExpression[],
  aliases: Aliases,
  whole: boolean,
  outer?: Scope,
): { statement: SelectStatement; columns: ExtraColumn[] } {
  if (whole && (state.limit !== undefined || state.offset !== undefined || state.distinct)) {
    throw new InvalidQueryError('aggregate() is over the whole set: take away limit(), offset() and distinct().', {
      model: state.meta.name,
    });
  }
  const scope = openScope(state, aliases, outer);
  const selections: Selection[] = [];
  const columns = named.map(({ name, expression }) => pushColumn(selections, name, columnIn(state, expression, scope)));
  const grouped = state.groups !== undefined || named.some(({ expression }) => hasAggregate(expression));
  // What windows say of the groups comes after these.
  const plain = selections
    .filter((_, i) => !hasAggregate(named[i]!.expression) && !(grouped && hasWindow(named[i]!.expression)))
    .map((selection) => selection.expression);
  if (whole && plain.length > 0)
    throw new InvalidQueryError('aggregate() takes aggregates only, such as sum(l.quantity).', {
      model: state.meta.name,
    });
  if (
    grouped &&
    plain.length === 0 &&
    !whole &&
    state.groups === undefined &&
    (state.limit !== undefined || state.offset !== undefined)
  ) {
    throw new InvalidQueryError('values() of aggregates alone is one row: limit() and offset() would be of that row.', {
      model: state.meta.name,
      remedy: 'Take them away, or give values() a column to group by.',
    });
  }
  if (whole || grouped) {
    refuseLock(state, 'aggregates');
    refuseQualified(state, 'Aggregates');
  }
  refuseLockedWindows(
    state,
    named.map(({ expression }) => expression),
  );
  const orders = whole ? [] : grouped && state.order === undefined ? [] : ordersOf(state);
  const body = clauses(state, scope);
  const orderBy = orders.map((order) => orderOf(order, named, selections, scope));
  const every = select({
    columns: selections,
    ...body,
    groupBy:
      state.groups === undefined ? (grouped ? plain : []) : groupsOf(state, state.groups, named, selections, scope),
    having: havingOf(state, scope),
    orderBy: state.distinct ? ordersOfDistinct(state, orderBy, selections) : orderBy,
    limit: state.limit,
    offset: state.offset,
    lock: planLock(state, scope),
  });
  return { statement: sortedOutside(qualified(every, chosenBy(state, scope))), columns };
}

/** A column of the result. */
function columnIn(state: QueryState, asked: Expression, scope: Scope): Expression {
  if (hasAggregate(asked)) return scope.resolve(hasWindow(asked) ? asked : inGroups(state, asked, scope.origins));
  const resolved = scope.resolve(asked);
  return state.distinct && state.offset !== undefined ? scope.perRow(resolved) : resolved;
}

/** The condition on groups, in which every column is one of them or is in an aggregate. */
function havingOf(state: QueryState, scope: Scope): Expression | undefined {
  const { meta, groups = [], having } = state;
  if (having.length === 0) return undefined;
  const asked = conjunction(having);
  const resolved = scope.resolve(inGroups(state, asked, scope.origins));
  const stray = ungrouped(asked, resolved, groups, scope);
  if (stray === undefined) return resolved;
  throw new InvalidQueryError(
    `having() takes aggregates and what is grouped by: the column '${stray.column}' of a query of ${meta.name} is neither.`,
    {
      model: meta.name,
      field: stray.column,
      remedy: 'Name it in groupBy() as well, take an aggregate such as max(), or filter the rows before groupBy().',
    },
  );
}

/** What rows are grouped by, as the very node of the result where it is there. What else is in it has to be an aggregate. */
function groupsOf(
  { meta }: QueryState,
  groups: readonly Expression[],
  named: readonly NamedExpression[],
  selections: readonly Selection[],
  scope: Scope,
): readonly Expression[] {
  const same = (group: Expression, { expression }: NamedExpression): boolean =>
    sameExpression(group, expression, scope.origins);
  const stray = named.find((item, i) => {
    if (hasWindow(item.expression)) return false;
    if (!hasAggregate(item.expression)) return !groups.some((group) => same(group, item));
    return ungrouped(item.expression, selections[i]!.expression, groups, scope) !== undefined;
  });
  if (stray !== undefined)
    throw new InvalidQueryError(
      `values() of groups takes aggregates and what is grouped by: '${stray.name}' of ${meta.name} is neither.`,
      {
        model: meta.name,
        field: stray.name,
        remedy: 'Name it in groupBy() as well, or take an aggregate such as max().',
      },
    );
  return groups.map((group) => {
    const index = named.findIndex((item) => same(group, item));
    return index < 0 ? scope.resolve(group) : selections[index]!.expression;
  });
}
