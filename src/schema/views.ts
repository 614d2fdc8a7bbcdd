import type { ModelMeta } from '../core/metadata.ts';
import { planView } from '../query/views.ts';

/** The views that are made here, each after those that its query reads; raw SQL after all that were given before it. */
export function viewsInOrder(models: readonly ModelMeta[]): ModelMeta[] {
  const views = models.filter((meta) => meta.view !== undefined && meta.view !== true);
  const placed = new Set<ModelMeta>();
  const place = (meta: ModelMeta, trail: readonly ModelMeta[]): void => {
    if (placed.has(meta) || trail.includes(meta)) return;
    for (const read of planView(meta)?.reads ?? views.slice(0, views.indexOf(meta)))
      if (views.includes(read)) place(read, [...trail, meta]);
    placed.add(meta);
  };
  for (const view of views) place(view, []);
  return [...placed];
}
