import { readField, tupleOf, writeField } from './field-values.ts';
import type { FieldMeta, KeyMeta, LinkMeta, RelationMeta } from './metadata.ts';
import type { Row } from './state.ts';

/**
 * The keys that relations go by, of one field or of several: callers need not know of how many. The value of several is the
 * frozen tuple of theirs. As in SQL (MATCH SIMPLE), a row of which one part is NULL refers to nothing: the whole is null.
 */

/** The fields of a key, in the order of its value. */
export function partsOf(key: KeyMeta): readonly FieldMeta[] {
  return key.parts ?? [key];
}

/** The value of a key as the entity has it; null where it refers to nothing, undefined while a part is not known. */
export function readKey(entity: object, key: KeyMeta): unknown {
  return key.parts === undefined ? readField(entity, key) : tupleOf(key.parts, (part) => readField(entity, part));
}

/** Whether the entity has all of a key, whatever it is, so that reading it throws nothing. */
export function hasOwnKey(entity: object, key: KeyMeta): boolean {
  return partsOf(key).every(({ path }) => Object.hasOwn(entity, path[0]!));
}

/** Whether a key is one that leads to a row. */
export function isWhole(key: unknown): boolean {
  return key !== undefined && key !== null;
}

/** A value of a key, part by part: null and undefined are those of each. */
export function partsOfValue(key: KeyMeta, value: unknown): readonly unknown[] {
  if (key.parts === undefined) return [value];
  return isWhole(value) ? (value as readonly unknown[]) : key.parts.map(() => value);
}

/** Set the value of a key; undefined: it is not known yet. */
export function writeKey(entity: object, key: KeyMeta, value: unknown): void {
  if (key.parts === undefined) writeField(entity, key, value);
  else {
    const values = partsOfValue(key, value);
    key.parts.forEach((part, i) => writeField(entity, part, values[i]));
  }
}

/** What the relation of an entity refers to: the key of that one, as far as it has one; null sets what may be null. */
export function referTo(entity: object, relation: RelationMeta, target: object | null): void {
  const { sourceField: source, targetField } = relation;
  if (target === null) for (const field of relation.cleared) writeField(entity, field, null);
  else if (source.parts === undefined) writeField(entity, source, readKey(target, targetField));
  else {
    const others = partsOf(targetField);
    source.parts.forEach((part, i) => writeField(entity, part, readField(target, others[i]!)));
  }
}

/** Whether a part of a key is one of these fields, by their indexes. */
export function isAmong(key: KeyMeta, indexes: readonly number[]): boolean {
  return key.parts === undefined ? indexes.includes(key.index) : key.parts.some(({ index }) => indexes.includes(index));
}

/** Whether two keys of classes of one table are the same columns. */
export function sameColumns(a: KeyMeta, b: KeyMeta): boolean {
  const [first, second] = [partsOf(a), partsOf(b)];
  return first.length === second.length && first.every(({ index }, i) => index === second[i]!.index);
}

/** Of two keys of one model, which has the columns that come later. */
export function comesAfter(a: KeyMeta, b: KeyMeta): boolean {
  const [first, second] = [partsOf(a), partsOf(b)];
  const at = first.findIndex(({ index }, i) => index !== second[i]?.index);
  return at >= 0 && first[at]!.index > (second[at]?.index ?? -1);
}

/** Whether all of a key was read with a row. */
export function isRead(row: Row | null | undefined, key: KeyMeta): boolean {
  if (row === null || row === undefined) return false;
  return key.parts === undefined
    ? row[key.index] !== undefined
    : key.parts.every(({ index }) => row[index] !== undefined);
}

/** Whether a relation of these names has the field as a part of its key. */
export function isPartOf({ model, index }: FieldMeta, names: ReadonlySet<string>): boolean {
  return model.relations.some(
    ({ name, owning, sourceField }) =>
      owning && names.has(name) && sourceField.parts?.some((part) => part.index === index),
  );
}

/** Whether a key has a part that is one of the model's own primary key, which never changes. */
export function holdsKey(key: KeyMeta): boolean {
  return partsOf(key).some(({ primaryKey }) => primaryKey);
}

/** Whether a key is the primary key of its model, which never changes. */
export function isPrimaryKey(key: KeyMeta): boolean {
  return key.parts === undefined ? key.primaryKey : key === key.model.identity;
}

/** How errors name a key. */
export function keyName(key: KeyMeta): string {
  return partsOf(key)
    .map(({ name }) => name)
    .join(' and ');
}

/** The foreign keys of the rows of a many-to-many relation: to this side, and to the other. */
export function sidesOf(link: LinkMeta): readonly [source: RelationMeta, target: RelationMeta] {
  return [sideOf(link, link.source), sideOf(link, link.target)];
}

function sideOf({ model }: LinkMeta, key: KeyMeta): RelationMeta {
  return key.parts === undefined
    ? key.relation!
    : model.relations.find(({ owning, sourceField }) => owning && sourceField === key)!;
}
