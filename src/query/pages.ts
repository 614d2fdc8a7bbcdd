import { conjunction, disjunction, FALSE, fieldPath, typeOf } from '../core/ast/expressions.ts';
import type { CompareOperator, Expression, OrderNode, ParamExpression } from '../core/ast/expressions.ts';
import type { ModelMeta } from '../core/metadata.ts';
import type { CountedPage, Page } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { repeats } from './combine.ts';
import { orderSignature, readCursor, writeCursor } from './cursors.ts';
import { limitOf } from './limits.ts';
import { plainValue } from './nodes.ts';
import { refuseUnordered } from './order-key.ts';
import { ordersOf, turned } from './orders.ts';
import type { QueryRunner } from './runner.ts';
import type { QueryState } from './state.ts';

const OPTIONS = new Set(['first', 'after', 'last', 'before', 'totalCount']);

/** What `page()` was asked for. */
interface Asked {
  readonly size: number;
  readonly backward: boolean;
  /** `undefined`: from the end. */
  readonly cursor: unknown;
  readonly counted: boolean;
}

/**
 * A page by keyset: the rows beyond a place in the order, found by the values that the order sorts by
 * (https://use-the-index-luke.com/no-offset). However deep, it costs what the first costs where an index serves the order,
 * and rows that come or go meanwhile shift nothing.
 *
 * @throws InvalidQueryError for options that make no page; InvalidCursorError for what is no cursor of this order.
 */
export async function readPage(
  runner: QueryRunner,
  state: QueryState,
  options: unknown,
): Promise<Page<object> | CountedPage<object>> {
  const { meta } = state;
  const asked = askedOf(state, options);
  const order = totalOrder(state);
  const signature = orderSignature(meta, order);
  const place =
    asked.cursor === undefined
      ? undefined
      : readCursor(
          meta,
          signature,
          order.map(({ expression }) => expression),
          asked.cursor,
        );
  const count = asked.counted ? await countOf(runner, state) : undefined;
  const sought = pageState(state, asked.backward ? order.map(turned) : order, place, asked.size + 1);
  const found = state.empty ? EMPTY : await runner.page(sought, asked.size, asked.backward);
  const [start = null, end = null] = found.ends.map((values) => writeCursor(meta, signature, values));
  const pageInfo = {
    startCursor: start,
    endCursor: end,
    hasNextPage: asked.backward ? place !== undefined : found.more,
    hasPreviousPage: asked.backward ? found.more : place !== undefined,
  };
  const page = { items: [...found.entities], pageInfo };
  return count === undefined ? page : { ...page, totalCount: count };
}

const EMPTY = { entities: [], ends: [], more: false };

async function countOf(runner: QueryRunner, state: QueryState): Promise<number> {
  if (state.empty) return 0;
  const [row] = await runner.rows({ kind: 'count', state: { ...state, lock: undefined }, columns: undefined });
  return row![0] as number;
}

function askedOf(state: QueryState, options: unknown): Asked {
  const { meta, limit, offset } = state;
  const problem = problemWith(options);
  if (problem !== undefined)
    throw new InvalidQueryError(`page() of ${meta.name} ${problem}.`, {
      model: meta.name,
      remedy: 'Use page({ first, after }) or page({ last, before }).',
    });
  if (limit !== undefined || offset !== undefined)
    throw new InvalidQueryError(`page() of ${meta.name} follows a limit() or an offset().`, {
      model: meta.name,
      remedy: 'Take them away: a page is cut by first or last alone.',
    });
  if (repeats(state))
    throw new InvalidQueryError(
      `page() of ${meta.name} is over a union() with { all: true }: a row that comes twice has one place in the order.`,
      { model: meta.name, remedy: 'Leave { all: true } away, or cut the rows by limit() and offset().' },
    );
  const { first, after, last, before, totalCount } = options as Record<string, unknown>;
  const backward = last !== undefined;
  const size = sizeOf(meta, backward ? 'last' : 'first', backward ? last : first);
  return { size, backward, cursor: (backward ? before : after) ?? undefined, counted: totalCount === true };
}

function sizeOf(meta: ModelMeta, option: 'first' | 'last', value: unknown): number {
  // One more is read, to see whether there is one.
  if (typeof value === 'number' && Number.isSafeInteger(value + 1) && value >= 0) return value;
  throw new InvalidQueryError(
    `page() of ${meta.name} takes ${option} as a whole number from 0, not ${typeof value === 'number' ? 'this one' : describe(value)}.`,
    { model: meta.name },
  );
}

function problemWith(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    return `takes an object, not ${describe(options)}`;
  const given = Object.keys(options).filter((name) => (options as Record<string, unknown>)[name] !== undefined);
  const unknown = given.find((name) => !OPTIONS.has(name));
  if (unknown !== undefined) return `has no option '${unknown}'`;
  const has = (name: string): boolean => given.includes(name);
  if (has('first') === has('last')) return has('first') ? 'was given both first and last' : 'needs first or last';
  if (has('last') ? has('after') : has('before')) return 'was given a cursor of the other direction';
  const { totalCount } = options as { totalCount?: unknown };
  return totalCount === undefined || typeof totalCount === 'boolean'
    ? undefined
    : `takes totalCount as true or false, not ${describe(totalCount)}`;
}

/**
 * The order with the key behind it, so that no two rows are equal. It goes on in the direction of the last sort key: an index
 * of those columns serves it either way.
 */
export function totalOrder(state: QueryState): readonly OrderNode[] {
  const own = ordersOf(state);
  const descending = own.at(-1)?.descending ?? state.reversed;
  const key = state.meta.key.map((field) => ({ expression: fieldPath(field), descending, nulls: undefined }));
  const order = needed(state.meta, [...own, ...key]);
  for (const { expression } of order) refuseUnordered(expression, `page() of ${state.meta.name}`);
  return order;
}

/** What is sorted by a second time changes nothing, nor does what follows a whole key. */
function needed({ key }: ModelMeta, order: readonly OrderNode[]): OrderNode[] {
  const seen = new Set<unknown>();
  const kept: OrderNode[] = [];
  for (const item of order) {
    const { expression } = item;
    const sorted = expression.kind === 'path' && expression.steps.length === 0 ? expression.field : expression;
    if (seen.has(sorted) || key.every((field) => seen.has(field))) continue;
    seen.add(sorted);
    kept.push(item);
  }
  return kept;
}

function pageState(
  state: QueryState,
  order: readonly OrderNode[],
  place: readonly unknown[] | undefined,
  limit: number,
): QueryState {
  const beyond = place === undefined ? [] : [rowsBeyond(state.meta, order, place)];
  return {
    ...state,
    where: [...state.where, ...beyond],
    order,
    reversed: false,
    limit: limitOf(state.meta, limit),
    keyed: true,
  };
}

/** One sort key and the value of it at the place where the page begins. */
interface Step {
  readonly order: OrderNode;
  readonly value: Expression;
}

/** The rows that the order puts behind a place. */
function rowsBeyond(meta: ModelMeta, order: readonly OrderNode[], place: readonly unknown[]): Expression {
  const steps = order.map((item, i) => ({ order: item, value: valueFor(meta, item.expression, place[i]) }));
  const { descending } = order[0]!;
  if (steps.length === 1 || !order.every((item) => isPlain(item) && item.descending === descending))
    return behind(steps);
  return {
    kind: 'compareRows',
    operator: descending ? 'lt' : 'gt',
    left: order.map(({ expression }) => expression),
    right: steps.map(({ value }) => value),
  };
}

/** A column that is never NULL and is compared as it is stored: rows of those can be compared. */
function isPlain({ expression }: OrderNode): boolean {
  if (expression.kind !== 'path' || expression.nullable) return false;
  return expression.type.kind !== 'decimal' && expression.type.kind !== 'custom';
}

function valueFor(meta: ModelMeta, expression: Expression, value: unknown): Expression {
  const label = { model: meta.name, field: expression.kind === 'path' ? expression.field.name : '(cursor)' };
  // Raw SQL says of no type what it is: the value is bound by what it is itself.
  if (value === null || expression.kind === 'raw') return plainValue(value, label);
  const { type } = typeOf(expression);
  return { kind: 'param', value, type, nullable: false, label } satisfies ParamExpression;
}

/**
 * `a >= ? AND (a > ? OR …)`: the rows behind, key by key. The first comparison says no more than the others and is one that an
 * index can begin at. NULL stands where the order puts it.
 */
function behind([step, ...rest]: readonly Step[]): Expression {
  const { order, value } = step!;
  const { expression, descending } = order;
  const nullsLast = (order.nulls ?? (descending ? 'last' : 'first')) === 'last';
  const further = rest.length === 0 ? FALSE : behind(rest);
  const isNull = (negated: boolean): Expression => ({ kind: 'isNull', operand: expression, negated });
  if (value.kind === 'literal')
    return nullsLast ? and(isNull(false), further) : disjunction([isNull(true), and(isNull(false), further)]);
  const compared = (operator: CompareOperator): Expression => ({
    kind: 'compare',
    operator,
    left: expression,
    right: value,
  });
  const strictly = compared(descending ? 'lt' : 'gt');
  const values =
    rest.length === 0 ? strictly : and(compared(descending ? 'lte' : 'gte'), disjunction([strictly, further]));
  return nullsLast && typeOf(expression).nullable ? disjunction([isNull(false), values]) : values;
}

function and(left: Expression, right: Expression): Expression {
  return left === FALSE || right === FALSE ? FALSE : conjunction([left, right]);
}
