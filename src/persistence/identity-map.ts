import { modelOf, rootOf } from '../core/inheritance.ts';
import type { ModelMeta } from '../core/metadata.ts';

/** What it would take too long to move. */
const MANY_MORE = 8;

/** One object per row: for each model, or each table that models share, a map from the key that the database returned to the entity. */
export class IdentityMap {
  readonly #maps = new Map<ModelMeta, Map<unknown, object>>();

  /** The map of one model; hydration works on it directly. */
  of(model: ModelMeta): Map<unknown, object> {
    const meta = rootOf(model);
    let map = this.#maps.get(meta);
    if (map === undefined) this.#maps.set(meta, (map = new Map()));
    return map;
  }

  /** Models of which there are entities, with them. Those of one table come class by class. */
  *entries(): IterableIterator<readonly [ModelMeta, Iterable<object>]> {
    for (const [meta, map] of this.#maps) {
      if (meta.inheritance === undefined) yield [meta, map.values()];
      else yield* byClass(map.values());
    }
  }

  /** The entities of one of the models that `models()` gives, class by class. */
  classes(meta: ModelMeta): Iterable<readonly [ModelMeta, Iterable<object>]> {
    const entities = this.of(meta).values();
    return meta.inheritance === undefined ? [[meta, entities]] : byClass(entities);
  }

  /** Models of which there may be entities. */
  models(): IterableIterator<ModelMeta> {
    return this.#maps.keys();
  }

  /**
   * Forget entities by their keys. A map in which many come and go leaves its former tables behind, and these hold on to what was
   * in them until V8 has looked through all memory: where few are left, they move to a new one.
   */
  without(meta: ModelMeta, keys: ReadonlySet<unknown>): void {
    const map = this.of(meta);
    if (map.size > MANY_MORE * keys.size) {
      for (const key of keys) map.delete(key);
      return;
    }
    this.#maps.set(rootOf(meta), new Map([...map].filter(([key]) => !keys.has(key))));
    // Who has it still finds nothing in it, and asks again.
    map.clear();
  }

  /** Forget every entity. */
  clear(): void {
    this.#maps.clear();
  }

  get size(): number {
    let size = 0;
    for (const map of this.#maps.values()) size += map.size;
    return size;
  }
}

function byClass(entities: Iterable<object>): Map<ModelMeta, object[]> {
  const classes = new Map<ModelMeta, object[]>();
  for (const entity of entities) {
    const meta = modelOf(entity);
    const found = classes.get(meta);
    if (found === undefined) classes.set(meta, [entity]);
    else found.push(entity);
  }
  return classes;
}
