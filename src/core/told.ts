import { sameKey } from './keys.ts';
import type { RelationMeta } from './metadata.ts';

/**
 * References by a unique field that is not the key: the entity that each was given, and the value that it had then. As long as the
 * reference is that value, it leads to that entity, whatever value this one has been given since; until it is written, when its row
 * says so.
 */
const told = new WeakMap<object, Told>();

/** What the references of an entity were given, by relation. */
export type Told = ReadonlyMap<RelationMeta, { readonly target: object; readonly key: unknown }>;

export function tell(entity: object, relation: RelationMeta, target: object, key: unknown): void {
  told.set(entity, new Map(told.get(entity)).set(relation, { target, key }));
}

export function wasTold(entity: object, relation: RelationMeta, target: object, key: unknown): boolean {
  const known = told.get(entity)?.get(relation);
  return known?.target === target && sameKey(relation.sourceField, known.key, key);
}

/** The reference has been written with this value. */
export function settleTold(entity: object, relation: RelationMeta, key: unknown): void {
  const known = told.get(entity);
  if (known?.has(relation) !== true || !sameKey(relation.sourceField, known.get(relation)!.key, key)) return;
  const left = new Map(known);
  left.delete(relation);
  told.set(entity, left);
}

/** To be put back if a transaction rolls back. */
export function toldOf(entity: object): Told | undefined {
  return told.get(entity);
}

export function tellAll(entity: object, known: Told | undefined): void {
  if (known === undefined) told.delete(entity);
  else told.set(entity, known);
}
