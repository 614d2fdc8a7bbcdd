import type { CacheStats } from '../../core/types/index.ts';

interface Counts {
  hits: number;
  misses: number;
}

/** How often the cache had what was asked of it, by model. */
export class CacheCounts {
  readonly #byModel = new Map<string, Counts>();

  add(model: string, hits: number, misses: number): void {
    const counts = this.#byModel.get(model);
    if (counts === undefined) this.#byModel.set(model, { hits, misses });
    else {
      counts.hits += hits;
      counts.misses += misses;
    }
  }

  /** What they are now. */
  show(): CacheStats {
    const models: Record<string, Counts> = {};
    const sum = { hits: 0, misses: 0 };
    for (const [model, { hits, misses }] of this.#byModel) {
      models[model] = { hits, misses };
      sum.hits += hits;
      sum.misses += misses;
    }
    return { ...sum, models };
  }
}
