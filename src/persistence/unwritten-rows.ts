import { knownValue } from '../core/field-values.ts';
import { isOf, modelOf } from '../core/inheritance.ts';
import { mapKey, sameKey } from '../core/keys.ts';
import type { LinkMeta, RelationMeta } from '../core/metadata.ts';
import { isAmong, sidesOf } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import type { CompiledCache } from './compiled.ts';
import type { LinkChange } from './link-change.ts';
import type { IdentityMap } from './identity-map.ts';
import type { MovedRow } from './loading/batched.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

/** The entity that a row of a model between two leads to by one of its relations, if the session has it. */
export function endAt(identityMap: IdentityMap, entity: object, relation: RelationMeta): object | undefined {
  const linked = State.link(entity, relation.index);
  const key = knownValue(entity, relation.sourceField);
  if (
    State.is(linked) &&
    (key === undefined || sameKey(relation.targetField, knownValue(linked, relation.targetField), key))
  )
    return linked;
  return targetAt(identityMap, relation, key);
}

function targetAt(identityMap: IdentityMap, relation: RelationMeta, key: unknown): object | undefined {
  const { target, toKey } = relation;
  if (key === undefined || key === null || !toKey) return undefined;
  return identityMap.of(target).get(mapKey(target, key));
}

/** Rows of a model between two that are new, or are to lead to others than they do in the database. */
export function* unwrittenRows(workspace: Workspace, work: UnitOfWork, link: LinkMeta): Generator<MovedRow> {
  const { identityMap, compiled } = workspace;
  const relations = sidesOf(link);
  const endsOf = (entity: object): MovedRow['to'] => [
    endAt(identityMap, entity, relations[0]),
    endAt(identityMap, entity, relations[1]),
  ];
  for (const entity of work.added)
    if (isOf(entity, link.model)) yield { from: [undefined, undefined], to: endsOf(entity) };
  for (const entity of identityMap.of(link.model).values()) {
    if (!isMoved(compiled, entity, link)) continue;
    const stored = storedEnds(compiled, entity, link);
    yield {
      from: [targetAt(identityMap, relations[0], stored[0]), targetAt(identityMap, relations[1], stored[1])],
      to: work.deleted.has(entity) ? [undefined, undefined] : endsOf(entity),
    };
  }
}

/** The keys in the database of rows of a model between two that are to lead to others. */
export function* keysLeft({ identityMap, compiled }: Workspace, link: LinkMeta): Generator<readonly unknown[]> {
  for (const entity of identityMap.of(link.model).values())
    if (isMoved(compiled, entity, link)) yield storedEnds(compiled, entity, link);
}

function storedEnds(compiled: CompiledCache, entity: object, { source, target }: LinkMeta): unknown[] {
  const [row, codec] = [State.row(entity)!, compiled.codec(modelOf(entity))];
  return [source, target].map((key) => codec.keyIn(row, key));
}

/**
 * What the rows of a model between two that the session has link an entity to, as they are now. `isTakenOut`: whether all
 * links to something are to go; what has come since stays.
 */
export function* linkedByRows(
  { identityMap, compiled }: Workspace,
  work: UnitOfWork,
  source: object,
  link: LinkMeta,
  isTakenOut: (target: object) => boolean,
): Generator<object> {
  const [from, to] = sidesOf(link);
  for (const rows of [identityMap.of(link.model).values(), work.added])
    for (const row of rows) {
      if (!isOf(row, link.model) || endAt(identityMap, row, from) !== source) continue;
      const target = endAt(identityMap, row, to);
      if (target === undefined) continue;
      if (work.added.has(row) || isMoved(compiled, row, link) || !isTakenOut(target)) yield target;
    }
}

/**
 * All links between two are taken out: new rows of the model between them are not saved, and those that have come to lead to
 * them, which a DELETE by the two would not be sure to meet, are deleted.
 */
export function dropUnwrittenRows(workspace: Workspace, work: UnitOfWork, pair: LinkChange): void {
  const { identityMap, compiled } = workspace;
  for (const entity of work.added) if (leadsToBoth(identityMap, entity, pair)) work.withdraw(entity);
  for (const entity of identityMap.of(pair.link.model).values())
    if (isMoved(compiled, entity, pair.link) && leadsToBoth(identityMap, entity, pair)) work.deleted.add(entity);
}

/** Whether an entity is a row between these two. */
export function leadsToBoth(identityMap: IdentityMap, entity: object, { link, source, target }: LinkChange): boolean {
  if (!isOf(entity, link.model)) return false;
  const [from, to] = sidesOf(link);
  return endAt(identityMap, entity, from) === source && endAt(identityMap, entity, to) === target;
}

/** Whether the row of an entity is one between these two in the database. */
export function isStoredBetween(
  compiled: CompiledCache,
  entity: object,
  { link, source, target }: LinkChange,
): boolean {
  if (!isOf(entity, link.model) || State.row(entity) === null) return false;
  const [from, to] = storedEnds(compiled, entity, link);
  const [here, there] = sidesOf(link);
  return (
    sameKey(link.source, from, knownValue(source, here.targetField)) &&
    sameKey(link.target, to, knownValue(target, there.targetField))
  );
}

function isMoved(compiled: CompiledCache, entity: object, { source, target }: LinkMeta): boolean {
  const row = State.row(entity);
  if (row === null) return false;
  const changed = compiled.codec(modelOf(entity)).diff(entity, row)?.indexes ?? [];
  return isAmong(source, changed) || isAmong(target, changed);
}
