import type { ModelMeta } from '../core/metadata.ts';
import { planView } from '../query/views.ts';

/**
 * The models that a query reads, with those that its views show: what is pending of them is written first. What raw SQL
 * shows is not known, so that may be any.
 */
export function withSources(reads: ReadonlySet<ModelMeta>, all: readonly ModelMeta[]): ReadonlySet<ModelMeta> {
  if (![...reads].some(({ view }) => view !== undefined)) return reads;
  const found = new Set<ModelMeta>();
  const add = (meta: ModelMeta): void => {
    if (found.has(meta)) return;
    found.add(meta);
    if (meta.view !== undefined) for (const source of planView(meta)?.reads ?? all) add(source);
  };
  for (const meta of reads) add(meta);
  return found;
}
