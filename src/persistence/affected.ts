import { rootOf } from '../core/inheritance.ts';
import type { FieldMeta, ModelMeta, ReferentialAction } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';

/** What a statement changes: rows of tables, those of some of which are deleted, and fields. */
export interface Affected {
  readonly tables: ReadonlySet<ModelMeta>;
  readonly gone: ReadonlySet<ModelMeta>;
  readonly changed: ReadonlySet<FieldMeta>;
}

const FOLLOWED: ReadonlySet<ReferentialAction> = new Set<ReferentialAction>(['cascade', 'set null', 'set default']);

/**
 * The tables of which a statement changes rows, by itself or by keys that the database follows: it deletes rows of `root`, or
 * sets these fields of them.
 */
export function affectedBy(
  models: Iterable<ModelMeta>,
  root: ModelMeta,
  deletes: boolean,
  fields: Iterable<FieldMeta>,
): Affected {
  const owning = [...models].flatMap(({ relations }) => relations.filter((relation) => relation.owning));
  const gone = new Set<ModelMeta>(deletes ? [root] : []);
  const changed = new Set<FieldMeta>(fields);
  for (const table of gone)
    for (const { model, target, sourceField, onDelete } of owning) {
      if (rootOf(target) !== table || !FOLLOWED.has(onDelete)) continue;
      if (onDelete === 'cascade') gone.add(rootOf(model));
      else for (const part of partsOf(sourceField)) changed.add(part);
    }
  for (const field of changed)
    for (const { sourceField, targetField, onUpdate } of owning)
      // Keys of several fields are primary keys, which never change.
      if (targetField === field && sourceField.parts === undefined && FOLLOWED.has(onUpdate)) changed.add(sourceField);
  return { tables: new Set([root, ...gone, ...[...changed].map(({ model }) => rootOf(model))]), gone, changed };
}
