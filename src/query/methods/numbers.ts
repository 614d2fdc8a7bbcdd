import { typeOf } from '../../core/ast/expressions.ts';
import type { ArithmeticOperator, Expression, Typed } from '../../core/ast/expressions.ts';
import type { ValueType } from '../../core/value-types.ts';
import { InvalidQueryError } from '../../utils/errors.ts';
import { refuseMixed } from '../common-type.ts';
import { arithmetic, isNumeric, labelOf, notFor, operand } from '../nodes.ts';
import { call, FLOAT, INT, numberType } from './subject.ts';
import type { Method, Subject } from './subject.ts';

function compute(operator: ArithmeticOperator, name: string = operator): Method {
  return (subject, other) => {
    const type = numberType(subject, name);
    const right = subject.expression(other) ?? operand(type, other, subject.label);
    if (!isTypedNumber(right)) throw notFor(name, 'numbers', labelOf(right, subject.label.model));
    const types = [type, right.type];
    // What whole numbers are divided into is a float anyway.
    refuseMixed(operator === 'dividedBy' ? types.filter(({ kind }) => kind !== 'bigint') : types, `${name}()`);
    return arithmetic(operator, subject.node, right);
  };
}

function isTypedNumber(node: Expression): node is Expression & Typed {
  return 'type' in node && isNumeric(typeOf(node).type);
}

function round(subject: Subject, digits: unknown = 0): Expression {
  if (typeof digits !== 'number' || !Number.isInteger(digits) || digits < 0 || digits > 15)
    throw new InvalidQueryError('round() takes 0 to 15 digits.');
  const given = numberType(subject, 'round');
  const type = given.kind === 'decimal' ? { ...given, scale: Math.min(digits, given.scale) } : given;
  return call('round', type, [subject.node, { kind: 'literal', value: digits, type: INT, nullable: false }]);
}

/** NULL where there is no such number. */
function real(fn: 'sqrt' | 'ln'): Method {
  return (subject) => (numberType(subject, fn), { ...call(fn, FLOAT, [subject.node]), nullable: true });
}

function wholePart(type: ValueType): ValueType {
  return type.kind === 'decimal' ? { ...type, scale: 0 } : type;
}

/** Methods of numbers. */
export const NUMBER_METHODS: Readonly<Record<string, Method>> = {
  plus: compute('plus'),
  minus: compute('minus'),
  times: compute('times'),
  dividedBy: compute('dividedBy'),
  mod: compute('modulo', 'mod'),
  abs: (subject) => call('abs', numberType(subject, 'abs'), [subject.node]),
  neg: (subject) => call('negate', numberType(subject, 'neg'), [subject.node]),
  round,
  floor: (subject) => call('floor', wholePart(numberType(subject, 'floor')), [subject.node]),
  ceil: (subject) => call('ceil', wholePart(numberType(subject, 'ceil')), [subject.node]),
  sign: (subject) => (numberType(subject, 'sign'), call('sign', INT, [subject.node])),
  exp: (subject) => (numberType(subject, 'exp'), call('exp', FLOAT, [subject.node])),
  sqrt: real('sqrt'),
  ln: real('ln'),
  power: (subject, exponent) => {
    numberType(subject, 'power');
    const right = subject.expression(exponent) ?? operand(FLOAT, exponent, subject.label);
    if (!isTypedNumber(right)) throw notFor('power', 'numbers', labelOf(right, subject.label.model));
    return { ...call('power', FLOAT, [subject.node, right]), nullable: true };
  },
};
