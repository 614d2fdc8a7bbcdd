import type {
  AggregateExpression,
  Expression,
  ListParam,
  OrderNode,
  Origin,
  ParamExpression,
  RelatedAggregateExpression,
  RelatedExpression,
  SelectStatement,
  StringList,
  Window,
} from '../core/ast/expressions.ts';
import type { RelationTree } from '../core/loader.ts';
import { partsOf } from '../core/relation-keys.ts';
import type { ModelMeta, RelationMeta } from '../core/metadata.ts';
import type { ValueType } from '../core/value-types.ts';
import { unreachable } from '../utils/unreachable.ts';
import { UNSCOPED } from './active-scopes.ts';
import type { ScopeConditions } from './scope-conditions.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import type { KeyList } from './key-lists.ts';
import { setOf } from './nested.ts';
import { ROOT } from './roots.ts';
import type { LockState, NamedExpression, PerParent, QueryRequest, QueryState, SetState } from './state.ts';

/** A bound value, in the order in which the key met it. */
export type Bound = ParamExpression | ListParam;

/** The structure of a request as a text, and the values that are not part of it. */
export interface ShapeKey {
  readonly key: string;
  readonly bound: readonly Bound[];
}

/** What the walk over a request has met so far. */
interface Met {
  readonly bound: Bound[];
  /** Tokens of the subqueries around and before, by subquery: their names in the key are their numbers. */
  readonly origins: (readonly Origin[])[];
  /** Tokens that are the same as none where no subquery was met yet. */
  readonly own: readonly Origin[];
  /** Who runs the request. */
  readonly owner: object | undefined;
  /** Whether values that a dialect may write into the text are part of the structure. */
  readonly shaped: boolean;
  /** Those of the query, or of the subquery, that the walk is in. */
  scopes: ScopeConditions;
}

/**
 * The structural key of a request: equal for two requests exactly when they differ in bound values alone. It decides
 * whether compiled SQL, parameter order and hydrator can be used again, so every property that a plan depends on must
 * be written here. Names from outside are written as JSON, so that no name can look like structure. `shaped`: whether the
 * dialect writes values into the text that may stand there.
 */
export function shapeKey(request: QueryRequest, shaped: boolean): ShapeKey {
  const { scopes, owner } = request.state;
  const met: Met = { bound: [], origins: [], owner, shaped, scopes, own: [] };
  const key = `${request.kind}${requestKey(request, met)}`;
  return { key, bound: met.bound };
}

/** Whether two expressions, not yet planned, are one: of one structure, and with the very same values in it. `own`: the tokens of their query. */
export function sameExpression(left: Expression, right: Expression, own: readonly Origin[] = []): boolean {
  if (left === right) return true;
  if (left.kind !== right.kind) return false;
  const a: Met = { bound: [], origins: [], owner: undefined, shaped: false, scopes: UNSCOPED, own };
  const b: Met = { bound: [], origins: [], owner: undefined, shaped: false, scopes: UNSCOPED, own };
  return expressionKey(left, a) === expressionKey(right, b) && a.bound.every((value, i) => value === b.bound[i]);
}

function requestKey(request: QueryRequest, met: Met): string {
  const state = stateKey(request.state, met);
  switch (request.kind) {
    case 'entities':
    case 'exists':
    case 'delete':
      return state;
    case 'values':
    case 'aggregate':
      return state + columnsKey(request.columns, met);
    case 'count':
      return request.columns === undefined ? state : state + columnsKey(request.columns, met);
    case 'links':
      return `${state}${stepKey(request.relation, met)}${ownersKey(request.owners, met)}${optionalKey(request.limit, met)}`;
    case 'update':
    case 'insertFrom': {
      let text = request.kind === 'insertFrom' ? `${request.into.id}<${state}` : state;
      for (const { field, value } of request.changes) text += `;${field.id}=${expressionKey(value, met)}`;
      return text;
    }
    default:
      return unreachable(request);
  }
}

function stateKey(state: QueryState, met: Met): string {
  const around = met.scopes;
  met.scopes = state.scopes;
  let text = modelKey(state.meta, met);
  if (state.source !== undefined) text += `S${sourceKey(state.source, met)}`;
  for (const node of state.where) text += `w${expressionKey(node, met)}`;
  if (state.groups !== undefined) text += `g${listKey([...state.groups, ...state.having], met)};${state.groups.length}`;
  if (state.order !== undefined) text += `o${ordersKey(state.order, met)}`;
  if (state.reversed) text += 'R';
  if (state.distinct) text += 'D';
  if (state.limit !== undefined)
    text += `l${met.shaped && state.limit.shaped === true ? String(state.limit.value) : ''}${expressionKey(state.limit, met)}`;
  if (state.offset !== undefined) text += `s${expressionKey(state.offset, met)}`;
  if (state.joined.size > 0) text += `j${treeKey(state.meta, state.joined, met)}`;
  if (state.perParent !== undefined) text += perParentKey(state.perParent, met);
  if (state.annotations.length > 0) text += `a${columnsKey(state.annotations, met)}`;
  if (state.lock !== undefined) text += `k${lockKey(state.lock)}`;
  if (state.fresh) text += 'F';
  if (state.keyed) text += 'K';
  if (state.fields !== undefined) text += `f${state.fields.map((field) => field.id).join()}`;
  met.scopes = around;
  return text;
}

function sourceKey(source: NonNullable<QueryState['source']>, met: Met): string {
  if (source.kind === 'combined')
    return `(${source.operator}${source.all ? '!' : ''}${source.sides.map((side) => setKey(side, met)).join('')})`;
  const { start, relation, depth, maxDepth } = source;
  return `(walk ${stepKey(relation, met)}${depth ? 'd' : ''}${optionalKey(maxDepth, met)}${setKey({ state: start, columns: undefined }, met)})`;
}

/** A query set that stands inside of the request. What its tokens stand for elsewhere is hidden meanwhile. */
function setKey({ state, columns }: SetState, met: Met): string {
  if (met.owner !== undefined && state.owner !== undefined && state.owner !== met.owner)
    throw new InvalidQueryError('A query of another session stands inside of a query: one session runs both.', {
      model: state.meta.name,
      remedy: 'Make both by the same session.',
    });
  const { length } = met.origins;
  met.origins.push([...state.origins, ROOT]);
  const key = `[${stateKey(state, met)}${columns === undefined ? '' : columnsKey(columns, met)}]`;
  met.origins.length = length;
  return key;
}

/** A model where it appears, with the conditions that hold for it there. */
function modelKey(meta: ModelMeta, met: Met): string {
  return `${meta.id}${meta.restricted ? conditionKey(meta, met) : ''}`;
}

function conditionKey(meta: ModelMeta, met: Met): string {
  const { scopes } = met;
  const condition = scopes.conditionOf(meta);
  if (condition === undefined) return '';
  met.scopes = UNSCOPED;
  const text = `[${expressionKey(condition, met)}]`;
  met.scopes = scopes;
  return text;
}

/** A step to another model, with the conditions that hold for it there. */
function stepKey({ id, target, link }: RelationMeta, met: Met, whole = false): string {
  const conditions = target.restricted && !whole ? conditionKey(target, met) : '';
  return link?.model.restricted === true ? `${id}${conditions}&${conditionKey(link.model, met)}` : `${id}${conditions}`;
}

function perParentKey({ field, owners, few, limit }: PerParent, met: Met): string {
  const value = met.shaped && limit.shaped === true ? String(limit.value) : '';
  return `p${partsOf(field)
    .map(({ id }) => id)
    .join('&')}${few ? '1' : 'n'}${ownersKey(owners, met)}${value}${expressionKey(limit, met)}`;
}

function ownersKey(owners: KeyList, met: Met): string {
  return owners.kind === 'list' ? boundKey(owners, met) : owners.rows.map((row) => `(${listKey(row, met)})`).join('');
}

function lockKey({ strength, wait, of }: LockState): string {
  return `${strength}.${wait}${of === undefined ? '' : of.map((steps) => `:${steps.map(({ id }) => id).join('/')}`).join('')};`;
}

function ordersKey(orders: readonly OrderNode[], met: Met): string {
  let text = '';
  for (const { expression, descending, nulls } of orders)
    text += `${expressionKey(expression, met)}${descending ? '-' : '+'}${nulls ?? ''}`;
  return text;
}

function treeKey(meta: ModelMeta, tree: RelationTree, met: Met): string {
  let text = '(';
  for (const [name, below] of tree) {
    const relation = meta.relationByName.get(name)!;
    text += `${stepKey(relation, met)}${below.size === 0 ? '' : treeKey(relation.target, below, met)}/`;
  }
  return `${text})`;
}

function columnsKey(columns: readonly NamedExpression[], met: Met): string {
  let text = '{';
  for (const { name, expression } of columns) text += `${JSON.stringify(name)}:${expressionKey(expression, met)}`;
  return `${text}}`;
}

function stepsKey(steps: readonly RelationMeta[], met: Met): string {
  let text = '';
  for (const step of steps) text += `${stepKey(step, met)}/`;
  return text;
}

function typeKey(type: ValueType): string {
  if (type.kind === 'decimal') return `decimal${type.scale}`;
  return type.kind === 'array' ? `array.${typeKey(type.of)}` : type.kind;
}

/** One value that stands in two places is one value in the plan, too: the second place refers to the first. */
function boundKey(value: Bound, { bound }: Met): string {
  const seen = bound.indexOf(value);
  if (seen >= 0) return `?${seen}`;
  bound.push(value);
  return `?${typeKey(value.type)}`;
}

/** The number of the subquery that is meant; nothing for the innermost, `^` for the query itself. */
function originKey(origin: Origin, { origins, own }: Met): string {
  if (origin === undefined || (origins.length === 0 && own.includes(origin))) return '';
  const position = origins.findLastIndex((tokens) => tokens.includes(origin));
  return position < 0 ? '^/' : `^${position}/`;
}

function relatedKey(node: RelatedExpression | RelatedAggregateExpression, met: Met): string {
  const { origin, inner, steps, relation } = node;
  const whole = node.kind === 'related' && node.whole === true;
  const key = `${originKey(origin, met)}${stepsKey(steps, met)}${whole ? '*' : ''}${stepKey(relation, met, whole)}`;
  met.origins.push([inner]);
  return key;
}

function listKey(nodes: readonly Expression[], met: Met): string {
  let text = '';
  for (const node of nodes) text += `,${expressionKey(node, met)}`;
  return text;
}

function optionalKey(node: Expression | undefined, met: Met): string {
  return node === undefined ? '' : expressionKey(node, met);
}

/** The structure of one expression; its parameters are added to what was met. */
export function expressionKey(node: Expression, met: Met): string {
  switch (node.kind) {
    case 'path':
      return `.${originKey(node.origin, met)}${stepsKey(node.steps, met)}${node.field.id}`;
    case 'param':
      return boundKey(node, met);
    case 'literal':
      return `=${node.value}`;
    case 'compare':
      return `(${expressionKey(node.left, met)} ${node.operator} ${expressionKey(node.right, met)})`;
    case 'compareRows':
      return `(rows ${node.operator}${listKey([...node.left, ...node.right], met)})`;
    case 'and':
    case 'or':
      return `(${node.kind}${listKey(node.items, met)})`;
    case 'not':
      return `(not ${expressionKey(node.operand, met)})`;
    case 'isNull':
      return `(${node.negated ? 'notNull' : 'null'} ${expressionKey(node.operand, met)})`;
    case 'between':
      return `(between${listKey([node.operand, node.low, node.high], met)})`;
    case 'inList':
      return `(in ${expressionKey(node.operand, met)} ${boundKey(node.list, met)})`;
    case 'search':
      return `(search ${JSON.stringify([node.index.name, node.index.fullText])}${listKey([node.operand, node.terms], met)})`;
    case 'arrayTest':
      return `(${node.operator} ${expressionKey(node.operand, met)} ${boundKey(node.list, met)})`;
    case 'match':
      return `(${node.insensitive ? 'i' : ''}${node.operator}${listKey([node.operand, node.pattern], met)})`;
    case 'arithmetic':
      return `(${node.operator}${listKey([node.left, node.right], met)})`;
    case 'call':
      return `(${node.fn}${node.unit ?? ''}${listKey(node.args, met)})`;
    case 'case':
      return `(case${listKey(
        node.branches.flatMap(({ when, then }) => [when, then]),
        met,
      )}|${optionalKey(node.otherwise, met)})`;
    case 'cast':
      return `(cast ${JSON.stringify(node.type)} ${expressionKey(node.operand, met)})`;
    case 'window':
      return `(${node.fn}${listKey(node.args, met)}${windowKey(node.over, met)})`;
    case 'json':
      return `(json ${node.as} ${node.steps.join()}${listKey([node.operand, node.path], met)})`;
    case 'jsonContains':
      return `(contains${listKey([node.operand, node.value, node.parts], met)})`;
    case 'jsonElement':
      return `(element ${node.as}${listKey([node.array, node.element], met)})`;
    case 'aggregate':
      return `(${node.fn}${node.distinct ? '!' : ''} ${optionalKey(node.argument, met)}|${optionalKey(node.filter, met)}${aggregateKey(node, met)})`;
    case 'related':
      return `(${node.quantifier} ${relatedKey(node, met)} ${optionalKey(node.where, met)})`;
    case 'relatedAggregate':
      return `(${node.fn}${node.distinct ? '!' : ''} ${relatedKey(node, met)} ${optionalKey(node.argument, met)}|${optionalKey(node.where, met)}${listedKey(node.list, met)})`;
    case 'raw':
      return `(raw${rawKey(node.parts, met)})`;
    case 'column':
      return `:${JSON.stringify([node.alias, node.column])}`;
    case 'subquery':
      return `(sub ${selectKey(node.query, met)})`;
    case 'exists':
      return `(${node.negated ? 'no ' : ''}exists ${selectKey(node.query, met)})`;
    case 'inQuery':
      return `(in${listKey(node.operands, met)} ${selectKey(node.query, met)})`;
    case 'nested':
      return `(${node.form} ${optionalKey(node.operand, met)}${setKey(setOf(node.query), met)})`;
    default:
      return unreachable(node);
  }
}

/** What few aggregates have. */
function aggregateKey({ list, over }: AggregateExpression, met: Met): string {
  return listedKey(list, met) + (over === undefined ? '' : windowKey(over, met));
}

function listedKey(list: StringList | undefined, met: Met): string {
  return list === undefined ? '' : `${JSON.stringify(list.separator)}${ordersKey(list.orderBy, met)}`;
}

function windowKey({ partitionBy, orderBy, frame }: Window, met: Met): string {
  const rows = frame === undefined ? '' : `${frame.unit}${frame.from ?? ''}:${frame.to ?? ''}`;
  return `over${listKey(partitionBy, met)}o${ordersKey(orderBy, met)}${rows}`;
}

function rawKey(parts: Extract<Expression, { kind: 'raw' }>['parts'], met: Met): string {
  let text = '';
  for (const part of parts) {
    if (part.kind === 'text') text += JSON.stringify(part.text);
    else if (part.kind === 'identifier') text += `i${JSON.stringify(part.names)}`;
    else text += expressionKey(part, met);
  }
  return text;
}

/** Statements inside expressions are made by the planner, after the key; one that comes before it has no key. */
function selectKey(_query: SelectStatement, _met: Met): string {
  throw new TypeError('A planned statement has no structural key.');
}
