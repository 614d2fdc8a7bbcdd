import type { Expression, ListParam, OrderNode, ParamExpression, SelectStatement } from '../core/ast/expressions.ts';
import type { RelationTree } from '../core/loader.ts';
import type { RelationMeta } from '../core/metadata.ts';
import type { ValueType } from '../core/value-types.ts';
import { unreachable } from '../utils/unreachable.ts';
import type { NamedExpression, QueryRequest, QueryState } from './state.ts';

/** A bound value, in the order in which the key met it. */
export type Bound = ParamExpression | ListParam;

/** The structure of a request as a text, and the values that are not part of it. */
export interface ShapeKey {
  readonly key: string;
  readonly bound: readonly Bound[];
}

/**
 * The structural key of a request: equal for two requests exactly when they differ in bound values alone. It decides
 * whether compiled SQL, parameter order and hydrator can be used again, so every property that a plan depends on must
 * be written here. Names from outside are written as JSON, so that no name can look like structure.
 */
export function shapeKey(request: QueryRequest): ShapeKey {
  const bound: Bound[] = [];
  const key = `${request.kind}${requestKey(request, bound)}`;
  return { key, bound };
}

function requestKey(request: QueryRequest, bound: Bound[]): string {
  const state = stateKey(request.state, bound);
  switch (request.kind) {
    case 'entities':
    case 'exists':
    case 'delete':
      return state;
    case 'values':
    case 'aggregate':
      return state + columnsKey(request.columns, bound);
    case 'count':
      return request.columns === undefined ? state : state + columnsKey(request.columns, bound);
    case 'update': {
      let text = state;
      for (const { field, value } of request.changes) text += `;${field.id}=${expressionKey(value, bound)}`;
      return text;
    }
    default:
      return unreachable(request);
  }
}

function stateKey(state: QueryState, bound: Bound[]): string {
  let text = `${state.meta.id}`;
  for (const node of state.where) text += `w${expressionKey(node, bound)}`;
  if (state.order !== undefined) text += `o${ordersKey(state.order, bound)}`;
  if (state.reversed) text += 'R';
  if (state.distinct) text += 'D';
  if (state.limit !== undefined) text += `l${expressionKey(state.limit, bound)}`;
  if (state.offset !== undefined) text += `s${expressionKey(state.offset, bound)}`;
  if (state.joined.size > 0) text += `j${treeKey(state.joined)}`;
  if (state.annotations.length > 0) text += `a${columnsKey(state.annotations, bound)}`;
  if (state.fields !== undefined) text += `f${state.fields.map((field) => field.id).join()}`;
  return text;
}

function ordersKey(orders: readonly OrderNode[], bound: Bound[]): string {
  let text = '';
  for (const { expression, descending, nulls } of orders) text += `${expressionKey(expression, bound)}${descending ? '-' : '+'}${nulls ?? ''}`;
  return text;
}

function treeKey(tree: RelationTree): string {
  let text = '(';
  for (const [name, below] of tree) text += `${name}${treeKey(below)}`;
  return `${text})`;
}

function columnsKey(columns: readonly NamedExpression[], bound: Bound[]): string {
  let text = '{';
  for (const { name, expression } of columns) text += `${JSON.stringify(name)}:${expressionKey(expression, bound)}`;
  return `${text}}`;
}

function stepsKey(steps: readonly RelationMeta[]): string {
  let text = '';
  for (const step of steps) text += `${step.id}/`;
  return text;
}

function typeKey(type: ValueType): string {
  if (type.kind === 'decimal') return `decimal${type.scale}`;
  return type.kind === 'array' ? `array.${typeKey(type.of)}` : type.kind;
}

function listKey(nodes: readonly Expression[], bound: Bound[]): string {
  let text = '';
  for (const node of nodes) text += `,${expressionKey(node, bound)}`;
  return text;
}

function optionalKey(node: Expression | undefined, bound: Bound[]): string {
  return node === undefined ? '' : expressionKey(node, bound);
}

/** The structure of one expression; its parameters are appended to `bound`. */
export function expressionKey(node: Expression, bound: Bound[]): string {
  switch (node.kind) {
    case 'path':
      return `.${stepsKey(node.steps)}${node.field.id}`;
    case 'param':
      bound.push(node);
      return `?${typeKey(node.type)}`;
    case 'literal':
      return `=${node.value}`;
    case 'compare':
      return `(${expressionKey(node.left, bound)} ${node.operator} ${expressionKey(node.right, bound)})`;
    case 'and':
    case 'or':
      return `(${node.kind}${listKey(node.items, bound)})`;
    case 'not':
      return `(not ${expressionKey(node.operand, bound)})`;
    case 'isNull':
      return `(${node.negated ? 'notNull' : 'null'} ${expressionKey(node.operand, bound)})`;
    case 'between':
      return `(between${listKey([node.operand, node.low, node.high], bound)})`;
    case 'inList':
      bound.push(node.list);
      return `(in ${expressionKey(node.operand, bound)} ${typeKey(node.list.type)})`;
    case 'match':
      return `(${node.insensitive ? 'i' : ''}${node.operator}${listKey([node.operand, node.pattern], bound)})`;
    case 'arithmetic':
      return `(${node.operator}${listKey([node.left, node.right], bound)})`;
    case 'call':
      return `(${node.fn}${listKey(node.args, bound)})`;
    case 'aggregate':
      return `(${node.fn}${node.distinct ? '!' : ''} ${optionalKey(node.argument, bound)}|${optionalKey(node.filter, bound)})`;
    case 'related':
      return `(${node.quantifier} ${stepsKey(node.steps)}${node.relation.id} ${optionalKey(node.where, bound)})`;
    case 'relatedAggregate':
      return `(${node.fn} ${stepsKey(node.steps)}${node.relation.id} ${optionalKey(node.argument, bound)}|${optionalKey(node.where, bound)})`;
    case 'raw':
      return `(raw${rawKey(node.parts, bound)})`;
    case 'column':
      return `:${JSON.stringify([node.alias, node.column])}`;
    case 'subquery':
      return `(sub ${selectKey(node.query, bound)})`;
    case 'exists':
      return `(${node.negated ? 'no ' : ''}exists ${selectKey(node.query, bound)})`;
    case 'inQuery':
      return `(in ${expressionKey(node.operand, bound)} ${selectKey(node.query, bound)})`;
    default:
      return unreachable(node);
  }
}

function rawKey(parts: Extract<Expression, { kind: 'raw' }>['parts'], bound: Bound[]): string {
  let text = '';
  for (const part of parts) {
    if (part.kind === 'text') text += JSON.stringify(part.text);
    else if (part.kind === 'identifier') text += `i${JSON.stringify(part.names)}`;
    else text += expressionKey(part, bound);
  }
  return text;
}

/** Statements inside expressions are made by the planner, after the key; one that comes before it has no key. */
function selectKey(_query: SelectStatement, _bound: Bound[]): never {
  throw new TypeError('A planned statement has no structural key.');
}
