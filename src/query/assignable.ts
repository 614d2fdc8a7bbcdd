import { typeOf } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { FieldMeta } from '../core/metadata.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { sameFamily } from './families.ts';

/** Why no UPDATE writes a field; undefined for one that may be written. */
export function whyFixed({ primaryKey, generatedAs, index, model }: FieldMeta): string | undefined {
  if (primaryKey) return 'the key';
  if (generatedAs !== undefined) return 'generated';
  return model.inheritance?.discriminator.index === index ? 'what says of which class a row is' : undefined;
}

/** @throws InvalidQueryError for an expression of another kind than the field's. */
export function assignable(call: string, field: FieldMeta, value: Expression): Expression {
  const { type } = typeOf(value);
  if (sameFamily(field.type, type)) return value;
  if (value.kind === 'literal' && value.value === null) return value;
  throw new InvalidQueryError(
    `${call} cannot set ${field.model.name}.${field.name}, of type ${field.type.kind}, to an expression of type ${type.kind}.`,
    { model: field.model.name, field: field.name },
  );
}
