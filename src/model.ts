/** `model()`, whose classes are Standard Schemas: the one place that joins `core` and `validation` for them. */
import type { ModelClassValue } from './core/metadata.ts';
import { Entity, model as coreModel } from './core/model.ts';
import type { ModelFunction } from './core/types/index.ts';
import { schemaOf } from './validation/model-schema.ts';

/** Each class is a schema of its own: the getter asks which it was read from. */
function asStandardSchemas(model: ModelFunction): ModelFunction {
  Object.defineProperty(Entity, '~standard', {
    get(this: ModelClassValue) {
      return schemaOf(this);
    },
  });
  return model;
}

/**
 * The base class of a model: extend what it returns. Every type is inferred from the fields.
 *
 * @param name Name of the model, and of its table unless `options.table` says otherwise.
 * @param fields Fields and relations, made with `f`; spread shared ones in.
 * @param options Table, composite key, ordering, indexes, constraints.
 * @example
 * ```ts
 * import { f, model } from 'blazeorm';
 * export class Genre extends model('genre', { id: f.auto(), name: f.string({ unique: true }) }) {
 *   get shout(): string {
 *     return this.name.toUpperCase();
 *   }
 * }
 * export const rock = new Genre({ name: 'Rock' });
 * ```
 */
export const model: ModelFunction = asStandardSchemas(coreModel);
