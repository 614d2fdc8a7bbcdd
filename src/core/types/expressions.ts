/**
 * Expressions: what the callback form of a query (`(p) => p.views.gt(3)`) is made of. Types only.
 *
 * Every interface carries a few phantom members under unique symbols. Generic signatures ask for one of those
 * (`{ readonly [SUM]: S }`) and not for a whole expression, so the compiler infers from one property and not from
 * thirty methods; and what an aggregate returns is read from its argument, not computed by conditional types.
 */

/** The value that an expression has in a result row. */
export declare const TYPE: unique symbol;
/** The same expression when it may also be NULL. */
export declare const NULLABLE: unique symbol;
/** What `sum` of the expression is. */
export declare const SUM: unique symbol;
/** What `avg` of the expression is. */
export declare const AVG: unique symbol;
/** The value of an expression that can be an operand of integer and float arithmetic. */
export declare const NUMBER: unique symbol;
/** The value of an expression that can be an operand of exact decimal arithmetic. */
export declare const DECIMAL: unique symbol;

/** Anything that has a value of type `V` in a query: accepted wherever an expression is asked for. */
export interface ExprOf<out V> {
  readonly [TYPE]: V;
}

/** The expression that the one column of a query is. */
export declare const COLUMN: unique symbol;

/** A query whose rows are values `V`: of one column, or entities with such a key. */
export interface MembersOf<out V> {
  readonly [COLUMN]: ExprOf<V>;
}

/** An operand of decimal arithmetic whose value is `W`. */
interface DecimalOperand<out W> {
  readonly [DECIMAL]: W;
}

/** An operand of integer or float arithmetic whose value is `W`. */
interface NumberOperand<out W> {
  readonly [NUMBER]: W;
}

/** NULL where every one of several may be. */
export type NullIfAll<W extends readonly unknown[]> = {
  [I in keyof W]: W[I] extends ExprOf<infer U> ? (null extends U ? never : true) : true;
}[number] extends never
  ? null
  : never;

/** What `coalesce` takes beside a value `V`. */
type Others<V> = readonly ((V & {}) | ExprOf<V | null>)[];

/** Where NULL goes when rows are sorted. */
export interface OrderOptions {
  readonly nulls?: 'first' | 'last';
}

/** A sort key, made by `asc()` or `desc()`. */
export interface Order {
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last' | undefined;
}

/**
 * A column or a computed value of type `V` inside a query.
 *
 * @example session.query(Post).filter((p) => p.createdAt.gte(p.author.joinedAt))
 */
export interface Expr<out V> extends ExprOf<V> {
  readonly [NULLABLE]: Expr<V | null>;
  /** `=`; with `null`: IS NULL. */
  eq(other: V | ExprOf<V | null>): Cond;
  /** `<>` that is true when exactly one side is NULL; with `null`: IS NOT NULL. */
  ne(other: V | ExprOf<V | null>): Cond;
  gt(other: (V & {}) | ExprOf<V | null>): Cond;
  gte(other: (V & {}) | ExprOf<V | null>): Cond;
  lt(other: (V & {}) | ExprOf<V | null>): Cond;
  lte(other: (V & {}) | ExprOf<V | null>): Cond;
  /** Both bounds are included. */
  between(low: (V & {}) | ExprOf<V | null>, high: (V & {}) | ExprOf<V | null>): Cond;
  /** IN a list or a query; an empty one is false. */
  oneOf(values: readonly (V & {})[] | MembersOf<V | null>): Cond;
  /** NOT IN; an empty list or query is true. */
  notOneOf(values: readonly (V & {})[] | MembersOf<V | null>): Cond;
  isNull(): Cond;
  isNotNull(): Cond;
  /** The first of this and the others that is not NULL. */
  coalesce<W extends Others<V>>(...others: W): Expr<(V & {}) | NullIfAll<W>>;
  /** NULL where it is equal to this. */
  nullIf(other: (V & {}) | ExprOf<V | null>): Expr<V | null>;
  asc(options?: OrderOptions): Order;
  desc(options?: OrderOptions): Order;
}

/** A condition: what filters, checks and boolean columns are. */
export interface Cond<out V = boolean> extends Expr<V> {
  readonly [NULLABLE]: Cond<V | null>;
  and(...others: ExprOf<boolean | null>[]): Cond;
  or(...others: ExprOf<boolean | null>[]): Cond;
  not(): Cond;
  coalesce<W extends Others<V>>(...others: W): Cond<(V & {}) | NullIfAll<W>>;
  /** NULL where it is equal to this. */
  nullIf(other: (V & {}) | ExprOf<V | null>): Cond<V | null>;
}

/**
 * A number in a query. Arithmetic with a decimal gives a decimal, with a bigint a bigint; with something that may be NULL,
 * something that may be. A float with a decimal or a bigint is refused: `cast()` says which of the two is meant.
 *
 * @example session.query(Post).filter((p) => p.views.plus(p.likes.times(2)).gt(100))
 */
export interface NumExpr<out V> extends Expr<V> {
  readonly [NULLABLE]: NumExpr<V | null>;
  readonly [SUM]: NumExpr<V | null>;
  readonly [AVG]: NumExpr<number | null>;
  readonly [NUMBER]: V;
  plus(other: number): NumExpr<V>;
  plus(other: bigint): NumExpr<bigint | (V & null)>;
  plus<W extends bigint | null>(other: NumberOperand<W>): NumExpr<W | (V & null)>;
  plus<W>(other: NumberOperand<W>): NumExpr<V | (W & null)>;
  plus<W>(other: DecimalOperand<W>): DecExpr<W | (V & null)>;
  minus(other: number): NumExpr<V>;
  minus(other: bigint): NumExpr<bigint | (V & null)>;
  minus<W extends bigint | null>(other: NumberOperand<W>): NumExpr<W | (V & null)>;
  minus<W>(other: NumberOperand<W>): NumExpr<V | (W & null)>;
  minus<W>(other: DecimalOperand<W>): DecExpr<W | (V & null)>;
  times(other: number): NumExpr<V>;
  times(other: bigint): NumExpr<bigint | (V & null)>;
  times<W extends bigint | null>(other: NumberOperand<W>): NumExpr<W | (V & null)>;
  times<W>(other: NumberOperand<W>): NumExpr<V | (W & null)>;
  times<W>(other: DecimalOperand<W>): DecExpr<W | (V & null)>;
  /** Real division, never integer division; NULL where the divisor is zero. */
  dividedBy(other: number | bigint): NumExpr<number | (V & null)>;
  dividedBy(other: NumberOperand<unknown>): NumExpr<number | null>;
  dividedBy(other: DecimalOperand<unknown>): DecExpr<string | null>;
  /** The remainder, with the sign of the dividend; NULL where the divisor is zero. */
  mod(other: number): NumExpr<V>;
  mod(other: bigint): NumExpr<bigint | (V & null)>;
  mod(other: NumberOperand<bigint | null>): NumExpr<bigint | null>;
  mod(other: NumberOperand<unknown>): NumExpr<V | null>;
  abs(): NumExpr<V>;
  neg(): NumExpr<V>;
  /** Rounds half away from zero to `digits` decimals, 0 by default. */
  round(digits?: number): NumExpr<V>;
  /** The greatest whole number that is not above it. */
  floor(): NumExpr<V>;
  /** The least whole number that is not below it. */
  ceil(): NumExpr<V>;
  /** -1, 0 or 1. */
  sign(): NumExpr<number | (V & null)>;
  /** NULL below zero. */
  sqrt(): NumExpr<number | null>;
  /** NULL where there is no such number. */
  power(exponent: number | NumberOperand<unknown> | DecimalOperand<unknown>): NumExpr<number | null>;
  exp(): NumExpr<number | (V & null)>;
  /** The natural logarithm; NULL for what is not above zero. */
  ln(): NumExpr<number | null>;
  coalesce<W extends Others<V>>(...others: W): NumExpr<(V & {}) | NullIfAll<W>>;
  /** NULL where it is equal to this. */
  nullIf(other: (V & {}) | ExprOf<V | null>): NumExpr<V | null>;
}

/**
 * An exact decimal in a query; its value in a row is a string.
 *
 * @example session.query(InvoiceLine).annotate((l) => ({ amount: l.unitPrice.times(l.quantity) }))
 */
export interface DecExpr<out V> extends Expr<V> {
  readonly [NULLABLE]: DecExpr<V | null>;
  readonly [SUM]: DecExpr<V | null>;
  readonly [AVG]: DecExpr<V | null>;
  readonly [DECIMAL]: V;
  plus(other: string | number | bigint): DecExpr<V>;
  plus<W>(other: DecimalOperand<W> | NumberOperand<W>): DecExpr<V | (W & null)>;
  minus(other: string | number | bigint): DecExpr<V>;
  minus<W>(other: DecimalOperand<W> | NumberOperand<W>): DecExpr<V | (W & null)>;
  times(other: string | number | bigint): DecExpr<V>;
  times<W>(other: DecimalOperand<W> | NumberOperand<W>): DecExpr<V | (W & null)>;
  /** NULL where the divisor is zero. */
  dividedBy(other: string | number | bigint): DecExpr<V>;
  dividedBy(other: DecimalOperand<unknown> | NumberOperand<unknown>): DecExpr<V | null>;
  /** The remainder, with the sign of the dividend; NULL where the divisor is zero. */
  mod(other: string | number | bigint): DecExpr<V>;
  mod(other: DecimalOperand<unknown> | NumberOperand<unknown>): DecExpr<V | null>;
  abs(): DecExpr<V>;
  neg(): DecExpr<V>;
  /** Rounds half away from zero to `digits` decimals, 0 by default. */
  round(digits?: number): DecExpr<V>;
  /** The greatest whole number that is not above it. */
  floor(): DecExpr<V>;
  /** The least whole number that is not below it. */
  ceil(): DecExpr<V>;
  /** -1, 0 or 1. */
  sign(): NumExpr<number | (V & null)>;
  /** A float; NULL below zero. */
  sqrt(): NumExpr<number | null>;
  /** A float; NULL where there is no such number. */
  power(exponent: number | NumberOperand<unknown> | DecimalOperand<unknown>): NumExpr<number | null>;
  /** A float. */
  exp(): NumExpr<number | (V & null)>;
  /** The natural logarithm, a float; NULL for what is not above zero. */
  ln(): NumExpr<number | null>;
  coalesce<W extends Others<V>>(...others: W): DecExpr<(V & {}) | NullIfAll<W>>;
  /** NULL where it is equal to this. */
  nullIf(other: (V & {}) | ExprOf<V | null>): DecExpr<V | null>;
}

/**
 * A text in a query.
 *
 * @example session.query(Author).orderBy((a) => a.name.lower().asc())
 */
export interface StrExpr<out V> extends Expr<V> {
  readonly [NULLABLE]: StrExpr<V | null>;
  lower(): StrExpr<string | (V & null)>;
  upper(): StrExpr<string | (V & null)>;
  /** Without the spaces at both ends. */
  trim(): StrExpr<string | (V & null)>;
  trimStart(): StrExpr<string | (V & null)>;
  trimEnd(): StrExpr<string | (V & null)>;
  /** Its characters from the last to the first. */
  reverse(): StrExpr<string | (V & null)>;
  /** So many characters from its beginning. */
  left(count: Size): StrExpr<string | (V & null)>;
  /** So many characters from its end. */
  right(count: Size): StrExpr<string | (V & null)>;
  /** From a character, the first is 1, to the end or so many. @example .substring(1, 3) */
  substring(start: Size, length?: Size): StrExpr<string | (V & null)>;
  /** Where a text begins in it, from 1; 0 where it does not. */
  position(part: string | ExprOf<string>): NumExpr<number | (V & null)>;
  /** With each such part replaced. */
  replace(part: string | ExprOf<string>, by: string | ExprOf<string>): StrExpr<string | (V & null)>;
  repeat(times: Size): StrExpr<string | (V & null)>;
  /** As long as that at least: filled up at its beginning, with spaces by default. */
  padStart(length: Size, fill?: string): StrExpr<string | (V & null)>;
  /** As long as that at least: filled up at its end, with spaces by default. */
  padEnd(length: Size, fill?: string): StrExpr<string | (V & null)>;
  /** The number of characters. */
  length(): NumExpr<number | (V & null)>;
  /** This and the others in a row; NULL where this is NULL, other NULLs count as ''. */
  concat(...others: (string | ExprOf<string | null>)[]): StrExpr<string | (V & null)>;
  iexact(text: string | ExprOf<string | null>): Cond;
  contains(text: string | ExprOf<string | null>): Cond;
  icontains(text: string | ExprOf<string | null>): Cond;
  startsWith(text: string | ExprOf<string | null>): Cond;
  istartsWith(text: string | ExprOf<string | null>): Cond;
  endsWith(text: string | ExprOf<string | null>): Cond;
  iendsWith(text: string | ExprOf<string | null>): Cond;
  regex(pattern: string): Cond;
  iregex(pattern: string): Cond;
  /** Has these words, where the column has an index of words. */
  search(text: string): Cond;
  coalesce<W extends Others<V>>(...others: W): StrExpr<(V & {}) | NullIfAll<W>>;
  /** NULL where it is equal to this. */
  nullIf(other: (V & {}) | ExprOf<V | null>): StrExpr<V | null>;
}

/** A number of characters, or a place among them. */
type Size = number | NumberOperand<number>;

/** A whole number of units, negative for those before. */
type Amount = number | NumberOperand<number | bigint>;

/** How much later, or earlier. Where a month has no such day, its last one is meant. */
export interface DaysDuration {
  readonly years?: Amount;
  readonly months?: Amount;
  readonly weeks?: Amount;
  readonly days?: Amount;
}

/** The same in hours and less, too. */
export interface Duration extends DaysDuration {
  readonly hours?: Amount;
  readonly minutes?: Amount;
  readonly seconds?: Amount;
  readonly milliseconds?: Amount;
}

/** What a date can be cut to; weeks begin on Mondays. */
export type DayUnit = 'year' | 'quarter' | 'month' | 'week' | 'day';

/** What time is counted in. */
export type TimeUnit = 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

/** What a date and a point in time have in common. */
interface CalendarExpr<out V> extends Expr<V> {
  year(): NumExpr<number | (V & null)>;
  /** 1 to 4. */
  quarter(): NumExpr<number | (V & null)>;
  /** 1 to 12. */
  month(): NumExpr<number | (V & null)>;
  /** 1 to 31. */
  day(): NumExpr<number | (V & null)>;
  /** 1 to 366. */
  dayOfYear(): NumExpr<number | (V & null)>;
  /** 1 on Mondays to 7 on Sundays. */
  weekDay(): NumExpr<number | (V & null)>;
}

/**
 * A date in a query; its value in a row is a string.
 *
 * @example session.query(Loan).filter((l) => l.due.add({ days: 14 }).lt('2026-03-01'))
 */
export interface DayExpr<out V> extends CalendarExpr<V> {
  readonly [NULLABLE]: DayExpr<V | null>;
  /** The first day of its year, quarter, month or week. */
  truncate(unit: DayUnit): DayExpr<V>;
  add(duration: DaysDuration): DayExpr<V>;
  /** How many whole days or weeks since another date. */
  difference(other: string, unit: 'day' | 'week'): NumExpr<number | (V & null)>;
  difference<W>(other: DayExpr<W>, unit: 'day' | 'week'): NumExpr<number | ((V | W) & null)>;
  coalesce<W extends Others<V>>(...others: W): DayExpr<(V & {}) | NullIfAll<W>>;
  nullIf(other: (V & {}) | ExprOf<V | null>): DayExpr<V | null>;
}

/** A point in time in a query; its parts are in UTC. */
export interface DateExpr<out V> extends CalendarExpr<V> {
  readonly [NULLABLE]: DateExpr<V | null>;
  hour(): NumExpr<number | (V & null)>;
  minute(): NumExpr<number | (V & null)>;
  second(): NumExpr<number | (V & null)>;
  /** The beginning of its year, quarter, month, week, day, hour, minute or second. */
  truncate(unit: DayUnit | 'hour' | 'minute' | 'second'): DateExpr<V>;
  /** Later, or with negative numbers earlier. @example p.createdAt.add({ months: 1, hours: -2 }) */
  add(duration: Duration): DateExpr<V>;
  /** How many whole units since another time, cut towards zero. @example o.paidAt.difference(o.orderedAt, 'second') */
  difference(other: Date, unit: TimeUnit): NumExpr<number | (V & null)>;
  difference<W>(other: DateExpr<W>, unit: TimeUnit): NumExpr<number | ((V | W) & null)>;
  coalesce<W extends Others<V>>(...others: W): DateExpr<(V & {}) | NullIfAll<W>>;
  nullIf(other: (V & {}) | ExprOf<V | null>): DateExpr<V | null>;
}

/** The expression interface for a value type; `V` may contain null. */
export type ExprFor<V> = [V] extends [string | null]
  ? StrExpr<V>
  : [V] extends [number | bigint | null]
    ? NumExpr<V>
    : [V] extends [boolean | null]
      ? Cond<V>
      : [V] extends [Date | null]
        ? DateExpr<V>
        : Expr<V>;

/** What a callback of `annotate`, `values` or `aggregate` returns: expressions by name. */
export interface ExprRecord {
  readonly [name: string]: ExprOf<unknown>;
}

/** The row that a record of expressions gives. */
export type Values<E> = unknown extends E
  ? unknown
  : { -readonly [K in keyof E]: E[K] extends { readonly [TYPE]: infer V } ? V : never };

/** Something that can be summed to `S`. */
export interface Summable<out S> {
  readonly [SUM]: S;
}

/** Something whose average is `S`. */
export interface Averageable<out S> {
  readonly [AVG]: S;
}

/** Something whose minimum or maximum, NULL for no rows, is `S`. */
export interface Comparable<out S> {
  readonly [NULLABLE]: S;
}
