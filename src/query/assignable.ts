import { typeOf } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { FieldMeta } from '../core/metadata.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';

/** Why no UPDATE writes a field; undefined for one that may be written. */
export function whyFixed({ primaryKey, generatedAs, index, model }: FieldMeta): string | undefined {
  if (primaryKey) return 'the key';
  if (generatedAs !== undefined) return 'generated';
  return model.inheritance?.discriminator.index === index ? 'what says of which class a row is' : undefined;
}

/** @throws InvalidQueryError for an expression of another kind than the field's. */
export function assignable(field: FieldMeta, value: Expression): Expression {
  const { kind } = typeOf(value).type;
  const [wanted, given] = [family(field.type.kind), family(kind)];
  if (wanted === given || kind === 'custom' || field.type.kind === 'custom') return value;
  if (value.kind === 'literal' && value.value === null) return value;
  throw new InvalidQueryError(
    `update() cannot set ${field.model.name}.${field.name}, of type ${field.type.kind}, to an expression of type ${kind}.`,
    { model: field.model.name, field: field.name },
  );
}

/** Types whose values go into each other's columns. */
function family(kind: ValueType['kind']): string {
  if (['int', 'smallInt', 'bigint', 'float', 'decimal'].includes(kind)) return 'number';
  return kind === 'string' || kind === 'enum' ? 'text' : kind;
}
