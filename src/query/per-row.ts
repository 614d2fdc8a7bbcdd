import { typeOf } from '../core/ast/expressions.ts';
import type { ColumnExpression, Expression } from '../core/ast/expressions.ts';
import { outerTablesIn, tablesIn } from './tables-in.ts';
import { childrenOf } from './walk.ts';

/**
 * An expression about the rows of a query, of which that is said where its own columns would not: `CASE WHEN key IS NOT NULL`.
 *
 * - An aggregate that reads only columns from further out would be one of the query there (SQL:2016, 6.9).
 * - MariaDB takes an aggregate of a subquery that reads columns from further out for one of there as well.
 * - MySQL counts the NULL of a subquery that reads no row around it as a value (`COUNT(DISTINCT …)`), and MariaDB forgets an OFFSET where
 *   all that is distinct is such a one.
 *
 * @param own the tables of the query, `key` a column of it that is never NULL.
 */
export function perRow(node: Expression, own: readonly string[], key: ColumnExpression): Expression {
  if (!isTakenElsewhere(node, own)) return node;
  const when: Expression = { kind: 'isNull', operand: key, negated: true };
  const { type } = typeOf(node);
  return { kind: 'case', branches: [{ when, then: node }], otherwise: undefined, type, nullable: true };
}

function isTakenElsewhere(node: Expression, own: readonly string[]): boolean {
  const [read, overRows] = [tablesIn(node), holdsQuery(node)];
  if (!own.some((alias) => read.has(alias))) return read.size > 0 || overRows;
  return overRows && outerTablesIn(node).some((alias) => !own.includes(alias));
}

function holdsQuery(node: Expression): boolean {
  return (
    node.kind === 'subquery' || node.kind === 'exists' || node.kind === 'inQuery' || childrenOf(node).some(holdsQuery)
  );
}
