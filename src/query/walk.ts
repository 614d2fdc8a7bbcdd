import type { Expression, SelectStatement, TableSource, Window } from '../core/ast/expressions.ts';
import { unreachable } from '../utils/unreachable.ts';

/** Whether an expression aggregates the rows of the query itself (and not those of a relation). */
export function hasAggregate(node: Expression): boolean {
  return (node.kind === 'aggregate' && node.over === undefined) || childrenOf(node).some(hasAggregate);
}

/** Whether an expression looks at rows around the row. */
export function hasWindow(node: Expression): boolean {
  return (
    node.kind === 'window' || (node.kind === 'aggregate' && node.over !== undefined) || childrenOf(node).some(hasWindow)
  );
}

/** The names of the model's own fields in a condition, each once. */
export function fieldsIn(node: Expression): readonly string[] {
  const own = node.kind === 'path' && node.steps.length === 0 ? [node.field.name] : [];
  return [...new Set([...own, ...childrenOf(node).flatMap(fieldsIn)])];
}

/** The expressions of the same query inside of one; what a subquery holds is its own. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'compare':
    case 'arithmetic':
      return [node.left, node.right];
    case 'compareRows':
      return [...node.left, ...node.right];
    case 'and':
    case 'or':
      return node.items;
    case 'not':
    case 'isNull':
    case 'search':
    case 'arrayTest':
    case 'inList':
    case 'json':
    case 'jsonContains':
      return [node.operand];
    case 'inQuery':
      return node.operands;
    case 'nested':
      return node.operand === undefined ? [] : [node.operand];
    case 'jsonElement':
      return [node.array];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'match':
      return [node.operand, node.pattern];
    case 'call':
      return node.args;
    case 'case':
      return [
        ...node.branches.flatMap(({ when, then }) => [when, then]),
        ...(node.otherwise === undefined ? [] : [node.otherwise]),
      ];
    case 'cast':
      return [node.operand];
    case 'window':
      return [...node.args, ...windowParts(node.over)];
    case 'aggregate':
      return [
        ...(node.argument === undefined ? [] : [node.argument]),
        ...(node.filter === undefined ? [] : [node.filter]),
        ...(node.over === undefined ? [] : windowParts(node.over)),
        ...(node.list?.orderBy ?? []).map(({ expression }) => expression),
      ];
    case 'raw':
      return node.parts.filter((part): part is Expression => part.kind !== 'text' && part.kind !== 'identifier');
    case 'path':
    case 'column':
    case 'param':
    case 'literal':
    case 'related':
    case 'relatedAggregate':
    case 'subquery':
    case 'exists':
      return [];
    default:
      return unreachable(node);
  }
}

/** All that a planned query holds: in its own clauses, and in those of the queries that it is over. */
export function expressionsIn(query: SelectStatement): readonly Expression[] {
  const { columns, from, joins, where, groupBy, having, orderBy, limit, offset } = query;
  return [
    ...[...columns, ...orderBy].map(({ expression }) => expression),
    ...groupBy,
    ...[where, having, limit, offset].filter((node) => node !== undefined),
    ...joins.map(({ on }) => on),
    ...[from, ...joins.map(({ table }) => table)].flatMap(expressionsInTable),
  ];
}

function expressionsInTable(table: TableSource): readonly Expression[] {
  if (!('query' in table)) return [];
  const { query } = table;
  if (query.kind === 'select') return expressionsIn(query);
  if (query.kind === 'compound') return query.sides.flatMap(expressionsIn);
  return [query.query, ...query.tables.flatMap((common) => common.query.sides)].flatMap(expressionsIn);
}

function windowParts({ partitionBy, orderBy }: Window): readonly Expression[] {
  return [...partitionBy, ...orderBy.map(({ expression }) => expression)];
}
