import type { FieldMeta, KeyMeta } from '../core/metadata.ts';
import type { FlushStep } from './flush-plan.ts';

/** When a flush wrote which reference: what the database then did by itself to rows that refer to others did not meet it. */
export class ReferenceWrites {
  readonly #steps: readonly FlushStep[];
  readonly #byField = new Map<FieldMeta, ReadonlyMap<object, number>>();

  constructor(steps: readonly FlushStep[]) {
    this.#steps = steps;
  }

  /** The position of the last step that wrote a key of an entity, or a part of it; -1 if none did. */
  last(entity: object, key: KeyMeta): number {
    return key.parts === undefined
      ? this.#lastOf(entity, key)
      : Math.max(...key.parts.map((part) => this.#lastOf(entity, part)));
  }

  #lastOf(entity: object, field: FieldMeta): number {
    let writes = this.#byField.get(field);
    if (writes === undefined) this.#byField.set(field, (writes = this.#find(field)));
    return writes.get(entity) ?? -1;
  }

  #find(field: FieldMeta): ReadonlyMap<object, number> {
    const found = new Map<object, number>();
    this.#steps.forEach((step, at) => {
      const writes =
        step.kind === 'insert' ||
        (step.kind === 'update' && step.changed.indexes.includes(field.index)) ||
        (step.kind === 'connect' && step.relation.cleared.some(({ index }) => index === field.index));
      if (writes) for (const entity of step.entities) found.set(entity, at);
    });
    return found;
  }
}

/** The position of the step in which a row made way for another that takes its value of a field. */
export function madeWay(steps: readonly FlushStep[], entity: object, field: KeyMeta): number | undefined {
  const at = steps.findIndex(
    (step) => step.kind === 'vacate' && step.field === field && step.entities.includes(entity),
  );
  return at === -1 ? undefined : at;
}
