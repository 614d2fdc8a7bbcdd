import type { DerivedTable, Expression } from '../core/ast/expressions.ts';
import { childrenOf } from './walk.ts';

/** Aliases of tables. */
interface Tables {
  readonly read: Set<string>;
  /** Those that the expression's own subqueries are over. */
  readonly opened: Set<string>;
}

/** The aliases of all tables whose columns an expression reads, in its subqueries, too. */
export function tablesIn(node: Expression): ReadonlySet<string> {
  return collected(node).read;
}

/** Those of them that its subqueries are not over. */
export function outerTablesIn(node: Expression): readonly string[] {
  const { read, opened } = collected(node);
  return [...read].filter((alias) => !opened.has(alias));
}

function collected(node: Expression): Tables {
  const tables: Tables = { read: new Set(), opened: new Set() };
  collect(node, tables);
  return tables;
}

function collect(node: Expression, tables: Tables): void {
  if (node.kind === 'column') tables.read.add(node.alias);
  if (node.kind === 'subquery' || node.kind === 'exists' || node.kind === 'inQuery') collectQuery(node.query, tables);
  for (const child of childrenOf(node)) collect(child, tables);
}

function collectQuery(query: DerivedTable['query'], tables: Tables): void {
  if (query.kind === 'compound') return query.sides.forEach((side) => collectQuery(side, tables));
  if (query.kind === 'with') {
    for (const table of query.tables) collectQuery(table.query, tables);
    return collectQuery(query.query, tables);
  }
  const { columns, from, joins, where, groupBy, having, orderBy } = query;
  for (const table of [from, ...joins.map((join) => join.table)]) {
    tables.opened.add(table.alias);
    if ('query' in table) collectQuery(table.query, tables);
  }
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
