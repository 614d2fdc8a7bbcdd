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

export const model: ModelFunction = asStandardSchemas(coreModel);
