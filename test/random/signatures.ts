/** Functions by what they take and give. One line for each. */
import type { CASTS } from './casts.ts';
import type { FunctionName } from './query.ts';
import type { Kind } from './schema.ts';
import type { Known } from './values.ts';

/** One of these plain values. */
interface Given {
  readonly kind: Kind;
  readonly given: readonly Known[];
}

/** The first argument is no plain value. */
export type Signature = readonly [
  fn: FunctionName,
  result: Kind,
  subject: readonly [Kind, ...Kind[]],
  ...args: readonly (readonly [Kind, ...Kind[]] | Given)[],
];

export const PARTS: readonly Signature[] = (['year', 'quarter', 'month', 'day', 'dayOfYear', 'weekDay'] as const).map(
  (fn) => [fn, 'int', ['datetime']],
);

const given = (kind: Kind, ...values: Known[]): Given => ({ kind, given: values });
const few = given('int', 0, 1, 2, 3);
const letters = given('text', 'a', 'b', ' ', 'ab', 'é', '😀', '%', "'");
const units = given('text', 'year', 'quarter', 'month', 'week', 'day');

export const SIGNATURES: readonly Signature[] = [
  ...(['plus', 'minus', 'times', 'mod'] as const).flatMap((fn): Signature[] => [
    [fn, 'int', ['int'], ['int']],
    [fn, 'bigint', ['bigint'], ['bigint', 'int']],
    [fn, 'float', ['float'], ['float', 'int']],
    [fn, 'float', ['int'], ['float']],
    [fn, 'decimal', ['decimal'], ['decimal', 'int']],
    [fn, 'decimal', ['int'], ['decimal']],
  ]),
  ['dividedBy', 'float', ['int', 'float', 'bigint'], ['int']],
  ['dividedBy', 'float', ['int', 'float'], ['float']],
  ['dividedBy', 'decimal', ['decimal'], ['decimal', 'int']],
  ...(['abs', 'neg'] as const).flatMap((fn) =>
    (['int', 'bigint', 'float', 'decimal'] as const).map((kind): Signature => [fn, kind, [kind]]),
  ),
  ['round', 'decimal', ['decimal']],
  ['round', 'float', ['float']],
  ...(['floor', 'ceil'] as const).flatMap((fn) =>
    (['int', 'decimal'] as const).map((kind): Signature => [fn, kind, [kind]]),
  ),
  ['sign', 'int', ['int', 'bigint', 'float', 'decimal']],
  ...(['greatest', 'least'] as const).flatMap((fn) =>
    (['int', 'text', 'date', 'datetime', 'bigint'] as const).map((kind): Signature => [fn, kind, [kind], [kind]]),
  ),
  ['lower', 'text', ['text', 'enum']],
  ['upper', 'text', ['text', 'enum']],
  ...(['trim', 'trimStart', 'trimEnd', 'reverse'] as const).map((fn): Signature => [fn, 'text', ['text']]),
  ['concat', 'text', ['text', 'enum'], ['text', 'enum', 'decimal', 'date']],
  ['concat', 'text', ['text'], ['text'], ['text']],
  ['length', 'int', ['text', 'enum']],
  ...(['left', 'right'] as const).flatMap((fn): Signature[] => [
    [fn, 'text', ['text'], few],
    [fn, 'text', ['text'], ['int']],
  ]),
  ['substring', 'text', ['text'], given('int', 1, 2, 3), few],
  ['substring', 'text', ['text'], given('int', 1, 2, 3)],
  ['position', 'int', ['text'], letters],
  ['replace', 'text', ['text'], letters, given('text', '', 'x', 'a', '$&', 'bb')],
  ['repeat', 'text', ['text'], given('int', 0, 1, 2)],
  ['padStart', 'text', ['text'], few, letters],
  ['padEnd', 'text', ['text'], few, letters],
  ...PARTS,
  ...(['date', 'datetime'] as const).flatMap((kind): Signature[] => [
    ['truncate', kind, [kind], units],
    ['add', kind, [kind], given('int', 0, 1, -1, 13), given('int', 0, 1, -40)],
  ]),
  ['difference', 'int', ['date'], ['date'], given('text', 'day', 'week')],
  ['difference', 'int', ['datetime'], ['datetime'], given('text', 'day', 'week', 'hour', 'minute', 'second')],
  ...(['int', 'text', 'date', 'enum'] as const).map((kind): Signature => ['nullIf', kind, [kind], [kind]]),
  ['hour', 'int', ['datetime']],
  ['minute', 'int', ['datetime']],
  ['second', 'int', ['datetime']],
  ...(['int', 'bigint', 'float', 'decimal', 'text', 'bool', 'date', 'datetime', 'enum'] as const).map(
    (kind): Signature => ['coalesce', kind, [kind], [kind]],
  ),
];

/** What can be cast, by what it becomes. */
export const CASTS_FROM: readonly (readonly [keyof typeof CASTS, readonly Kind[]])[] = [
  ['int', ['int', 'bigint', 'decimal', 'float', 'bool', 'text']],
  ['float', ['int', 'bigint', 'decimal', 'text']],
  ['decimal', ['int', 'bigint', 'decimal', 'float', 'text']],
  ['text', ['int', 'bigint', 'decimal', 'bool', 'date', 'datetime', 'enum', 'uuid']],
  ['date', ['datetime', 'text']],
  ['datetime', ['date']],
];
