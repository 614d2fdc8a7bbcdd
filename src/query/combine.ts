import { typeOf } from '../core/ast/expressions.ts';
import type { Expression, SetOperator } from '../core/ast/expressions.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { sameColumn } from './families.ts';
import { checkNestable, Nestable } from './nested.ts';
import { DEPTH } from './recursion.ts';
import { FOUND, foundColumn, isCut } from './sources.ts';
import { initialState } from './state.ts';
import type { CombinedSource, NamedExpression, QueryState, SetState } from './state.ts';
import { childrenOf } from './walk.ts';

/** How sets are put together, as the methods are called. */
export type Combination = 'union' | 'intersection' | 'difference';

const OPERATORS: Readonly<Record<Combination, SetOperator>> = {
  union: 'union',
  intersection: 'intersect',
  difference: 'except',
};

/**
 * Two sets of entities of one model as one, which loads what the first one loads. Its rows are in no order but the model's.
 *
 * @throws InvalidQueryError for sets that cannot be put together.
 */
export function combinedRows(call: Combination, left: QueryState, other: unknown, options?: unknown): QueryState {
  const right = otherSet(call, other);
  const {
    meta,
    joined,
    batched,
    prefetches,
    readOnly,
    annotations,
    fields,
    bounds,
    using,
    fresh,
    owner,
    origins,
    scopes,
  } = left;
  if (right.columns !== undefined || right.state.meta !== meta)
    throw refused(call, left, `takes another query for ${meta.name}, not one for ${whatOf(right)}.`);
  if (left.lock !== undefined) throw refused(call, left, 'takes queries that lock no rows: lock the whole.');
  if (annotations.some(({ expression }) => isDepth(expression)))
    throw refused(call, left, 'loses the depth of recursive(): follow the relation from the whole.');
  const source = sourceOf(call, [{ state: bare(left), columns: undefined }, right], options);
  const empty = source.sides.length === 0;
  const kept = { joined, batched, prefetches, readOnly, annotations, fields, bounds, using, fresh, origins };
  return { ...initialState(meta, scopes, owner), ...kept, empty, source: empty ? undefined : source };
}

/** Two sets of values as one: what is asked of the database, and the columns. They are of one type each. */
export function combinedValues(
  call: Combination,
  left: QueryState,
  columns: readonly NamedExpression[],
  byName: boolean,
  other: unknown,
  options?: unknown,
): { readonly state: QueryState; readonly columns: readonly NamedExpression[] } {
  const right = otherSet(call, other);
  if (right.columns === undefined)
    throw refused(call, left, `takes another query for values, not one for ${whatOf(right)}.`);
  checkColumns(call, left, columns, right.columns, byName);
  if (left.lock !== undefined) throw refused(call, left, 'takes queries that lock no rows.');
  const source = sourceOf(call, [{ state: bare(left), columns }, right], options);
  const empty = source.sides.length === 0;
  const { meta, owner, scopes, bounds, using } = left;
  const found = columns.map(({ name, expression }, i) => {
    const nullable = typeOf(expression).nullable || typeOf(right.columns![i]!.expression).nullable;
    return { name, expression: foundColumn(i, expression, nullable) };
  });
  return {
    state: {
      ...initialState(meta, scopes, owner),
      order: [],
      bounds,
      using,
      empty,
      source: empty ? undefined : source,
    },
    columns: found,
  };
}

/** Whether something says which rows are meant, so that they may all be written. */
export function isFiltered({ where, unfiltered, limit, empty, source }: QueryState): boolean {
  if (where.length > 0 || unfiltered || limit !== undefined || empty) return true;
  if (source === undefined) return false;
  if (source.kind === 'recursive') return isFiltered(source.start);
  const sides = source.sides.map(({ state }) => isFiltered(state));
  if (source.operator === 'union') return sides.every(Boolean);
  return source.operator === 'except' ? sides.length > 1 || sides[0]! : sides.some(Boolean);
}

/** Whether an entity may come twice: some side of a union with `{ all: true }` may have what another has. */
export function repeats({ source }: QueryState): boolean {
  if (source?.kind !== 'combined' || !source.all) return false;
  return source.sides.length > 1 || source.sides.some(({ state }) => repeats(state));
}

function otherSet(call: Combination, other: unknown): SetState {
  const set = Nestable.set(other);
  if (set === undefined) throw new InvalidQueryError(`${call}() takes another query, not ${describe(other)}.`);
  checkNestable(set.state, `${call}()`);
  return set;
}

function sourceOf(call: Combination, [left, right]: readonly [SetState, SetState], options: unknown): CombinedSource {
  const all = allOf(call, left.state, options);
  const operator = OPERATORS[call];
  // Nothing is sent of a set that is known to be empty.
  const given = [left, right].filter(({ state }) => !state.empty);
  const none = call === 'intersection' ? given.length < 2 : call === 'difference' && left.state.empty;
  const sides = none ? [] : given.flatMap((side, i) => (i === 0 ? flat(side, operator, all) : [side]));
  return { kind: 'combined', operator, all, sides };
}

/** The sides of a first set that was put together in the same way: databases take them from left to right as well. */
function flat(side: SetState, operator: SetOperator, all: boolean): readonly SetState[] {
  const { source, where, distinct } = side.state;
  const same = source?.kind === 'combined' && source.operator === operator && source.all === all;
  return same && where.length === 0 && !distinct && !isCut(side.state) && !regrouped(side) ? source.sides : [side];
}

/** Whether values are others than those that the sides gave, or more of the same. */
function regrouped({ state, columns }: SetState): boolean {
  if (columns === undefined) return false;
  const source = state.source as CombinedSource; // Named cast: asked of combined ones only.
  return source.sides[0]!.columns?.length !== columns.length;
}

function allOf(call: Combination, { meta }: QueryState, options: unknown): boolean {
  if (options === undefined) return false;
  if (call !== 'union')
    throw new InvalidQueryError(`${call}() takes another query and no options: each row comes once.`, {
      model: meta.name,
      remedy: 'Only union() keeps rows that come twice, with { all: true }.',
    });
  if (typeof options !== 'object' || options === null)
    throw new InvalidQueryError(`${call}() takes { all: true } or nothing, not ${describe(options)}.`, {
      model: meta.name,
    });
  const unknown = Object.keys(options).find((key) => key !== 'all');
  if (unknown !== undefined)
    throw new InvalidQueryError(`${call}() has no option '${unknown}'.`, {
      model: meta.name,
      remedy: suggest(unknown, ['all']),
    });
  const { all = false } = options as { all?: unknown }; // Named cast: an object with no other key.
  if (typeof all !== 'boolean')
    throw new InvalidQueryError(`${call}() takes all as true or false, not ${describe(all)}.`, { model: meta.name });
  return all;
}

/** What says which rows are meant, and nothing of how they are loaded. */
function bare(state: QueryState): QueryState {
  const { joined, batched, prefetches, annotations, fields, bounds, using, fresh } = initialState(
    state.meta,
    state.scopes,
  );
  return { ...state, joined, batched, prefetches, annotations, fields, bounds, using, fresh };
}

function checkColumns(
  call: Combination,
  left: QueryState,
  columns: readonly NamedExpression[],
  others: readonly NamedExpression[],
  byName: boolean,
): void {
  const names = (list: readonly NamedExpression[]): string => list.map(({ name }) => `'${name}'`).join(', ');
  if (columns.length !== others.length || (byName && columns.some(({ name }, i) => name !== others[i]!.name)))
    throw refused(call, left, `takes queries of the same columns: ${names(columns)} are not ${names(others)}.`);
  for (const [i, { name, expression }] of columns.entries()) {
    const [a, b] = [typeOf(expression).type, typeOf(others[i]!.expression).type];
    if (!sameColumn(a, b))
      throw refused(call, left, `takes columns of the same type: '${name}' is ${a.kind} and ${b.kind}.`);
  }
}

function isDepth(node: Expression): boolean {
  if (node.kind === 'column') return node.alias === FOUND && node.column === DEPTH;
  return childrenOf(node).some(isDepth);
}

function whatOf({ state, columns }: SetState): string {
  return columns === undefined ? state.meta.name : `values of ${state.meta.name}`;
}

function refused(call: Combination, { meta }: QueryState, what: string): InvalidQueryError {
  return new InvalidQueryError(`${call}() ${what}`, { model: meta.name });
}
