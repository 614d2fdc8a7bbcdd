import type { ModelClassValue } from '../core/metadata.ts';
import { BlazeError, ValidationError } from '../utils/errors.ts';
import type { StandardResult, StandardValidator } from './standard-schema.ts';
import { fullClean } from './validate.ts';

/**
 * A model as a Standard Schema: a plain object becomes a new, valid entity, or issues with the names of their fields. What is
 * not an object of known fields is an issue, too; nothing is added to a session.
 */
export function schemaOf(modelClass: ModelClassValue): StandardValidator['~standard'] {
  return Object.freeze({
    version: 1,
    vendor: 'blazeorm',
    validate: (value: unknown) => make(modelClass, value),
  });
}

async function make(modelClass: ModelClassValue, value: unknown): Promise<StandardResult> {
  try {
    // Named cast: what the constructor is given it checks by itself.
    const entity = new (modelClass as unknown as new (init: unknown) => object)(value);
    await fullClean(entity);
    return { value: entity };
  } catch (error) {
    if (error instanceof ValidationError)
      return {
        issues: Object.entries(error.errors).flatMap(([field, problems]) =>
          problems.map(({ message }) => ({ message, path: field === '' ? [] : field.split('.') })),
        ),
      };
    if (error instanceof BlazeError)
      return { issues: [{ message: error.message, path: error.field === undefined ? [] : [error.field] }] };
    throw error;
  }
}
