import { DefinitionError, InvalidValueError, NoSessionError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { checkCacheOption } from './cache-option.ts';
import { defineAccessors } from './accessors.ts';
import type { Definition, ModelDefinition, ModelOptions } from './definitions.ts';
import { initialise } from './initialise.ts';
import { listen } from './listeners.ts';
import { currentSession } from './loader.ts';
import type { ModelClassValue, ModelMeta } from './metadata.ts';
import { checkName, checkNames } from './names.ts';
import { DEFINITION, metaOf } from './registry.ts';
import { keyOf } from './keys.ts';
import { isReference } from './references.ts';
import { State } from './state.ts';
import { entityToJSON } from './to-json.ts';
import type { EntityEvent, ModelFunction } from './types/index.ts';
import { describe } from './value-types.ts';

/** What every model instance has besides its fields: a key, `load`, and a JSON form. */
export abstract class Entity {
  constructor(init: Readonly<Record<string, unknown>>) {
    new State(this, null, null);
    initialise(metaOf(new.target as unknown as ModelClassValue), this, init);
  }

  /** The model as it knows itself: table, fields, relations; frozen. */
  static get meta(): ModelMeta {
    return metaOf(this as unknown as ModelClassValue);
  }

  /** Call a function at an event of this model's entities, and of those of models that extend it. Gives what takes it back. */
  static on(event: EntityEvent, hook: unknown): () => void {
    return listen(this, event, hook);
  }

  /** A query over this model in the current session (inside `db.transaction`, `session.transaction` or `session.run`). */
  static objects(): unknown {
    const session = currentSession.getStore();
    if (session === undefined) {
      throw new NoSessionError(`${this.name}.objects() was called outside of a session.`, {
        model: this.name,
        remedy: `Call it inside db.transaction() or session.run(), or use session.query(${this.name}).`,
      });
    }
    return session.query(this as never);
  }

  /** The primary key: one value, or a tuple in the order of the key's fields. */
  get pk(): unknown {
    return keyOf(metaOfEntity(this), this);
  }

  /** Load this entity if it is a reference or partial; its peers come with it. */
  async load(): Promise<this> {
    const group = State.group(this);
    if (group === null) {
      if (State.row(this) !== null || !isReference(this)) return this;
      throw new NoSessionError(`${metaOfEntity(this).name} is a reference that belongs to no session.`, {
        model: metaOfEntity(this).name,
        remedy: 'Add its owner to a session first, or load it with session.get().',
      });
    }
    // A reference, or a row of which only some fields were read.
    if (isReference(this)) await group.loader.loadEntity(this);
    return this;
  }

  /** Fields as JSON values, and the relations that the query was asked to load. */
  toJSON(): Record<string, unknown> {
    return entityToJSON(metaOfEntity(this), this);
  }
}

/** The metadata of an instance's class. */
export function metaOfEntity(entity: object): ModelMeta {
  return metaOf(entity.constructor as ModelClassValue);
}

const OPTIONS = [
  'table',
  'schema',
  'primaryKey',
  'ordering',
  'indexes',
  'constraints',
  'scopes',
  'view',
  'readOnly',
  'renamedFrom',
  'comment',
  'cache',
];
const FAMILY = ['discriminator', 'discriminatorValue', 'subclasses'];

/** What is plainly wrong is refused where it is written; names of fields are checked when all models are known. */
export function checkOptions(
  call: string,
  name: string,
  known: readonly string[],
  fields: unknown,
  options: unknown,
): void {
  if (typeof fields !== 'object' || fields === null) {
    throw new DefinitionError([`${call} takes an object of fields, not ${describe(fields)}.`], {
      model: name,
    });
  }
  if (typeof options !== 'object' || options === null) {
    throw new DefinitionError([`${call} takes its options as an object, not ${describe(options)}.`], {
      model: name,
    });
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new DefinitionError([`${call} has no option '${key}'.`], {
        model: name,
        field: key,
        remedy: suggest(key, known),
      });
  }
  const { table, schema, comment, renamedFrom, primaryKey, ordering } = options as ModelOptions;
  checkName(call, 'table', table);
  checkName(call, 'renamedFrom', renamedFrom);
  checkName(call, 'schema', schema);
  checkName(call, 'comment', comment, true);
  checkNames(call, 'primaryKey', primaryKey);
  checkNames(call, 'ordering', ordering);
  checkCacheOption(call, name, options);
}

function createModel(name: string, fields: Readonly<Record<string, Definition>>, options: ModelOptions = {}): unknown {
  if (typeof name !== 'string' || name === '')
    throw new InvalidValueError("model() takes a name first, as in model('post', …).");
  checkOptions(`model('${name}', …)`, name, [...OPTIONS, ...FAMILY], fields, options);
  class Base extends Entity {}
  return define(Base, { name, fields: Object.freeze({ ...fields }), options }, fields, 0);
}

/** Give a base class its definition, and accessors for the relations that it adds. */
export function define(
  base: ModelClassValue,
  definition: ModelDefinition,
  own: ModelDefinition['fields'],
  first: number,
): unknown {
  Object.defineProperty(base, DEFINITION, { value: Object.freeze(definition) });
  defineAccessors(base.prototype, own, first);
  return base;
}

/** `model()` without what `validation` adds to its classes. */
export const model: ModelFunction =
  // The one cast from the running class to its inferred type: TypeScript cannot follow fields made from a value.
  createModel as unknown as ModelFunction;
