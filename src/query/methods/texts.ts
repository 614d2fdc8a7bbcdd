import { typeOf } from '../../core/ast/expressions.ts';
import type { Expression, MatchOperator } from '../../core/ast/expressions.ts';
import { describe } from '../../core/value-types.ts';
import { InvalidQueryError } from '../../utils/errors.ts';
import { param } from '../nodes.ts';
import { searchFor } from '../search.ts';
import { call, INT, text, TEXT } from './subject.ts';
import type { Method, Subject } from './subject.ts';

/** A text that is given as such or as an expression. */
function given(subject: Subject, value: unknown): Expression {
  return subject.expression(value) ?? param(TEXT, value, subject.label);
}

function match(operator: MatchOperator, insensitive: boolean): Method {
  return (subject, pattern) => ({
    kind: 'match',
    operator,
    insensitive,
    operand: text(subject, operator),
    pattern: given(subject, pattern),
  });
}

/** A number of characters, from `least`; what is computed and below it counts as `least`. */
function size(subject: Subject, value: unknown, method: string, least: 0 | 1): Expression {
  const { label } = subject;
  const computed = subject.expression(value);
  if (computed === undefined) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
      throw new InvalidQueryError(`${method}() takes whole numbers from ${least}, not ${describe(value)}.`, label);
    return param(INT, value, label);
  }
  const { kind } = typeOf(computed).type;
  if (!WHOLE.has(kind)) throw new InvalidQueryError(`${method}() takes whole numbers, not a ${kind}.`, label);
  return call('greatest', INT, [computed, { kind: 'literal', value: least, type: INT, nullable: false }]);
}

const WHOLE = new Set(['int', 'smallInt', 'bigint']);

function pad(fn: 'padStart' | 'padEnd'): Method {
  return (subject, length, fill = ' ') => {
    if (typeof fill !== 'string' || fill === '')
      throw new InvalidQueryError(`${fn}() fills with a text that is not empty.`, subject.label);
    return call(fn, TEXT, [text(subject, fn), size(subject, length, fn, 0), param(TEXT, fill, subject.label)]);
  };
}

function sized(fn: 'left' | 'right' | 'repeat'): Method {
  return (subject, count) => call(fn, TEXT, [text(subject, fn), size(subject, count, fn, 0)]);
}

function plain(fn: 'lower' | 'upper' | 'trim' | 'trimStart' | 'trimEnd' | 'reverse'): Method {
  return (subject) => call(fn, TEXT, [text(subject, fn)]);
}

/** Methods of texts. */
export const TEXT_METHODS: Readonly<Record<string, Method>> = {
  lower: plain('lower'),
  upper: plain('upper'),
  trim: plain('trim'),
  trimStart: plain('trimStart'),
  trimEnd: plain('trimEnd'),
  reverse: plain('reverse'),
  left: sized('left'),
  right: sized('right'),
  repeat: sized('repeat'),
  padStart: pad('padStart'),
  padEnd: pad('padEnd'),
  substring: (subject, start, length) =>
    call('substring', TEXT, [
      text(subject, 'substring'),
      size(subject, start, 'substring', 1),
      ...(length === undefined ? [] : [size(subject, length, 'substring', 0)]),
    ]),
  position: (subject, part) => call('position', INT, [text(subject, 'position'), given(subject, part)]),
  replace: (subject, part, by) =>
    call('replace', TEXT, [text(subject, 'replace'), given(subject, part), given(subject, by)]),
  length: (subject) => call('length', INT, [text(subject, 'length')]),
  concat: (subject, ...others) => {
    const first = text(subject, 'concat');
    // What else is NULL counts as an empty text.
    const args = [first, ...others.map((other) => given(subject, other))];
    return { kind: 'call', fn: 'concat', args, type: TEXT, nullable: first.nullable };
  },
  iexact: match('exact', true),
  contains: match('contains', false),
  icontains: match('contains', true),
  startsWith: match('startsWith', false),
  istartsWith: match('startsWith', true),
  endsWith: match('endsWith', false),
  iendsWith: match('endsWith', true),
  regex: match('regex', false),
  iregex: match('regex', true),
  search: ({ node, label }, words) => searchFor(node, words, label),
};
