import { typeOf } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { FieldMeta } from '../core/metadata.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { sameFamily } from './families.ts';

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
