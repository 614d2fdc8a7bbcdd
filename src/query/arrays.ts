import type { CallExpression, Expression, ParamLabel, Typed } from '../core/ast/expressions.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { list } from './nodes.ts';

/** Makers of nodes for array fields. */

const INT: ValueType = Object.freeze({ kind: 'int' });

/** @throws InvalidQueryError for what is no array, InvalidValueError for items that it cannot have. */
export function arrayTest(
  operator: 'contains' | 'overlaps',
  node: Expression & Typed,
  items: unknown,
  label: ParamLabel,
): Expression {
  return { kind: 'arrayTest', operator, operand: node, list: list(itemType(node, label), items, label) };
}

/** The number of items. */
export function arrayLength(node: Expression & Typed, label: ParamLabel): CallExpression {
  itemType(node, label);
  return { kind: 'call', fn: 'arrayLength', args: [node], type: INT, nullable: node.nullable };
}

function itemType({ type }: Typed, label: ParamLabel): ValueType {
  if (type.kind === 'array') return type.of;
  throw new InvalidQueryError(`${label.model}.${label.field} is not an array.`, label);
}
