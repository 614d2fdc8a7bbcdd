import { fieldPath, typeOf } from '../core/ast/expressions.ts';
import type { Expression, OrderNode, SelectStatement, Selection } from '../core/ast/expressions.ts';
import type { RelationTree } from '../core/loader.ts';
import type { FieldMeta, RelationMeta } from '../core/metadata.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import { planLock, refuseLock } from './locks.ts';
import { ordersOf } from './orders.ts';
import { joinRanked, planLinks } from './per-parent.ts';
import {
  byWindow,
  qualified,
  refuseLockedWindows,
  refuseQualified,
  refuseWindowsInWrite,
  sortedOutside,
} from './qualify.ts';
import type { EntityShape, ExtraColumn, Plan, Segment } from './plan.ts';
import { Aliases, columnOf, Scope, select } from './scope.ts';
import { sameExpression } from './shape-key.ts';
import type { NamedExpression, QueryRequest, QueryState } from './state.ts';
import { inReadingOrder } from './assignments.ts';
import { withVariants } from './variants.ts';
import { childrenOf, hasAggregate, hasWindow } from './walk.ts';

/** A request in terms of models and relations becomes a statement in terms of tables, and the shape of its rows. */
export function planQuery(request: QueryRequest): Plan {
  switch (request.kind) {
    case 'entities':
      return planEntities(request.state);
    case 'values':
    case 'aggregate':
      return planValues(request.state, request.columns, request.kind === 'aggregate');
    case 'count':
      return planCount(request.state, request.columns);
    case 'exists':
      return planExists(request.state);
    case 'links':
      return planLinks(request);
    case 'update':
    case 'delete':
      return planWrite(request);
    default:
      return unreachable(request);
  }
}

function planEntities(asked: QueryState): Plan {
  // Rows that are ranked are chosen and sorted by their ranks.
  const state = asked.perParent === undefined ? asked : { ...asked, where: [], order: [] };
  if (asked.perParent !== undefined) refuseQualified(asked, 'A limit for each parent');
  const aliases = new Aliases();
  const scope = new Scope(state.meta, aliases, state.scopes);
  const columns: Selection[] = [];
  const segments = [...selectSegments(state, scope, columns)];
  const annotations = state.annotations.map(({ name, expression }) => {
    refuseAggregate(expression, name);
    return pushColumn(columns, name, scope.resolve(expression));
  });
  const fresh = state.fresh || state.lock !== undefined;
  // Each row holds its key and to-one joins multiply none: entities are distinct as they are.
  const body = { ...clauses(state, scope), distinct: false };
  const ranked = state.perParent === undefined ? undefined : joinRanked(asked, state.perParent, scope, aliases);
  const own = columns.slice(columns.length - annotations.length);
  const orders = ordersOf(state);
  const orderBy = orders.map((order) => orderOf(order, state.annotations, own, scope));
  refuseLockedWindows(
    state,
    [...state.annotations, ...orders].map(({ expression }) => expression),
  );
  const lock = planLock(state, scope);
  const keys = state.keyed ? orderBy.map(({ expression }) => keyColumn(columns, expression)) : [];
  const whole = select({ columns, ...body, orderBy, limit: state.limit, offset: state.offset, lock, ...ranked });
  const statement = qualified(whole, chosenBy(state, scope));
  const shape: EntityShape = { fresh, segments, annotations, keys };
  return { kind: 'entities', statement, shape, reads: aliases.reads };
}

/** The columns of the root and of every relation that is joined, one segment each, parents before children. */
function* selectSegments(state: QueryState, scope: Scope, columns: Selection[]): Generator<Segment> {
  const fields = state.fields ?? state.meta.fields;
  const root: Segment = {
    meta: state.meta,
    fields,
    positions: fields.map((_, i) => i),
    presence: undefined,
    parent: undefined,
    relation: undefined,
    variants: undefined,
  };
  for (const field of root.fields) columns.push({ expression: columnOf(scope.root.alias, field), as: undefined });
  const segment = withVariants(root, scope.root.alias, false, columns);
  yield segment;
  yield* joinedSegments(segment, [], state.joined, scope, columns);
}

function* joinedSegments(
  parent: Segment,
  steps: readonly RelationMeta[],
  tree: RelationTree,
  scope: Scope,
  columns: Selection[],
): Generator<Segment> {
  for (const [name, below] of tree) {
    const relation = parent.meta.relationByName.get(name)!;
    const path = [...steps, relation];
    const { table, optional } = scope.table(path);
    const { fields } = relation.target;
    const shared = sharedKey(parent, relation, optional);
    const positions = fields.map((field) => {
      if (shared !== undefined && field === relation.targetField) return shared;
      return columns.push({ expression: columnOf(table.alias, field, optional), as: undefined }) - 1;
    });
    const proof = shared === undefined ? relation.target.key[0]! : proofOfRow(relation);
    const segment: Segment = {
      meta: relation.target,
      fields,
      positions,
      presence: optional ? positions[proof!.index] : undefined,
      parent,
      relation,
      variants: undefined,
    };
    const whole = withVariants(segment, table.alias, optional, columns);
    yield whole;
    yield* joinedSegments(whole, path, below, scope, columns);
  }
}

/**
 * Where the key of a joined row stands already: in the foreign key of its owner. Each column costs the driver a value
 * for each row. Only for numbers, of which two equal ones are the same; and where the join is LEFT, only if another
 * column tells a missing row.
 */
function sharedKey(parent: Segment, relation: RelationMeta, optional: boolean): number | undefined {
  const { sourceField, targetField, owning } = relation;
  if (!owning || !targetField.primaryKey || !SAME_WHEN_EQUAL.has(targetField.type.kind)) return undefined;
  if (optional && proofOfRow(relation) === undefined) return undefined;
  const position = parent.fields.indexOf(sourceField);
  return position < 0 ? undefined : parent.positions[position];
}

const SAME_WHEN_EQUAL = new Set(['int', 'smallInt', 'bigint']);

/** A column of the target that is never NULL in a row that exists, besides its key. */
function proofOfRow({ target, targetField }: RelationMeta): FieldMeta | undefined {
  return target.fields.find((field) => !field.nullable && field !== targetField && field.generatedAs === undefined);
}

function planValues(state: QueryState, named: readonly NamedExpression[], whole: boolean): Plan {
  const aliases = new Aliases();
  const { statement, columns } = selectValues(state, named, aliases, whole);
  return { kind: 'values', statement, shape: { columns }, reads: aliases.reads };
}

/** Plain columns; beside an aggregate the others are what rows are grouped by. `whole`: one row for the whole set. */
function selectValues(
  state: QueryState,
  named: readonly NamedExpression[],
  aliases: Aliases,
  whole: boolean,
): { statement: SelectStatement; columns: ExtraColumn[] } {
  if (whole && (state.limit !== undefined || state.offset !== undefined || state.distinct)) {
    throw new InvalidQueryError('aggregate() is over the whole set: take away limit(), offset() and distinct().', {
      model: state.meta.name,
    });
  }
  const scope = new Scope(state.meta, aliases, state.scopes);
  const selections: Selection[] = [];
  const columns = named.map(({ name, expression }) => pushColumn(selections, name, scope.resolve(expression)));
  const grouped = named.some(({ expression }) => hasAggregate(expression));
  // What windows say of the groups comes after these.
  const plain = selections
    .filter((_, i) => !hasAggregate(named[i]!.expression) && !(grouped && hasWindow(named[i]!.expression)))
    .map((selection) => selection.expression);
  if (whole && plain.length > 0)
    throw new InvalidQueryError('aggregate() takes aggregates only, such as sum(l.quantity).', {
      model: state.meta.name,
    });
  if (grouped && plain.length === 0 && !whole && (state.limit !== undefined || state.offset !== undefined)) {
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
    groupBy: grouped ? plain : [],
    orderBy: state.distinct ? ordersOfDistinct(state, orderBy, selections) : orderBy,
    limit: state.limit,
    offset: state.offset,
    lock: planLock(state, scope),
  });
  return { statement: sortedOutside(qualified(every, chosenBy(state, scope))), columns };
}

function planCount(state: QueryState, columns: readonly NamedExpression[] | undefined): Plan {
  refuseLock(state, 'a count');
  const aliases = new Aliases();
  const count: Expression = {
    kind: 'aggregate',
    fn: 'count',
    argument: undefined,
    distinct: false,
    filter: undefined,
    type: { kind: 'int' },
    nullable: false,
  };
  const selection: Selection[] = [];
  const shape = { columns: [pushColumn(selection, 'count', count)] };
  const cut = state.limit !== undefined || state.offset !== undefined || byWindow(state.where).length > 0;
  if (!cut && columns === undefined) {
    const scope = new Scope(state.meta, aliases, state.scopes);
    return {
      kind: 'values',
      statement: select({ columns: selection, ...clauses(state, scope), distinct: false }),
      shape,
      reads: aliases.reads,
    };
  }
  // What counts are the rows of the query itself: limited, distinct or grouped.
  const inner = selectValues(
    columns === undefined ? { ...state, distinct: false } : state,
    columns ?? state.meta.fields.map((field) => ({ name: field.name, expression: fieldPath(field) })),
    aliases,
    false,
  );
  const query = {
    ...inner.statement,
    columns: inner.statement.columns.map((column, i) => ({ ...column, as: `c${i}` })),
  };
  return {
    kind: 'values',
    statement: select({ columns: selection, from: { query, alias: 'counted' } }),
    shape,
    reads: aliases.reads,
  };
}

function planExists(state: QueryState): Plan {
  refuseLock(state, 'whether there are rows');
  const aliases = new Aliases();
  const scope = new Scope(state.meta, aliases, state.scopes);
  // Rows without columns are all alike, so DISTINCT would leave one; entities are distinct by their keys anyhow.
  const rows = select({
    columns: [],
    ...clauses(state, scope),
    distinct: false,
    limit: state.limit,
    offset: state.offset,
  });
  const statement = qualified(rows, chosenBy(state, scope));
  return { kind: 'values', statement, shape: { columns: [] }, reads: aliases.reads };
}

/** UPDATE and DELETE by condition; where the condition needs joins, order or limits, by the keys of a subquery. */
function planWrite(request: Extract<QueryRequest, { kind: 'update' | 'delete' }>): Plan {
  const { state } = request;
  refuseLock(state, `${request.kind}(), which locks by itself,`);
  refuseWindowsInWrite(request);
  const aliases = new Aliases();
  const scope = new Scope(state.meta, aliases, state.scopes);
  const condition = scope.where(state.where);
  const changes =
    request.kind === 'update'
      ? request.changes.map(({ field, value }) => ({ field, value: scope.resolve(value) }))
      : [];
  let where = condition;
  if (scope.joins.length > 0 || state.limit !== undefined || state.offset !== undefined) {
    const [key, ...more] = state.meta.key;
    if (more.length > 0)
      throw new InvalidQueryError(
        `${state.meta.name} has a composite key: ${request.kind}() of a joined or limited set needs a single one.`,
        { model: state.meta.name },
      );
    const inner = new Scope(state.meta, aliases, state.scopes);
    const filter = inner.where(state.where);
    const query = select({
      columns: [{ expression: columnOf(inner.root.alias, key!), as: undefined }],
      from: inner.root,
      joins: inner.joins,
      where: filter,
      orderBy: state.limit === undefined ? [] : ordersOf(state).map((order) => inner.resolveOrder(order)),
      limit: state.limit,
      offset: state.offset,
    });
    where = { kind: 'inQuery', operand: columnOf(scope.root.alias, key!), query };
    if (changes.some(({ value }) => readsBeyond(value, scope.root.alias))) {
      throw new InvalidQueryError(`update() of ${state.meta.name} can compute from its own columns only.`, {
        model: state.meta.name,
      });
    }
  }
  const target = { model: state.meta, alias: scope.root.alias, where };
  const statement =
    request.kind === 'update'
      ? { kind: 'update' as const, ...target, ...inReadingOrder(changes, scope.root.alias) }
      : { kind: 'delete' as const, ...target };
  return {
    ...(statement.kind === 'update' ? { kind: 'update' as const, statement } : { kind: 'delete' as const, statement }),
    reads: aliases.reads,
  };
}

/** FROM, joins and WHERE. The list of joins is the scope's own: it grows while the other clauses are resolved. */
function clauses(state: QueryState, scope: Scope): Pick<SelectStatement, 'distinct' | 'from' | 'joins' | 'where'> {
  return {
    distinct: state.distinct,
    from: scope.root,
    joins: scope.joins,
    where: scope.where(state.where.filter((node) => !hasWindow(node))),
  };
}

/** The conditions that look at windows. */
function chosenBy(state: QueryState, scope: Scope): Expression[] {
  return byWindow(state.where).map((node) => scope.resolve(node));
}

/** An order, by the very node of the result where it is of one: a dialect can say which it is instead of saying it again. */
function orderOf(
  order: OrderNode,
  named: readonly NamedExpression[],
  selections: readonly Selection[],
  scope: Scope,
): OrderNode {
  const index = named.findIndex(({ expression }) => sameExpression(expression, order.expression));
  return index < 0 ? scope.resolveOrder(order) : { ...order, expression: selections[index]!.expression };
}

/** DISTINCT leaves one row of many, so that only what is in it can be sorted by. The model's own order gives way. */
function ordersOfDistinct(
  { meta, order, reversed }: QueryState,
  orders: readonly OrderNode[],
  selections: readonly Selection[],
): readonly OrderNode[] {
  if (orders.every(({ expression }) => selections.some((selection) => isSelected(expression, selection))))
    return orders;
  if (order === undefined && !reversed) return [];
  throw new InvalidQueryError(`Distinct rows of ${meta.name} can be sorted by their own columns only.`, {
    model: meta.name,
    remedy: "Add what you sort by to values(), and sort by its name: .values(…).distinct().orderBy('name').",
  });
}

function isSelected(node: Expression, { expression }: Selection): boolean {
  if (node === expression) return true;
  return (
    node.kind === 'column' &&
    expression.kind === 'column' &&
    node.alias === expression.alias &&
    node.column === expression.column
  );
}

function pushColumn(columns: Selection[], name: string, expression: Expression): ExtraColumn {
  const position = columns.length;
  columns.push({ expression, as: undefined });
  return { name, position, type: typeOf(expression).type };
}

/** Where a value that is sorted by stands in a row: selected for that, unless it is there already. */
function keyColumn(columns: Selection[], expression: Expression): ExtraColumn {
  const position = columns.findIndex((selection) => isSelected(expression, selection));
  return position < 0 ? pushColumn(columns, '', expression) : { name: '', position, type: typeOf(expression).type };
}

function refuseAggregate(node: Expression, name: string): void {
  if (!hasAggregate(node)) return;
  throw new InvalidQueryError(`The annotation '${name}' aggregates the query itself.`, {
    field: name,
    remedy: 'Aggregate a relation, as in m.posts.count(), or use values() or aggregate().',
  });
}

/** Whether an expression reads a table other than the one named. */
function readsBeyond(node: Expression, alias: string): boolean {
  if (node.kind === 'column') return node.alias !== alias;
  return childrenOf(node).some((child) => readsBeyond(child, alias));
}
