import { DefinitionError } from '../utils/errors.ts';
import type { ModelDefinition } from './definitions.ts';
import type { ModelClassValue, ModelMeta } from './metadata.ts';
import { resolveModels } from './resolve/resolve.ts';
import { describe } from './value-types.ts';

/** Under this key a model's base class keeps what `model()` was given. */
export const DEFINITION: unique symbol = Symbol('blazeorm.definition');

/** Metadata is made once per definition; a class and its definition live and die together. */
const resolved = new WeakMap<ModelDefinition, ModelMeta>();

/**
 * The metadata of a model class. At first use the model and everything it reaches are resolved together.
 *
 * @throws DefinitionError that lists every problem of the models reached.
 */
export function metaOf(modelClass: ModelClassValue): ModelMeta {
  const definition = definitionOf(modelClass);
  const meta = definition === undefined ? undefined : resolved.get(definition);
  if (meta !== undefined && meta.modelClass === modelClass) return meta;
  return new Registry([modelClass]).meta(modelClass);
}

/** What `model()` was given for this class; `undefined` if it is no model. */
export function definitionOf(modelClass: unknown): ModelDefinition | undefined {
  return typeof modelClass === 'function' ? (modelClass as { [DEFINITION]?: ModelDefinition })[DEFINITION] : undefined;
}

/**
 * The models that a database or a tool was given, and all that they reach.
 *
 * @example
 * ```ts
 * import { f, model, Registry } from 'blazeorm';
 * class Tag extends model('tag', { id: f.auto(), name: f.string() }) {}
 * export const tables = new Registry([Tag]).models.map((meta) => meta.table); // ['tag']
 * ```
 */
export class Registry {
  /** All models, link tables included, in the order in which they were reached. */
  readonly models: readonly ModelMeta[];

  /** @throws DefinitionError that lists every problem at once. */
  constructor(modelClasses: Iterable<unknown>) {
    if (typeof (modelClasses as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== 'function')
      throw new DefinitionError([`The models are given as a list, not as ${describe(modelClasses)}.`]);
    const classes = [...modelClasses];
    const strangers = classes.filter((item) => definitionOf(item) === undefined);
    if (strangers.length > 0) {
      throw new DefinitionError(
        strangers.map((item) => `${nameOf(item)} is not a model: a model is a class that extends model(…).`),
      );
    }
    const { models, fresh } = resolveModels(classes as ModelClassValue[], {
      definitionOf,
      known: (definition) => resolved.get(definition),
    });
    for (const [definition, meta] of fresh) resolved.set(definition, meta);
    this.models = Object.freeze(models);
  }

  /** The metadata of one of the models. */
  meta(modelClass: ModelClassValue): ModelMeta {
    const found = this.models.find((meta) => meta.modelClass === modelClass);
    if (found === undefined) {
      throw new DefinitionError([`${modelClass.name} is not among the models of this registry.`], {
        model: modelClass.name,
      });
    }
    return found;
  }
}

function nameOf(value: unknown): string {
  return typeof value === 'function' && value.name !== '' ? value.name : typeof value;
}
