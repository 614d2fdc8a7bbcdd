import type { ModelMeta } from '../core/metadata.ts';

/** One object per row: for each model a map from the key that the database returned to the entity. */
export class IdentityMap {
  readonly #maps = new Map<ModelMeta, Map<unknown, object>>();

  /** The map of one model; hydration works on it directly. */
  of(meta: ModelMeta): Map<unknown, object> {
    let map = this.#maps.get(meta);
    if (map === undefined) this.#maps.set(meta, (map = new Map()));
    return map;
  }

  /** Models of which there are entities, with them. */
  entries(): IterableIterator<[ModelMeta, Map<unknown, object>]> {
    return this.#maps.entries();
  }

  /** Models of which there may be entities. */
  models(): IterableIterator<ModelMeta> {
    return this.#maps.keys();
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
