import type { DerivedTable, Expression } from '../core/ast/expressions.ts';
import { childrenOf } from './walk.ts';

/** The aliases of all tables whose columns an expression reads, in its subqueries, too. */
export function tablesIn(node: Expression): ReadonlySet<string> {
  const tables = new Set<string>();
  collect(node, tables);
  return tables;
}

function collect(node: Expression, tables: Set<string>): void {
  if (node.kind === 'column') tables.add(node.alias);
  if (node.kind === 'subquery' || node.kind === 'exists' || node.kind === 'inQuery') collectQuery(node.query, tables);
  for (const child of childrenOf(node)) collect(child, tables);
}

function collectQuery(query: DerivedTable['query'], tables: Set<string>): void {
  if (query.kind === 'compound') return query.sides.forEach((side) => collectQuery(side, tables));
  if (query.kind === 'with') {
    for (const table of query.tables) collectQuery(table.query, tables);
    return collectQuery(query.query, tables);
  }
  const { columns, from, joins, where, groupBy, having, orderBy } = query;
  for (const table of [from, ...joins.map((join) => join.table)])
    if ('query' in table) collectQuery(table.query, tables);
  const nodes = [
    ...columns.map(({ expression }) => expression),
    ...joins.map(({ on }) => on),
    ...(where === undefined ? [] : [where]),
    ...groupBy,
    ...(having === undefined ? [] : [having]),
    ...orderBy.map(({ expression }) => expression),
  ];
  for (const node of nodes) collect(node, tables);
}
