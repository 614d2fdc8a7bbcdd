import { conjunction } from '../core/ast/expressions.ts';
import type { Expression, JsonExpression, JsonForm, JsonScalar, ParamLabel, Typed } from '../core/ast/expressions.ts';
import { describe, invalidValue, problemWith } from '../core/value-types.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { lostInJson } from './lost-in-json.ts';
import { param } from './nodes.ts';

/** Makers of nodes for what is inside of JSON. */

type Step = string | number;

const JSON_TYPE: ValueType = Object.freeze({ kind: 'json' });
const TYPES: Readonly<Record<JsonForm, ValueType>> = Object.freeze({
  json: JSON_TYPE,
  text: Object.freeze({ kind: 'text' }),
  number: Object.freeze({ kind: 'float' }),
  bool: Object.freeze({ kind: 'bool' }),
  null: Object.freeze({ kind: 'bool' }),
  array: Object.freeze({ kind: 'bool' }),
  object: Object.freeze({ kind: 'bool' }),
});

/**
 * A part of a JSON value. A text is a key of an object, a number a position in an array.
 *
 * @throws InvalidQueryError for what is no JSON, InvalidValueError for a step that is neither.
 */
export function jsonAt(node: Expression & Typed, steps: unknown, label: ParamLabel): JsonExpression {
  if (node.type.kind !== 'json')
    throw new InvalidQueryError(`${label.model}.${label.field} is not JSON: it has no parts to look at.`, label);
  if (!Array.isArray(steps))
    throw invalidValue(label.model, label.field, `takes a path as a list, not ${describe(steps)}`);
  const [operand, before] = node.kind === 'json' ? [node.operand, pathOf(node)] : [node, []];
  const path = [...before, ...steps.map((step) => checkedStep(step, label))];
  return {
    kind: 'json',
    operand,
    path: { kind: 'param', value: Object.freeze(path), type: JSON_TYPE, nullable: false, label },
    steps: path.map((step) => (typeof step === 'number' ? 'position' : 'key')),
    as: 'json',
    type: JSON_TYPE,
    nullable: true,
  };
}

function pathOf({ path }: JsonExpression): readonly Step[] {
  return path.value as readonly Step[];
}

function checkedStep(step: unknown, { model, field }: ParamLabel): Step {
  if (typeof step === 'number' && Number.isInteger(step) && step >= 0 && step < 2 ** 31) return step;
  if (typeof step !== 'string')
    throw invalidValue(model, field, `takes keys and positions from 0 as the steps of a path, not ${describe(step)}`);
  const problem = problemWith(TYPES.text, step);
  if (problem !== undefined) throw invalidValue(model, field, problem);
  return step;
}

/** Whether there is an object with this key. */
export function hasKey(node: Expression & Typed, key: unknown, label: ParamLabel): Expression {
  if (typeof key === 'string') return { kind: 'isNull', operand: jsonAt(node, [key], label), negated: true };
  throw invalidValue(label.model, label.field, `takes the name of a key as a text, not ${describe(key)}`);
}

/** A part of JSON as a value of a type; NULL where it is of another. */
export function jsonAs(node: JsonExpression, as: JsonForm): JsonExpression {
  return { ...node, as, type: TYPES[as] };
}

/** The part as what the value is, so that the two can be compared: a text, a number, a boolean, or JSON's null. */
export function jsonLike(node: JsonExpression, value: unknown, label: ParamLabel): JsonExpression {
  return jsonAs(node, formOf(value, label));
}

function formOf(value: unknown, { model, field }: ParamLabel): JsonScalar | 'null' {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' && Number.isFinite(value)) return 'number';
  throw invalidValue(
    model,
    field,
    `is compared with texts, numbers, booleans and null inside of JSON, not ${describe(value)}`,
  );
}

/** Whether a part of JSON is this scalar. */
export function jsonIs(node: JsonExpression, value: unknown, label: ParamLabel): Expression {
  const left = jsonLike(node, value, label);
  if (value === null) return left;
  return { kind: 'compare', operator: 'eq', left, right: param(left.type, value, label) };
}

/**
 * Whether JSON contains a value: objects these keys with values that contain theirs, arrays these items, in any order. Items
 * are scalars, since databases disagree on arrays in arrays.
 *
 * @throws InvalidValueError for objects and arrays in arrays, and for what JSON would leave out, such as `undefined`.
 */
export function jsonContains(node: Expression & Typed, value: unknown, label: ParamLabel): Expression {
  const whole = jsonAt(node, [], label);
  const problem = problemWith(JSON_TYPE, value) ?? lostInJson(value);
  if (problem !== undefined) throw invalidValue(label.model, label.field, problem);
  // What it is in JSON: dates are texts there.
  const plain = JSON.parse(JSON.stringify(value)) as unknown;
  const parts = containment(whole, plain, label);
  // A scalar is contained in itself alone.
  if (typeof plain !== 'object' || plain === null) return parts;
  return { kind: 'jsonContains', operand: node, value: param(JSON_TYPE, plain, label), parts };
}

function containment(node: JsonExpression, value: unknown, label: ParamLabel): Expression {
  if (Array.isArray(value))
    return value.length === 0 ? jsonAs(node, 'array') : conjunction(value.map((item) => hasItem(node, item, label)));
  if (typeof value !== 'object' || value === null) return jsonIs(node, value, label);
  const members = Object.entries(value);
  return members.length === 0
    ? jsonAs(node, 'object')
    : conjunction(members.map(([key, part]) => containment(jsonAt(node, [key], label), part, label)));
}

function hasItem(array: JsonExpression, item: unknown, label: ParamLabel): Expression {
  const as = formOf(item, label);
  const element = as === 'null' ? param(TYPES.bool, true, label) : param(TYPES[as], item, label);
  return { kind: 'jsonElement', array, as, element };
}
