import { columnsIn } from '../../core/ast/columns-in.ts';
import type { Expression } from '../../core/ast/expressions.ts';
import type { CheckSchema, ColumnSchema, IndexPart, IndexSchema, TableSchema } from '../../core/ast/schema.ts';
import { metaOf } from '../../core/registry.ts';
import { conditionOf, partOf } from '../conditions.ts';
import { modelOfTable } from '../historical.ts';
import type { Condition, DraftCheck, DraftIndex, DraftPart, DraftTable } from './operation.ts';

/** A table whose conditions are in terms of its columns. */
export function resolveTable(draft: DraftTable): TableSchema {
  const bare: TableSchema = { ...draft, indexes: [], checks: [] };
  return {
    ...bare,
    indexes: draft.indexes.map((index) => resolveIndex(bare, index)),
    checks: draft.checks.map((check) => resolveCheck(bare, check)),
  };
}

export function resolveCheck(table: TableSchema, { name, condition }: DraftCheck): CheckSchema {
  return Object.freeze({ name, condition: resolve(table, condition, name) });
}

export function resolveIndex(table: TableSchema, { where, parts, ...index }: DraftIndex): IndexSchema {
  return Object.freeze({
    ...index,
    parts: parts.map((part) => resolvePart(table, part, index.name)),
    where: where === undefined ? undefined : resolve(table, where, index.name),
  });
}

function resolve(table: TableSchema, condition: Condition, name: string): Expression {
  if (condition.kind !== 'unresolved') return condition;
  return conditionOf(metaOf(modelOfTable(table)), condition.input, name);
}

function resolvePart(table: TableSchema, part: DraftPart, name: string): IndexPart {
  if (part.descending !== undefined) return part;
  return partOf(metaOf(modelOfTable(table)), part.expression.input, name);
}

/** The same expression where a column has another name, or another type. */
export function withColumn(node: Expression, from: string, to: ColumnSchema): Expression {
  if (node.kind === 'column')
    return node.column === from ? { ...node, column: to.name, type: to.type, nullable: to.nullable } : node;
  if (node.kind === 'param' || node.kind === 'literal') return node;
  // Named cast: a node with the same keys, whose operands are nodes as before.
  return mapNodes(node, (inner) => withColumn(inner, from, to)) as Expression;
}

/** Whether an expression reads a column. SQL of the application's own is not looked into. */
export function readsColumn(node: Expression, column: string): boolean {
  return columnsIn(node).includes(column);
}

/** A copy of a node whose inner nodes are mapped, at any depth between. */
function mapNodes(node: Expression, map: (inner: Expression) => Expression): unknown {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    if ('kind' in value && isExpression(value)) return map(value);
    return copy(value);
  };
  const copy = (value: object): unknown =>
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, OPAQUE.has(key) ? item : visit(item)]));
  return copy(node);
}

/** What holds no expressions. */
const OPAQUE = new Set(['type', 'list', 'label', 'value', 'later', 'path', 'steps', 'unit']);
const NO_EXPRESSIONS = new Set(['text', 'identifier', 'list']);

function isExpression(value: object): value is Expression {
  return !NO_EXPRESSIONS.has((value as { readonly kind: string }).kind);
}
