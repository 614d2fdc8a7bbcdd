import type { Expression, OrderNode } from '../core/ast/expressions.ts';
import { fieldPath } from '../core/ast/expressions.ts';
import type { RelationTree } from '../core/loader.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { limitOf } from './limits.ts';
import { addPaths, mergeTrees, relationNamed } from './paths.ts';
import { Prefetch } from './prefetch.ts';
import type { PrefetchState, QueryState } from './state.ts';

/** The relations of the model itself that a query loads. */
export function namesOfRelations({ joined, batched, prefetches }: QueryState): string[] {
  return [
    ...joined.keys(),
    ...batched.keys(),
    ...prefetches.filter(({ steps }) => steps.length === 0).map(({ relation }) => relation.name),
  ];
}

/** What is asked of query sets here, so that they can ask for this. */
export interface QuerySets {
  /** All rows of a model. */
  open(meta: ModelMeta): object;
  /** What a query set has been told; undefined for what is none. */
  stateOf(set: unknown): QueryState | undefined;
}

/** Paths and prefetches as they are given to `prefetchRelated`, added to what is loaded already. */
export function addPrefetches(
  state: QueryState,
  args: readonly unknown[],
  sets: QuerySets,
): Pick<QueryState, 'batched' | 'prefetches'> {
  const { meta } = state;
  let prefetches = state.prefetches;
  const paths = args.flatMap((arg) => {
    if (!(arg instanceof Prefetch)) return [arg];
    const added = resolvePrefetch(meta, arg, sets);
    checkName(state, added, prefetches);
    prefetches = [...prefetches, added];
    const steps = added.steps.map(({ name }) => name);
    if (added.as === undefined) steps.push(added.relation.name);
    return steps.length === 0 ? [] : [steps.join('.')];
  });
  return { batched: addPaths(meta, state.batched, paths, false), prefetches };
}

/** The relations that a query was asked to load, those with a query set of their own under their name. */
export function requestedTree({ joined, batched, prefetches }: QueryState): RelationTree {
  let tree = mergeTrees(joined, batched);
  for (const { steps, relation, as, state } of prefetches) {
    let branch: RelationTree = new Map([[as ?? relation.name, requestedTree(state)]]);
    for (const { name } of steps.toReversed()) branch = new Map([[name, branch]]);
    tree = mergeTrees(tree, branch);
  }
  return tree;
}

function resolvePrefetch(
  root: ModelMeta,
  { path, as, limitPerParent, build }: Prefetch,
  sets: QuerySets,
): PrefetchState {
  const relations: RelationMeta[] = [];
  for (const name of path.split('.')) relations.push(relationNamed(relations.at(-1)?.target ?? root, name, path));
  const relation = relations.at(-1)!;
  const all = sets.open(relation.target);
  const state = sets.stateOf(build === undefined ? all : build(all));
  if (state === undefined || state.meta !== relation.target)
    throw new InvalidQueryError(
      `The function of prefetch('${path}') gives a query set of ${relation.target.name}, as in (set) => set.filter({ … }).`,
      { model: relation.model.name, field: relation.name },
    );
  refuseOthersBusiness(path, relation, state);
  const limit = limitPerParent === undefined ? undefined : limitOfEach(path, relation, limitPerParent);
  if (as === undefined) refuseHalfFull(path, relation, state, limit !== undefined);
  else refuseHidden(path, relation.model, as);
  const order = totalOrder(state);
  return { steps: relations.slice(0, -1), relation, as, limit, state: { ...state, order, reversed: false } };
}

function limitOfEach(
  path: string,
  { model, name, many, target }: RelationMeta,
  value: unknown,
): PrefetchState['limit'] {
  if (!many)
    throw new InvalidQueryError(`prefetch('${path}') leads to one ${target.name}: there is nothing to limit.`, {
      model: model.name,
      field: name,
    });
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidQueryError(
      `The option 'limitPerParent' of prefetch('${path}') is a whole number from 1, not ${typeof value === 'number' ? 'this one' : describe(value)}.`,
      { model: model.name, field: name },
    );
  return limitOf(target, value);
}

/** What is about the query as a whole has no meaning in a part of it. */
function refuseOthersBusiness(path: string, { model, name, target }: RelationMeta, state: QueryState): void {
  const label = { model: model.name, field: name };
  if (state.limit !== undefined || state.offset !== undefined)
    throw new InvalidQueryError(
      `The limit() or offset() of prefetch('${path}') would be of all ${target.name} rows together.`,
      { ...label, remedy: "Use the option limitPerParent: prefetch('…', { as: '…', limitPerParent: 3 })." },
    );
  if (state.lock !== undefined || state.bounds !== undefined)
    throw new InvalidQueryError(
      `prefetch('${path}') was given a query set with ${state.lock === undefined ? 'a timeout or signal' : 'a lock'}.`,
      { ...label, remedy: 'Set it for the query that the prefetch is part of.' },
    );
}

/** A collection holds every row of its relation, or is not loaded. */
function refuseHalfFull(path: string, { model, name }: RelationMeta, state: QueryState, limited: boolean): void {
  const what = limited
    ? 'limited'
    : state.where.length > 0 || state.empty
      ? 'filtered'
      : state.annotations.length > 0
        ? 'annotated'
        : undefined;
  if (what === undefined) return;
  throw new InvalidQueryError(`prefetch('${path}') is ${what}, and ${model.name}.${name} holds all rows as they are.`, {
    model: model.name,
    field: name,
    remedy: `Give the result a name of its own: prefetch('${path}', { as: '…' }, …).`,
  });
}

function refuseHidden(path: string, owner: ModelMeta, as: unknown): void {
  if (typeof as !== 'string' || as === '')
    throw new InvalidQueryError(`The option 'as' of prefetch('${path}') is a name, not ${describe(as)}.`, {
      model: owner.name,
    });
  if (!hides(owner, as)) return;
  throw new InvalidQueryError(
    `prefetch('${path}', { as: '${as}' }) would hide ${owner.name}.${as}: give it another name.`,
    {
      model: owner.name,
      field: as,
    },
  );
}

/** Whether a name on an entity is taken: by a field, a relation, a method, or what every object has. */
export function hides(meta: ModelMeta, name: string): boolean {
  return (
    meta.fieldByName.has(name) ||
    meta.relationByName.has(name) ||
    meta.embeddedByName.has(name) ||
    name in meta.modelClass!.prototype
  );
}

/** One name on one entity is one thing. */
function checkName(
  { meta, annotations }: QueryState,
  { steps, relation, as }: PrefetchState,
  others: readonly PrefetchState[],
): void {
  const same = others.find(
    (other) =>
      (other.as ?? other.relation.name) === (as ?? relation.name) &&
      other.steps.length === steps.length &&
      other.steps.every((step, i) => step === steps[i]),
  );
  const label = { model: relation.model.name, field: as ?? relation.name };
  if (steps.length === 0 && annotations.some(({ name }) => name === as)) throw namedTwice(meta, as!);
  if (same !== undefined)
    throw new InvalidQueryError(
      as === undefined
        ? `${label.model}.${label.field} is prefetched twice, each time by a query set of its own.`
        : `Two prefetches of ${meta.name} go to the name '${as}'.`,
      label,
    );
}

/** @throws InvalidQueryError for an annotation that has the name of a prefetch. */
export function refusePrefetched(meta: ModelMeta, name: string, prefetches: readonly PrefetchState[]): void {
  if (prefetches.some(({ steps, as }) => steps.length === 0 && as === name)) throw namedTwice(meta, name);
}

function namedTwice(meta: ModelMeta, name: string): InvalidQueryError {
  return new InvalidQueryError(`'${name}' is an annotation and a prefetch of ${meta.name}: give one another name.`, {
    model: meta.name,
    field: name,
  });
}

/** The order that holds, and the key where it leaves rows equal: the same on every database. */
function totalOrder({ meta, order, reversed }: QueryState): OrderNode[] {
  const own = order ?? meta.ordering.map(({ field, descending }) => orderBy(fieldPath(field), descending));
  const rest = meta.key.filter((field) => !own.some(({ expression }) => isField(expression, field)));
  const whole = [...own, ...rest.map((field) => orderBy(fieldPath(field), false))];
  if (!reversed) return whole;
  return whole.map(({ expression, descending, nulls }) => ({
    expression,
    descending: !descending,
    nulls: nulls === undefined ? undefined : nulls === 'first' ? 'last' : 'first',
  }));
}

function isField(node: Expression, field: FieldMeta): boolean {
  return node.kind === 'path' && node.steps.length === 0 && node.field === field;
}

function orderBy(expression: Expression, descending: boolean): OrderNode {
  return { expression, descending, nulls: undefined };
}
