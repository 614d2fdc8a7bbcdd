import type { ModelMeta, RelationMeta } from '../core/metadata.ts';
import { tableOf } from './tables.ts';

/** Tables in an order in which each comes after those that its foreign keys refer to; circles in the order given. */
export function creationOrder(models: readonly ModelMeta[]): ModelMeta[] {
  const wanted = new Set(models);
  const placed = new Set<ModelMeta>();
  const place = (model: ModelMeta, trail: readonly ModelMeta[]): void => {
    if (placed.has(model) || trail.includes(model)) return;
    for (const { owning, target } of model.relations)
      if (owning && wanted.has(tableOf(target))) place(tableOf(target), [...trail, model]);
    placed.add(model);
  };
  for (const model of wanted) place(model, []);
  return [...placed];
}

/** The foreign keys that, in that order, refer to a table that comes later. */
export function forwardReferences(ordered: readonly ModelMeta[]): RelationMeta[] {
  const placed = new Set<ModelMeta>();
  return ordered.flatMap((model) => {
    placed.add(model);
    return model.relations.filter(
      ({ owning, target }) => owning && !placed.has(tableOf(target)) && ordered.includes(tableOf(target)),
    );
  });
}
