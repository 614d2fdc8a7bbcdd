import { types } from 'node:util';
import { modelAt } from '../core/ast/expressions.ts';
import type {
  AggregateName,
  ArithmeticExpression,
  ArithmeticOperator,
  Expression,
  ListParam,
  Origin,
  ParamExpression,
  ParamLabel,
  PathExpression,
  Typed,
} from '../core/ast/expressions.ts';
import type { FieldMeta, RelationMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';
import { comparisonProblem, describe, invalidValue, problemWith } from '../core/value-types.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError } from '../utils/errors.ts';
import { lostInJson } from './lost-in-json.ts';
import { Placeholder } from './placeholder.ts';

/** Makers of nodes: types are inferred and values checked here, once, for filters and callbacks alike. */

/** A field at the end of to-one steps; NULL may come from the field, or from any step on the way: a scope may hide its row. */
export function path(steps: readonly RelationMeta[], field: FieldMeta, origin?: Origin): PathExpression {
  return {
    kind: 'path',
    origin,
    steps,
    field,
    type: field.type,
    nullable: field.nullable || steps.some((step) => step.nullable || step.target.restricted),
  };
}

/** How errors call an expression: the field where there is one. */
export function labelOf(node: Expression, root: string): ParamLabel {
  if (node.kind === 'path') return { model: modelAt(node.field.model, node.steps).name, field: node.field.name };
  if (node.kind === 'json') return labelOf(node.operand, root);
  return { model: root, field: node.kind === 'param' ? node.label.field : `(${node.kind})` };
}

/**
 * A value bound as a parameter of the given type.
 *
 * @throws InvalidValueError naming model and field, for what the type cannot hold.
 */
export function param(type: ValueType, value: unknown, label: ParamLabel): ParamExpression {
  if (value instanceof Placeholder) {
    const check = (given: unknown): void => checkScalar(type, given, label);
    return { kind: 'param', value: undefined, type, nullable: false, label, later: { name: value.name, check } };
  }
  checkScalar(type, value, label);
  return { kind: 'param', value, type, nullable: false, label };
}

/** A value that a column is set to. @throws InvalidValueError, as `param`, and for a text that is too long. */
export function stored({ type }: FieldMeta, value: unknown, label: ParamLabel): ParamExpression {
  const problem = problemWith(type, value);
  if (problem !== undefined) throw invalidValue(label.model, label.field, problem);
  return { kind: 'param', value, type, nullable: false, label };
}

/** A list bound as one parameter. */
export function list(type: ValueType, values: unknown, label: ParamLabel): ListParam {
  if (values instanceof Placeholder) {
    const check = (given: unknown): void => void list(type, given, label);
    return { kind: 'list', values: [], type, label, later: { name: values.name, check } };
  }
  if (!Array.isArray(values))
    throw invalidValue(label.model, label.field, `takes a list here, not ${describe(values)}`);
  if (type.kind === 'array')
    throw new InvalidQueryError(`oneOf() is not for arrays, which ${label.model}.${label.field} holds.`, {
      ...label,
      remedy: 'Combine exact() of each by or(), or ask for items by arrayContains() and arrayOverlaps().',
    });
  for (const value of values) checkScalar(type, value, label);
  return { kind: 'list', values: Object.freeze([...values]), type, label };
}

function checkScalar(type: ValueType, value: unknown, label: ParamLabel): void {
  if (value === undefined) {
    throw new InvalidValueError(`${label.model}.${label.field} was compared with undefined.`, {
      ...label,
      remedy: 'Leave the key out, or use null to ask for NULL.',
    });
  }
  const isJson = type.kind === 'json' && type.parts === undefined;
  const problem = comparisonProblem(type, value) ?? (isJson ? lostInJson(value) : undefined);
  if (problem !== undefined) throw invalidValue(label.model, label.field, problem);
}

/**
 * A value beside raw SQL, bound by what it is, since no column says more.
 *
 * @throws InvalidValueError for what no database has a plain form of.
 */
export function plainValue(value: unknown, label: ParamLabel): Expression {
  if (value === null) return { kind: 'literal', value: null, type: TEXT, nullable: true };
  // An integer of more than 32 bits is one of 64, and no float.
  if (Number.isSafeInteger(value) && ((value as number) | 0) !== value)
    return param({ kind: 'bigint' }, BigInt(value as number), label);
  const type = plainType(value);
  if (type !== undefined) return param(type, value, label);
  throw new InvalidValueError(`sql\`…\` was given ${describe(value)} as a value.`, {
    ...label,
    remedy: 'Give a string, number, bigint, boolean, Date, Uint8Array or null; for a name use sql.id().',
  });
}

/** The type of a value that speaks for itself; undefined for what no database has a plain form of. */
export function plainType(value: unknown): ValueType | undefined {
  if (typeof value === 'string') return TEXT;
  if (typeof value === 'bigint') return { kind: 'bigint' };
  if (typeof value === 'boolean') return { kind: 'bool' };
  if (typeof value === 'number' && Number.isFinite(value)) return (value | 0) === value ? INT : FLOAT;
  if (types.isDate(value)) return { kind: 'datetime' };
  return types.isUint8Array(value) ? { kind: 'binary' } : undefined;
}

const TEXT: ValueType = Object.freeze({ kind: 'text' });
const INT: ValueType = Object.freeze({ kind: 'int' });
const FLOAT: ValueType = Object.freeze({ kind: 'float' });
/** Digits that a division adds to the scale of its dividend (as MySQL's `div_precision_increment`). */
const DIVISION_DIGITS = 4;
const MAX_PRECISION = 38;

export function decimal(scale: number): ValueType {
  return { kind: 'decimal', precision: MAX_PRECISION, scale };
}

const NUMERIC = new Set<ValueType['kind']>(['int', 'smallInt', 'bigint', 'float', 'decimal']);

export function isNumeric(type: ValueType): boolean {
  return NUMERIC.has(type.kind);
}

/** An operand of arithmetic that came as a plain value: an integer, a float, a bigint or a decimal text. */
export function operand(other: ValueType, value: unknown, label: ParamLabel): Expression {
  if (other.kind === 'decimal') {
    const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
    const scale = typeof text === 'string' ? (text.split('.')[1]?.length ?? 0) : 0;
    return param(decimal(scale), text, label);
  }
  if (typeof value === 'bigint') return param({ kind: 'bigint' }, value, label);
  if (other.kind === 'bigint' && Number.isSafeInteger(value)) return param(other, BigInt(value as number), label);
  if (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 2 ** 31)
    return param(INT, value, label);
  return param(FLOAT, value, label);
}

/** Arithmetic with the type of its result: exact where both sides are. */
export function arithmetic(
  operator: ArithmeticOperator,
  left: Expression & Typed,
  right: Expression & Typed,
): ArithmeticExpression {
  const nullable = left.nullable || right.nullable || operator === 'dividedBy' || operator === 'modulo';
  return { kind: 'arithmetic', operator, left, right, type: arithmeticType(operator, left.type, right.type), nullable };
}

function arithmeticType(operator: ArithmeticOperator, left: ValueType, right: ValueType): ValueType {
  if (left.kind === 'float' || right.kind === 'float') return FLOAT;
  if (left.kind === 'decimal' || right.kind === 'decimal') {
    const [a, b] = [scaleOf(left), scaleOf(right)];
    if (operator === 'times') return decimal(a + b);
    return decimal(operator === 'dividedBy' ? a + DIVISION_DIGITS : Math.max(a, b));
  }
  if (operator === 'dividedBy') return FLOAT;
  return left.kind === 'bigint' || right.kind === 'bigint' ? { kind: 'bigint' } : INT;
}

export function scaleOf(type: ValueType): number {
  return type.kind === 'decimal' ? type.scale : 0;
}

/** The type of an aggregate of values of this type. */
export function aggregateType(fn: AggregateName, of: ValueType | undefined): ValueType {
  if (fn === 'stringAgg') return TEXT;
  if (fn === 'count' || of === undefined) return INT;
  if (fn === 'min' || fn === 'max') return of;
  if (of.kind === 'decimal') return decimal(fn === 'sum' ? of.scale : of.scale + DIVISION_DIGITS);
  if (fn === 'avg') return FLOAT;
  return of.kind === 'float' || of.kind === 'bigint' ? of : INT;
}

/** The fields that say which row a to-one relation leads to, as paths: those on this side where they are here. */
export function relationKey(steps: readonly RelationMeta[], relation: RelationMeta, origin?: Origin): PathExpression[] {
  const { owning, sourceField, target } = relation;
  return owning
    ? partsOf(sourceField).map((field) => path(steps, field, origin))
    : target.key.map((field) => path([...steps, relation], field, origin));
}

/** Types that text lookups and functions work on. */
export function isTextual(type: ValueType): boolean {
  return type.kind === 'string' || type.kind === 'text' || type.kind === 'enum';
}

/** The error for a method of a type that the expression is not of. */
export function notFor(call: string, what: string, label: ParamLabel): InvalidQueryError {
  return new InvalidQueryError(`${call}() is for ${what}, which ${label.model}.${label.field} is not.`, label);
}
