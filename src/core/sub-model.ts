import { DefinitionError, InvalidValueError } from '../utils/errors.ts';
import { RelationDefinition } from './definitions.ts';
import type { Definition, ModelDefinition, ModelOptions } from './definitions.ts';
import type { ModelClassValue } from './metadata.ts';
import { checkOptions, define } from './model.ts';
import type { Entity } from './model.ts';
import { definitionOf } from './registry.ts';
import type { SubModelFunction } from './types/index.ts';
import { describe } from './value-types.ts';

const OPTIONS = ['ordering', 'indexes', 'constraints'];

/** How many relations the models of one table have had so far. */
const relationCounts = new WeakMap<ModelDefinition, number>();

function createSubModel(
  parent: unknown,
  value: string | number,
  fields: Readonly<Record<string, Definition>> = {},
  options: Pick<ModelOptions, 'ordering' | 'indexes' | 'constraints'> = {},
): unknown {
  const inherited = definitionOf(parent);
  if (inherited === undefined)
    throw new InvalidValueError(`subModel() takes the class that it extends first, not ${describe(parent)}.`);
  const { name } = parent as ModelClassValue;
  const call = `subModel(${name}, …)`;
  if ((typeof value !== 'string' || value === '') && typeof value !== 'number')
    throw new InvalidValueError(`${call} takes the value of the discriminator next, not ${describe(value)}.`, {
      model: name,
    });
  if (inherited.subclass !== undefined)
    throw new DefinitionError([`${call}: ${name} is a subclass itself, and a subclass cannot be extended again.`], {
      model: name,
      remedy: 'Let both extend the model that has the discriminator.',
    });
  checkOptions(call, name, OPTIONS, fields, options);
  for (const field of Object.keys(fields)) {
    if (field in inherited.fields)
      throw new DefinitionError([`${call} has a field '${field}', which ${name} has already: give it another name.`], {
        model: name,
        field,
      });
  }
  const firstRelation = relationCounts.get(inherited) ?? relationsIn(inherited.fields);
  relationCounts.set(inherited, firstRelation + relationsIn(fields));
  const { indexes = [], constraints = [], ordering } = inherited.options;
  class Base extends (parent as unknown as typeof Entity) {}
  return define(
    Base as unknown as ModelClassValue,
    {
      name: String(value),
      fields: Object.freeze({ ...inherited.fields, ...fields }),
      options: {
        ...inherited.options,
        table: inherited.options.table ?? inherited.name,
        ...(options.ordering === undefined && ordering === undefined
          ? {}
          : { ordering: options.ordering ?? ordering! }),
        indexes: [...indexes, ...(options.indexes ?? [])],
        constraints: [...constraints, ...(options.constraints ?? [])],
      },
      subclass: Object.freeze({ root: parent, value, own: Object.freeze({ ...fields }), firstRelation }),
    },
    fields,
    firstRelation,
  );
}

function relationsIn(fields: ModelDefinition['fields']): number {
  return Object.values(fields).filter((field) => field instanceof RelationDefinition).length;
}

/**
 * The base class of a model whose rows stand in the table of another, told apart by a discriminator. What it extends
 * names it among its `subclasses`.
 *
 * @param parent The class that it extends: its fields, relations, indexes, methods and statics are inherited.
 * @param value What the discriminator says in its rows; set by the constructor, and never changed.
 * @param fields Fields and relations of its own. Their columns may be NULL in the table, for the rows of other classes.
 * @param options Ordering, indexes and constraints of its own.
 * @example
 * ```ts
 * import { f, model, subModel } from 'blazeorm';
 * class Animal extends model(
 *   'animal',
 *   { id: f.auto(), name: f.string(), kind: f.enum(['cat', 'dog']) },
 *   { discriminator: 'kind', subclasses: () => [Cat, Dog] },
 * ) {}
 * class Cat extends subModel(Animal, 'cat', { lives: f.int({ default: 9 }) }) {}
 * class Dog extends subModel(Animal, 'dog', { trick: f.string({ nullable: true }) }) {}
 * export const animals = [new Cat({ name: 'Tom' }), new Dog({ name: 'Rex', trick: 'roll' })];
 * ```
 */
export const subModel: SubModelFunction =
  // As with `model`: its type cannot be followed from a value.
  createSubModel as unknown as SubModelFunction;
