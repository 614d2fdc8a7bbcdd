import { typeOf } from '../core/ast/expressions.ts';
import type { Expression, Frame, OrderNode, Window, WindowName } from '../core/ast/expressions.ts';
import type { WindowFunctions } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { own } from '../utils/own.ts';

import { valueBeside } from './alternatives.ts';
import { ExpressionBuilder, expressionNode } from './expressions.ts';
import { isNumeric } from './nodes.ts';
import { refuseUnknown } from './options.ts';
import { OrderKey, refuseUnordered } from './order-key.ts';
import { hasWindow } from './walk.ts';

const INT: ValueType = Object.freeze({ kind: 'int' });
const FLOAT: ValueType = Object.freeze({ kind: 'float' });
const UNITS = ['rows', 'range', 'groups'] as const;

/**
 * Which rows a function looks at.
 *
 * @throws InvalidQueryError for options that are not known, windows in windows, and frames that are none.
 */
export function windowOf(options: unknown): Window {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new InvalidQueryError(`over() takes { partitionBy, orderBy, frame }, not ${describe(options)}.`);
  const given = own(options as { partitionBy?: unknown; orderBy?: unknown; frame?: unknown }); // Named cast: checked one by one.
  refuseUnknown('over()', given, ['partitionBy', 'orderBy', 'frame']);
  const partitionBy = listOf(given.partitionBy).map((item) => expressionNode(item, 'partitionBy'));
  const orderBy = ordersOf(given.orderBy);
  for (const { expression } of orderBy) refuseUnordered(expression, 'orderBy');
  for (const node of [...partitionBy, ...orderBy.map(({ expression }) => expression)])
    if (hasWindow(node))
      throw new InvalidQueryError('A window cannot be divided or sorted by another window.', {
        remedy: 'Annotate with the one, filter or sort by it, and read the other from a further query.',
      });
  return { partitionBy, orderBy, frame: given.frame === undefined ? undefined : frameOf(given.frame, orderBy) };
}

/** Sort keys, one or several: expressions, or what `asc()` and `desc()` give. */
export function ordersOf(orders: unknown): readonly OrderNode[] {
  return listOf(orders).map((order) =>
    order instanceof OrderKey
      ? OrderKey.node(order)
      : { expression: expressionNode(order, 'orderBy'), descending: false, nulls: undefined },
  );
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function frameOf(frame: unknown, orderBy: readonly OrderNode[]): Frame {
  const entries = typeof frame === 'object' && frame !== null ? Object.entries(frame) : [];
  const [name, bounds] = entries[0] ?? [];
  const unit = UNITS.find((known) => known === name);
  if (entries.length !== 1 || unit === undefined || !Array.isArray(bounds) || bounds.length !== 2)
    throw new InvalidQueryError('A frame is { rows: [from, to] }, { range: [from, to] } or { groups: [from, to] }.', {
      remedy: 'Count from the row: -2 is two before it, 0 itself, 2 two after it, null the first or the last.',
    });
  const [from, to] = bounds.map(boundOf);
  if (from !== undefined && to !== undefined && from > to)
    throw new InvalidQueryError('A frame begins where it ends or before.');
  if (unit === 'groups' && orderBy.length === 0)
    throw new InvalidQueryError('A frame of groups needs orderBy: rows that are equal in it are a group.');
  if (unit === 'range' && (isOffset(from) || isOffset(to))) checkRange(orderBy);
  return { unit, from, to };
}

function isOffset(bound: number | undefined): boolean {
  return bound !== undefined && bound !== 0;
}

function boundOf(bound: unknown): number | undefined {
  if (bound === null) return undefined;
  if (typeof bound === 'number' && Number.isInteger(bound) && Math.abs(bound) < 2 ** 31) return bound;
  throw new InvalidQueryError(`A frame is bounded by whole numbers and null, not by ${describe(bound)}.`);
}

/** Distances are of one number. Of decimals they would be of another unit on a database that has none. */
function checkRange(orderBy: readonly OrderNode[]): void {
  const [order] = orderBy;
  const type = order === undefined ? undefined : typeOf(order.expression).type;
  if (orderBy.length === 1 && type !== undefined && isNumeric(type) && type.kind !== 'decimal' && !order!.nulls) return;
  throw new InvalidQueryError('A frame of a range in numbers needs orderBy of one integer or float.');
}

/** A function that still needs to know its rows. */
class WindowFunction {
  readonly #fn: WindowName;
  readonly #args: readonly Expression[];
  readonly #type: ValueType;
  readonly #nullable: boolean;

  constructor(fn: WindowName, args: readonly Expression[], type: ValueType, nullable: boolean) {
    this.#fn = fn;
    this.#args = args;
    this.#type = type;
    this.#nullable = nullable;
  }

  over(options: unknown = {}): ExpressionBuilder {
    const over = windowOf(options);
    if (over.orderBy.length === 0)
      throw new InvalidQueryError(`${this.#fn}() needs to know in which order: over({ orderBy: … }).`);
    if (over.frame !== undefined && !FRAMED.has(this.#fn))
      throw new InvalidQueryError(`${this.#fn}() looks at all rows of its partition, and takes no frame.`);
    const node: Expression = {
      kind: 'window',
      fn: this.#fn,
      args: this.#args,
      over,
      type: this.#type,
      nullable: this.#nullable,
    };
    return new ExpressionBuilder(Object.freeze(node), 'The query');
  }
}

const FRAMED = new Set<WindowName>(['firstValue', 'lastValue', 'nthValue']);

const ranking = (fn: WindowName, type: ValueType) => () => new WindowFunction(fn, [], type, false);

function valueFunction(fn: 'firstValue' | 'lastValue') {
  return (value: unknown): WindowFunction => {
    const node = argument(fn, value);
    return new WindowFunction(fn, [node], typeOf(node).type, true);
  };
}

function neighbour(fn: 'lag' | 'lead') {
  return (value: unknown, offset: unknown = 1, otherwise?: unknown): WindowFunction => {
    const node = argument(fn, value);
    const { type, nullable } = typeOf(node);
    const args = [node, position(fn, offset, 0)];
    if (otherwise === undefined) return new WindowFunction(fn, args, type, true);
    const label = { model: 'The query', field: `${fn}()` };
    const rest = ExpressionBuilder.is(otherwise)
      ? ExpressionBuilder.value(otherwise)
      : valueBeside(type, otherwise, label);
    // Where there is no such row; a row that is there may hold NULL.
    const found = typeOf(rest);
    if (found.type.kind !== type.kind)
      throw new InvalidQueryError(`${fn}() of a ${type.kind} takes a ${type.kind} for where there is no row.`);
    return new WindowFunction(fn, [...args, rest], type, nullable || found.nullable);
  };
}

function argument(fn: WindowName, value: unknown): Expression {
  const node = expressionNode(value, `${fn}()`);
  if (hasWindow(node)) throw new InvalidQueryError(`${fn}() cannot look at another window.`);
  return node;
}

/** Numbers of rows are part of the text: not every database takes a parameter there. */
function position(fn: WindowName, value: unknown, least: 0 | 1): Expression {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value >= 2 ** 31)
    throw new InvalidQueryError(`${fn}() takes a whole number from ${least}, not ${describe(value)}.`);
  return { kind: 'literal', value, type: INT, nullable: false };
}

/** The functions as they run; `WindowFunctions` says what they mean to the compiler. */
const functions = {
  rowNumber: ranking('rowNumber', INT),
  rank: ranking('rank', INT),
  denseRank: ranking('denseRank', INT),
  percentRank: ranking('percentRank', FLOAT),
  cumeDist: ranking('cumeDist', FLOAT),
  ntile: (groups: unknown) => new WindowFunction('ntile', [position('ntile', groups, 1)], INT, false),
  lag: neighbour('lag'),
  lead: neighbour('lead'),
  firstValue: valueFunction('firstValue'),
  lastValue: valueFunction('lastValue'),
  nthValue: (value: unknown, nth: unknown) => {
    const node = argument('nthValue', value);
    return new WindowFunction('nthValue', [node, position('nthValue', nth, 1)], typeOf(node).type, true);
  },
} as unknown as WindowFunctions; // Named cast: the types of results follow from phantom members of the arguments.

/** The number of the row, from 1. @example rowNumber().over({ partitionBy: p.authorId, orderBy: p.views.desc() }) */
export const rowNumber: WindowFunctions['rowNumber'] = functions.rowNumber;
/** The number of rows before it that differ in the order, and 1: equal rows share a rank, and leave a gap. */
export const rank: WindowFunctions['rank'] = functions.rank;
/** The same without gaps. */
export const denseRank: WindowFunctions['denseRank'] = functions.denseRank;
/** The rank from 0 to 1. */
export const percentRank: WindowFunctions['percentRank'] = functions.percentRank;
/** Which part of the rows comes before it or is equal to it: above 0 and up to 1. */
export const cumeDist: WindowFunctions['cumeDist'] = functions.cumeDist;
/** The number of its group, where the rows are dealt out in order to so many groups of one size. */
export const ntile: WindowFunctions['ntile'] = functions.ntile;
/** The value so many rows before it, 1 by default; else NULL, or what is given. @example lag(p.views, 1, 0) */
export const lag: WindowFunctions['lag'] = functions.lag;
/** The value so many rows after it, 1 by default; else NULL, or what is given. */
export const lead: WindowFunctions['lead'] = functions.lead;
/** The value of the first row of the frame. */
export const firstValue: WindowFunctions['firstValue'] = functions.firstValue;
/** The value of the last row of the frame, which by default ends with the rows that are equal to this one. */
export const lastValue: WindowFunctions['lastValue'] = functions.lastValue;
/** The value of the nth row of the frame, from 1; NULL where there is none. */
export const nthValue: WindowFunctions['nthValue'] = functions.nthValue;
