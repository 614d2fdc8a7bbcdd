import type { Expression, MatchOperator } from '../../core/ast/expressions.ts';
import { param } from '../nodes.ts';
import { searchFor } from '../search.ts';
import { call, INT, text, TEXT } from './subject.ts';
import type { Method, Subject } from './subject.ts';

/** A text that is given as such or as an expression. */
function given(subject: Subject, value: unknown): Expression {
  return subject.argument(value, (plain) => param(TEXT, plain, subject.label));
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

/** Methods of texts. */
export const TEXT_METHODS: Readonly<Record<string, Method>> = {
  lower: (subject) => call('lower', TEXT, [text(subject, 'lower')]),
  upper: (subject) => call('upper', TEXT, [text(subject, 'upper')]),
  trim: (subject) => call('trim', TEXT, [text(subject, 'trim')]),
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
