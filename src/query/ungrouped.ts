import type { ColumnExpression, Expression } from '../core/ast/expressions.ts';
import type { Scope } from './scope.ts';
import { sameExpression } from './shape-key.ts';
import { childrenOf, expressionsIn } from './walk.ts';

/**
 * A column of the query's own rows that stands neither in a group's expression nor in an aggregate. Databases differ in
 * what they make of it: an error, the value of any row, or an alias that happens to have its name.
 *
 * @param asked the expression as it was given, `resolved` the same as it was planned in `scope`.
 */
export function ungrouped(
  asked: Expression,
  resolved: Expression,
  groups: readonly Expression[],
  scope: Scope,
): ColumnExpression | undefined {
  const own = new Set([scope.root.alias, ...scope.joins.map(({ table }) => table.alias)]);
  const grouped = groups.filter((node) => node.kind === 'path').map((node) => scope.column(node));
  const isStray: Test = ({ alias, column }) =>
    own.has(alias) && !grouped.some((group) => group.alias === alias && group.column === column);
  const search = (node: Expression, planned: Expression): ColumnExpression | undefined => {
    if (node.kind === 'aggregate' && node.over === undefined) return undefined;
    if (groups.some((group) => sameExpression(group, node, scope.origins))) return undefined;
    const parts = childrenOf(node);
    if (parts.length === 0) return columnIn(planned, isStray);
    const below = childrenOf(planned);
    return (
      first(parts, (part, i) => search(part, below[i]!)) ?? first(within(planned), (part) => columnIn(part, isStray))
    );
  };
  return search(asked, resolved);
}

type Test = (column: ColumnExpression) => boolean;

function columnIn(node: Expression, wanted: Test): ColumnExpression | undefined {
  if (node.kind === 'column') return wanted(node) ? node : undefined;
  return first([...childrenOf(node), ...within(node)], (part) => columnIn(part, wanted));
}

/** What the subquery holds that an expression is. */
function within(node: Expression): readonly Expression[] {
  const isQuery = node.kind === 'subquery' || node.kind === 'exists' || node.kind === 'inQuery';
  return isQuery ? expressionsIn(node.query) : [];
}

/** The first answer to be had. */
function first<T, R>(items: readonly T[], answer: (item: T, i: number) => R | undefined): R | undefined {
  for (const [i, item] of items.entries()) {
    const found = answer(item, i);
    if (found !== undefined) return found;
  }
  return undefined;
}
