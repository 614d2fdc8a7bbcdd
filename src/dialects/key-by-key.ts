import type { CompareOperator, CompareRowsExpression, Expression } from '../core/ast/expressions.ts';

/**
 * A comparison of rows as comparisons of their parts: `a >= ? AND (a > ? OR (b >= ? AND …))`. The first says no more than the
 * others, and is one that an index can begin at.
 */
export function keyByKey({ operator, left, right }: CompareRowsExpression): Expression {
  const compare = (sign: CompareOperator): Expression => ({
    kind: 'compare',
    operator: sign,
    left: left[0]!,
    right: right[0]!,
  });
  if (left.length === 1) return compare(operator);
  const further = keyByKey({ kind: 'compareRows', operator, left: left.slice(1), right: right.slice(1) });
  return { kind: 'and', items: [compare(`${operator}e`), { kind: 'or', items: [compare(operator), further] }] };
}
