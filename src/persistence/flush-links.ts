import { readField, writeField } from '../core/field-values.ts';
import { sameKey } from '../core/keys.ts';
import type { ModelMeta, RelationMeta } from '../core/metadata.ts';
import { partsOf, readKey } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import { SessionStateError } from '../utils/errors.ts';

/**
 * A relation that was set to an entity without a key takes the key over, once there is one. Which relations wait for one is asked
 * before any is answered: two may share a field.
 *
 * @throws SessionStateError where the entity has another value in a field that it would take over.
 */
export function syncLinks(meta: ModelMeta, entity: object): boolean {
  const links = State.links(entity);
  if (links === null) return false;
  let waiting: RelationMeta[] | undefined;
  for (const relation of meta.relations) {
    if (!relation.owning) continue;
    const target = links[relation.index];
    if (target === undefined || target === null || readKey(entity, relation.sourceField) !== undefined) continue;
    if (waiting === undefined) waiting = [relation];
    else waiting.push(relation);
  }
  if (waiting === undefined) return false;
  for (const relation of waiting) takeOver(entity, relation, links[relation.index] as object);
  return true;
}

function takeOver(entity: object, relation: RelationMeta, target: object): void {
  const others = partsOf(relation.targetField);
  partsOf(relation.sourceField).forEach((part, i) => {
    const value = readField(target, others[i]!);
    if (value === undefined) return;
    const present = readField(entity, part);
    if (present === undefined) writeField(entity, part, value);
    else if (!sameKey(part, present, value)) throw contradiction(relation, part.name);
  });
}

function contradiction({ model, name }: RelationMeta, field: string): SessionStateError {
  return new SessionStateError(
    `${model.name}.${name} leads to an entity with another value than ${model.name}.${field}, which is a part of its key.`,
    { model: model.name, field: name, remedy: `Set ${name} last, or all that have ${field} to the same.` },
  );
}
