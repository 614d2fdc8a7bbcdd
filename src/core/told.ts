import { sameKey } from './keys.ts';
import type { RelationMeta } from './metadata.ts';

/**
 * References by a unique field that is not the key: what they became when they were given an entity. As long as a reference is that,
 * it leads to that entity, whatever value this one has been given since; until it is written, when its row says so.
 */
const told = new WeakMap<object, ReadonlyMap<RelationMeta, unknown>>();

/** What the references of an entity became, by relation. */
export type Told = ReadonlyMap<RelationMeta, unknown>;

export function tell(entity: object, relation: RelationMeta, key: unknown): void {
  told.set(entity, new Map(told.get(entity)).set(relation, key));
}

export function wasTold(entity: object, relation: RelationMeta, key: unknown): boolean {
  const known = told.get(entity);
  return known?.has(relation) === true && sameKey(relation.sourceField, known.get(relation), key);
}

/** The reference is written. */
export function settleTold(entity: object, relation: RelationMeta, key: unknown): void {
  if (!wasTold(entity, relation, key)) return;
  const left = new Map(told.get(entity));
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
