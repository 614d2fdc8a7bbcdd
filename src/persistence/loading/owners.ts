import type { EntityCollection } from '../../core/collection.ts';
import { fieldKey } from '../../core/keys.ts';
import type { KeyMeta, RelationMeta } from '../../core/metadata.ts';
import { readKey } from '../../core/relation-keys.ts';
import { State } from '../../core/state.ts';

type Values = Record<string, unknown>;

/** The loaded entities at the other end of a relation, each once. */
export function targetsOf(relation: RelationMeta, entities: readonly object[]): object[] {
  const targets = new Set<object>();
  for (const entity of entities) {
    const value = (entity as Values)[relation.name];
    if (value === null || value === undefined) continue;
    if (relation.many) for (const item of value as Iterable<object>) targets.add(item);
    else targets.add(value as object);
  }
  return [...targets];
}

/** The collection of a to-many relation. */
export function collection(owner: object, relation: RelationMeta): EntityCollection {
  return (owner as Record<string, EntityCollection>)[relation.name]!;
}

/** Those whose collection is not loaded. */
export function lackingCollection(relation: RelationMeta, entities: readonly object[]): object[] {
  return entities.filter((entity) => !collection(entity, relation).isLoaded);
}

/** Whether the entity at the other end is at hand, for a key that finds none in the identity map. */
export function hasLink(entity: object, relation: RelationMeta): boolean {
  const linked = State.link(entity, relation.index);
  return linked !== undefined && linked !== null && State.row(linked as object) !== null;
}

/** Values of a foreign key by what a Map compares, without NULL and what is not saved yet. */
export function keysOf({ sourceField }: RelationMeta, entities: readonly object[]): Map<unknown, unknown> {
  const keys = new Map<unknown, unknown>();
  for (const entity of entities) {
    const key = readKey(entity, sourceField);
    if (key !== null && key !== undefined) keys.set(fieldKey(sourceField, key), key);
  }
  return keys;
}

/** Entities by the value of a field that identifies them, as a Map compares it. */
export function byKey(
  field: KeyMeta,
  entities: readonly object[],
  valueOf: (entity: object, field: KeyMeta) => unknown,
): Map<unknown, object> {
  const map = new Map<unknown, object>();
  for (const entity of entities) {
    const key = valueOf(entity, field);
    if (key !== null && key !== undefined) map.set(fieldKey(field, key), entity);
  }
  return map;
}
