import { fieldKey, sameKey } from '../core/keys.ts';
import type { FieldMeta, KeyMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { readKey } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import { among } from './commit-order.ts';

/** The row among those of this flush that a reference of an entity leads to. */
export type TargetFinder = (entity: object, relation: RelationMeta) => object | undefined;

/** For inserts: by link where the other is new, by key where it has one. */
export function newTarget(entities: ReadonlyMap<ModelMeta, readonly object[]>): TargetFinder {
  const find = finder(entities, (item, key) => fieldKey(key, readKey(item, key)));
  return (entity, relation) => {
    const linked = State.link(entity, relation.index) as object | null | undefined;
    const key = readKey(entity, relation.sourceField);
    if (
      linked !== undefined &&
      linked !== null &&
      (key === undefined || sameKey(relation.targetField, readKey(linked, relation.targetField), key))
    )
      return linked;
    return find(relation, fieldKey(relation.targetField, key));
  };
}

/** For deletes: by what the database holds, since changes of a deleted entity are not written. */
export function storedTarget(entities: ReadonlyMap<ModelMeta, readonly object[]>): TargetFinder {
  const find = finder(entities, stored);
  return (entity, relation) => {
    const target = find(relation, stored(entity, relation.sourceField));
    // A row that refers to itself goes by itself.
    return target === entity ? undefined : target;
  };
}

/** A stored value as a text, since drivers take and give some types in different forms; undefined where it is not known. */
export function stored(entity: object, key: KeyMeta): string | undefined {
  if (key.parts === undefined) return storedPart(entity, key);
  const texts = key.parts.map((part) => storedPart(entity, part));
  return texts.includes(undefined) ? undefined : JSON.stringify(texts);
}

function storedPart(entity: object, field: FieldMeta): string | undefined {
  const row = State.row(entity);
  const value =
    row === null ? (Object.getOwnPropertyDescriptor(entity, field.name)?.value as unknown) : row[field.index];
  return value === null || value === undefined ? undefined : String(value as string | number | bigint | Uint8Array);
}

function finder(
  entities: ReadonlyMap<ModelMeta, readonly object[]>,
  valueOf: (item: object, key: KeyMeta) => unknown,
): (relation: RelationMeta, key: unknown) => object | undefined {
  const indexes = new Map<KeyMeta, Map<unknown, object>>();
  return ({ target, targetField }, key) => {
    if (key === null || key === undefined) return undefined;
    let index = indexes.get(targetField);
    if (index === undefined)
      indexes.set(
        targetField,
        (index = new Map(
          among(new Set(entities.keys()), target).flatMap((meta) =>
            entities.get(meta)!.map((item) => [valueOf(item, targetField), item]),
          ),
        )),
      );
    return index.get(key);
  };
}
