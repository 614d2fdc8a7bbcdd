import { knownValue } from '../core/field-values.ts';
import type { KeyMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { isAmong, partsOf, writeKey } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import { settleTold, tell, wasTold } from '../core/told.ts';
import type { ChangedFields } from './changed-fields.ts';
import { stored } from './row-targets.ts';

type Diff = (entity: object, row: readonly unknown[]) => ChangedFields | null;

/** What is needed here of the codec of a model. */
interface Codec {
  readonly meta: ModelMeta;
  readonly diff: Diff;
  keyIn(row: Row | null, key: KeyMeta): unknown;
}

const byField = new WeakMap<ModelMeta, readonly RelationMeta[]>();

/** The relations of a model that lead to others by a unique field that is not the key, and so may change. */
export function fieldRelations(meta: ModelMeta): readonly RelationMeta[] {
  let found = byField.get(meta);
  if (found === undefined) byField.set(meta, (found = meta.relations.filter(({ owning, toKey }) => owning && !toKey)));
  return found;
}

/** The entity that a reference was given and that is not written yet. */
export function toldTarget(entity: object, relation: RelationMeta): object | undefined {
  const linked = State.link(entity, relation.index);
  if (!State.is(linked)) return undefined;
  return wasTold(entity, relation, linked, knownValue(entity, relation.sourceField)) ? linked : undefined;
}

/** References that were given an entity are what that has now: its value may have been changed since. */
export function syncTold({ meta, diff }: Codec, entity: object): void {
  for (const relation of fieldRelations(meta)) {
    const target = toldTarget(entity, relation);
    if (target === undefined) continue;
    const row = State.row(entity);
    // What has not changed follows in the database.
    if (row !== null && !isAmong(relation.sourceField, diff(entity, row)?.indexes ?? [])) continue;
    const key = knownValue(target, relation.targetField);
    if (key === undefined) continue;
    writeKey(entity, relation.sourceField, key);
    tell(entity, relation, target, key);
  }
}

/** They are written. */
export function settleWritten(codec: Pick<Codec, 'meta' | 'keyIn'>, entities: readonly object[]): void {
  for (const relation of fieldRelations(codec.meta))
    for (const entity of entities) {
      const { sourceField } = relation;
      settleTold(entity, relation, codec.keyIn(State.row(entity), sourceField));
    }
}

/**
 * What differs from a row, with references that look as they did and lead to another: they were given an entity that is to have
 * the value which the former gives up.
 */
export function withRetold(meta: ModelMeta, none: ChangedFields, diff: Diff): Diff {
  const relations = fieldRelations(meta);
  if (relations.length === 0) return diff;
  return (entity, row) => {
    const changed = diff(entity, row);
    if (State.links(entity) === null) return changed;
    const known = changed?.indexes ?? [];
    const more = relations
      .filter((relation) => !isAmong(relation.sourceField, known) && isRetold(entity, relation))
      .flatMap(({ sourceField }) => partsOf(sourceField).map(({ index }) => index));
    if (more.length === 0) return changed;
    return [...known, ...more].toSorted((a, b) => a - b).reduce((set, index) => set.with(index), none);
  };
}

function isRetold(entity: object, relation: RelationMeta): boolean {
  const target = toldTarget(entity, relation);
  return target !== undefined && isMoved(entity, relation, target);
}

/** Whether the row of an entity leads to another than this. */
function isMoved(entity: object, { sourceField, targetField }: RelationMeta, target: object): boolean {
  return State.row(target) === null
    ? State.group(target)?.kind !== 'reference'
    : stored(entity, sourceField) !== stored(target, targetField);
}
