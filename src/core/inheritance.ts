import { UnknownDiscriminatorError } from '../utils/errors.ts';
import type { ModelClassValue, ModelMeta, VariantMeta } from './metadata.ts';
import { metaOf } from './registry.ts';
import { State } from './state.ts';
import type { Row } from './state.ts';

/** The model that a table belongs to: the model itself, unless it shares the table of another. */
export function rootOf(meta: ModelMeta): ModelMeta {
  return meta.inheritance === undefined ? meta : meta.inheritance.root;
}

/** Whether the rows of two models stand in one table. */
export function sameTable(a: ModelMeta, b: ModelMeta): boolean {
  return a === b || (a.inheritance !== undefined && a.inheritance.root === b.inheritance?.root);
}

/** Whether an entity is of a model, or of one that extends it. */
export function isOf(entity: object, meta: ModelMeta): boolean {
  return entity instanceof (meta.modelClass as unknown as new () => object); // Named cast: `instanceof` needs no more.
}

/** The model of an entity: that of its class. A group has a model too, but may hold entities of subclasses. */
export function modelOf(entity: object): ModelMeta {
  const meta = State.group(entity)?.meta;
  return meta !== undefined && meta.inheritance === undefined ? meta : metaOf(entity.constructor as ModelClassValue);
}

/** The class of a row of a query for `meta`, by its discriminator. @throws UnknownDiscriminatorError */
export function variantOf(meta: ModelMeta, value: unknown): VariantMeta {
  const { variants, discriminator } = meta.inheritance!;
  const variant = variants.get(value);
  if (variant !== undefined) return variant;
  throw new UnknownDiscriminatorError(
    `A row of ${meta.name} has '${String(value)}' for ${discriminator.name}, and no subclass of ${meta.name} goes by that.`,
    {
      model: meta.name,
      field: discriminator.name,
      remedy: `Known are ${[...variants.keys()].map((known) => `'${String(known)}'`).join(', ')}. Write a subModel() for it, and name it among the subclasses of ${meta.inheritance!.root.name}.`,
    },
  );
}

/** A row of a query for `meta` as its own class has it. */
export function ownRow(meta: ModelMeta, row: Row): { readonly meta: ModelMeta; readonly row: Row } {
  if (meta.inheritance === undefined) return { meta, row };
  const variant = variantOf(meta, row[meta.inheritance.discriminator.index]);
  return { meta: variant.meta, row: variant.positions.map((position) => row[position]) };
}
