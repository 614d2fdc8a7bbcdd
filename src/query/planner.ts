import { fieldPath } from '../core/ast/expressions.ts';
import type { Expression, Selection } from '../core/ast/expressions.ts';
import type { RelationTree } from '../core/loader.ts';
import type { FieldMeta, RelationMeta } from '../core/metadata.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import { chosenBy, clauses, extraColumn, pushColumn } from './clauses.ts';
import { planLock, refuseLock } from './locks.ts';
import { isSelected, orderOf, ordersOf } from './orders.ts';
import { joinRanked, planLinks } from './per-parent.ts';
import { byWindow, qualified, refuseLockedWindows, refuseQualified } from './qualify.ts';
import type { EntityShape, ExtraColumn, Plan, Segment } from './plan.ts';
import { planSet } from './plan-set.ts';
import { selectValues } from './plan-values.ts';
import { planInsert, planWrite } from './plan-write.ts';
import { refuseRepeated } from './repeated.ts';
import { Aliases, columnOf, select } from './scope.ts';
import type { Scope } from './scope.ts';
import { openScope } from './sources.ts';
import type { NamedExpression, QueryRequest, QueryState } from './state.ts';
import { withVariants } from './variants.ts';
import { hasAggregate } from './walk.ts';

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
    case 'insertFrom':
      return planInsert(request);
    default:
      return unreachable(request);
  }
}

function planEntities(asked: QueryState): Plan {
  // Rows that are ranked are chosen and sorted by their ranks.
  const state = asked.perParent === undefined ? asked : { ...asked, where: [], order: [], source: undefined };
  if (asked.perParent !== undefined) refuseQualified(asked, 'A limit for each parent');
  const aliases = new Aliases(planSet);
  const scope = openScope(state, aliases);
  const columns: Selection[] = [];
  const segments = [...selectSegments(state, scope, columns)];
  const annotations = state.annotations.map(({ name, expression }) => {
    refuseAggregate(expression, name);
    refuseRepeated(state, expression, name);
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
  const { sourceField, targetField, owning, toKey } = relation;
  if (sourceField.parts !== undefined || targetField.parts !== undefined) return undefined;
  if (!owning || !toKey || !SAME_WHEN_EQUAL.has(targetField.type.kind)) return undefined;
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
  const aliases = new Aliases(planSet);
  const { statement, columns } = selectValues(state, named, aliases, whole);
  return { kind: 'values', statement, shape: { columns }, reads: aliases.reads };
}

function planCount(state: QueryState, columns: readonly NamedExpression[] | undefined): Plan {
  refuseLock(state, 'a count');
  const aliases = new Aliases(planSet);
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
    const scope = openScope(state, aliases);
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
  const aliases = new Aliases(planSet);
  const scope = openScope(state, aliases);
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

/** Where a value that is sorted by stands in a row: selected for that, unless it is there already. */
function keyColumn(columns: Selection[], expression: Expression): ExtraColumn {
  const position = columns.findIndex((selection) => isSelected(expression, selection));
  return position < 0 ? pushColumn(columns, '', expression) : extraColumn('', position, expression);
}

function refuseAggregate(node: Expression, name: string): void {
  if (!hasAggregate(node)) return;
  throw new InvalidQueryError(`The annotation '${name}' aggregates the query itself.`, {
    field: name,
    remedy: 'Aggregate a relation, as in m.posts.count(), or use values() or aggregate().',
  });
}
