import { typeOf } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { FreeFunctions } from '../core/types/index.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { alternatives, valueNode } from './alternatives.ts';
import { castTo, targetOf } from './cast.ts';
import { ExpressionBuilder, expressionNode } from './expressions.ts';
import { isNumeric, isTextual, param } from './nodes.ts';

const ROOT = 'The query';
const TEXT: ValueType = Object.freeze({ kind: 'text' });

/** An expression that belongs to no column. */
export function expression(node: Expression): ExpressionBuilder {
  return new ExpressionBuilder(Object.freeze(node), ROOT);
}

function valueOf(given: unknown, type?: unknown): ExpressionBuilder {
  const label = { model: ROOT, field: 'value()' };
  return expression(type === undefined ? valueNode(given, label) : param(targetOf(type, 'value()'), given, label));
}

function firstOf(...values: readonly unknown[]): ExpressionBuilder {
  const { nodes, type } = alternatives(several(values, 'coalesce()'), 'coalesce()');
  const nullable = nodes.every((node) => typeOf(node).nullable);
  return expression({ kind: 'call', fn: 'coalesce', args: nodes, type, nullable });
}

function joined(...values: readonly unknown[]): ExpressionBuilder {
  const args = values.map((value) =>
    ExpressionBuilder.is(value)
      ? ExpressionBuilder.value(value)
      : param(TEXT, value, { model: ROOT, field: 'concat()' }),
  );
  const [first, ...rest] = args;
  if (first === undefined) throw new InvalidQueryError('concat() was given nothing.');
  // What stands first decides whether the whole is NULL, and here nothing does.
  const start = typeOf(first).nullable ? [param(TEXT, '', { model: ROOT, field: 'concat()' }), first] : [first];
  return expression({ kind: 'call', fn: 'concat', args: [...start, ...rest], type: TEXT, nullable: false });
}

function extreme(fn: 'greatest' | 'least') {
  return (...values: readonly unknown[]): ExpressionBuilder => {
    const { nodes, type } = alternatives(several(values, `${fn}()`), `${fn}()`);
    if (!isNumeric(type) && !isTextual(type) && type.kind !== 'date' && type.kind !== 'datetime')
      throw new InvalidQueryError(`${fn}() is for numbers, texts and dates, not for values of type ${type.kind}.`);
    return expression({ kind: 'call', fn, args: nodes, type, nullable: nodes.some((node) => typeOf(node).nullable) });
  };
}

function several(values: readonly unknown[], place: string): readonly unknown[] {
  if (values.length > 1) return values;
  throw new InvalidQueryError(`${place} takes two values or more.`);
}

/** The functions as they run; `FreeFunctions` says what they mean to the compiler. */
const functions = {
  value: valueOf,
  coalesce: firstOf,
  concat: joined,
  greatest: extreme('greatest'),
  least: extreme('least'),
  now: () => expression({ kind: 'call', fn: 'now', args: [], type: { kind: 'datetime' }, nullable: false }),
  cast: (given: unknown, type: unknown) =>
    expression(castTo(expressionNode(given, 'cast()'), targetOf(type, 'cast()'))),
} as unknown as FreeFunctions; // Named cast: the types of results follow from phantom members of the arguments.

/**
 * A value as an expression: bound as a parameter, of the type that it has or is given.
 *
 * @throws InvalidValueError for what the type cannot hold.
 * @example session.query(Post).annotate(() => ({ source: value('blog'), rate: value('0.20', f.decimal({ precision: 4, scale: 2 })) }))
 */
export const value: FreeFunctions['value'] = functions.value;
/** The first that is not NULL. @example coalesce(p.publishedAt, p.createdAt, now()) */
export const coalesce: FreeFunctions['coalesce'] = functions.coalesce;
/** Texts in a row; what is NULL counts as an empty text. @example concat(a.firstName, ' ', a.lastName) */
export const concat: FreeFunctions['concat'] = functions.concat;
/** The greatest of several; NULL where one of them is. @example greatest(p.views, p.likes, 10) */
export const greatest: FreeFunctions['greatest'] = functions.greatest;
/** The least of several; NULL where one of them is. */
export const least: FreeFunctions['least'] = functions.least;
/** The time of the statement by the clock of the database, in milliseconds. @example .filter((p) => p.startsAt.lte(now())) */
export const now: FreeFunctions['now'] = functions.now;
/**
 * A value as one of another type, with the same answer on every database: numbers are rounded half away from zero; a text
 * that does not say such a value, or one out of range, is NULL.
 *
 * @throws InvalidQueryError for types between which there is no such answer.
 * @example cast(p.body, f.int())
 */
export const cast: FreeFunctions['cast'] = functions.cast;
