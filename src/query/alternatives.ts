import { typeOf } from '../core/ast/expressions.ts';
import type { Expression, ParamLabel } from '../core/ast/expressions.ts';
import { describe } from '../core/value-types.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidValueError } from '../utils/errors.ts';
import { commonType } from './common-type.ts';
import { ExpressionBuilder } from './expressions.ts';
import { isNumeric, operand, param, plainType } from './nodes.ts';

/** Expressions and plain values of which one is chosen: values take the type of the expressions beside them. */
export function alternatives(values: readonly unknown[], place: string): { nodes: Expression[]; type: ValueType } {
  const label = { model: 'The query', field: place };
  const expressions = values
    .filter((value) => ExpressionBuilder.is(value))
    .map((value) => ExpressionBuilder.value(value));
  const known = expressions.filter((node) => node.kind !== 'literal' || node.value !== null);
  const beside =
    known.length === 0
      ? undefined
      : commonType(
          known.map((node) => typeOf(node).type),
          place,
        );
  const nodes = values.map((value) => {
    if (ExpressionBuilder.is(value)) return ExpressionBuilder.value(value);
    return beside === undefined ? valueNode(value, label) : valueBeside(beside, value, label);
  });
  return {
    nodes,
    type: commonType(
      nodes.map((node) => typeOf(node).type),
      place,
    ),
  };
}

/** A value beside expressions of a type. */
export function valueBeside(type: ValueType, value: unknown, label: ParamLabel): Expression {
  if (type.kind === 'custom' && value !== null) return valueNode(value, label);
  return isNumeric(type) ? operand(type, value, label) : param(type, value, label);
}

/** A value by itself, as what it is. @throws InvalidValueError for what no database has a plain form of. */
export function valueNode(value: unknown, label: ParamLabel): Expression {
  const type = plainType(value);
  if (type !== undefined) return param(type, value, label);
  throw new InvalidValueError(`${label.field} takes expressions and plain values, not ${describe(value)}.`, {
    remedy: 'Give a string, number, bigint, boolean, Date or Uint8Array.',
  });
}
