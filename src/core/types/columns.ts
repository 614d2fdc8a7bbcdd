/** Scalar fields as types: what `f.string()` and its siblings return. Types only; the values are field definitions. */
import type { ArrayExpr, JsonExpr } from './documents.ts';
import type { DayExpr, DecExpr, ExprFor } from './expressions.ts';
import type { ArrayParts, JsonParts, LookupOf } from './lookups.ts';

/**
 * What a column's kind and options mean for its type: `optional` in the constructor, part of the `primary` key,
 * `generated` by the database (read only), an exact `decimal` (a string with arithmetic), `structured` (JSON, arrays:
 * compared by lookups only, so that no object from outside can stand for a value), an `array`.
 */
export type Flag = 'optional' | 'primary' | 'generated' | 'decimal' | 'date' | 'structured' | 'array';

/**
 * Any field, as `model` asks for it. It has no more members on purpose: the compiler infers from it into the return type
 * of every builder call, and every further member would be resolved there.
 */
export interface AnyField {
  readonly kind: 'column' | 'one' | 'many' | 'embedded';
}

/** Fields by name, as `f.embedded` asks for them. */
export interface AnyFields {
  readonly [name: string]: AnyField;
}

/** Names that a field can't have: members of every entity. */
interface Reserved {
  readonly pk?: never;
  readonly load?: never;
  readonly toJSON?: never;
}

/** The fields of a model by name, as `model` asks for them. */
export type ModelFields = AnyFields & Reserved;

/**
 * The fields of a model by name, for types that index into them. Fields carry phantom members that only the type checker
 * sees, one for each thing that a model's types are mapped to; `F[K]['~filter']` needs no conditional type per field.
 * The bound is `any`, and not an interface with those members, because to check a field against such an interface would
 * resolve them all, and so look inside relation targets while a model is being defined.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type Fields = { readonly [name: string]: any };

/** A scalar field whose value is a `V`. The members with a tilde exist for the type checker only. */
export interface Column<V, Flags extends Flag = never> {
  readonly kind: 'column';
  /** These are `string` if the field has the property and `never` if not, so that `K & F[K]['~column']` is its name or `never`. */
  readonly '~column': string;
  readonly '~foreignKey': never;
  readonly '~relation': never;
  readonly '~toOne': never;
  readonly '~required': 'optional' extends Flags ? never : 'generated' extends Flags ? never : string;
  readonly '~optional': 'optional' extends Flags ? string : never;
  readonly '~writable': 'generated' extends Flags ? never : string;
  readonly '~settable': 'generated' extends Flags ? never : string;
  readonly '~generated': 'generated' extends Flags ? string : never;
  /** Fields that a relation has as its key: a constructor takes either. */
  readonly '~named': never;
  /** What the field adds to the primary key. */
  readonly '~primary': 'primary' extends Flags ? V : never;
  /** What the field is in a composite primary key. */
  readonly '~keyValue': V;
  /** The instance's property. */
  readonly '~value': V;
  /** What the constructor takes. */
  readonly '~init': V;
  /** What `update` takes. */
  readonly '~set': V;
  /** What a filter takes. */
  readonly '~filter': 'structured' extends Flags ? PartsFilter<V, Flags> : V | LookupOf<V>;
  /** The field in a query's callback. */
  readonly '~expr': 'optional' | Flags extends Plain ? ExprFor<V> : SpecialExpr<V, Flags>;
  /** The same behind a relation that may be null. */
  readonly '~maybe': 'optional' | Flags extends Plain ? ExprFor<V | null> : SpecialExpr<V | null, Flags>;
}

/** Flags of columns that are in a query what their value's type says. */
type Plain = 'optional' | 'primary' | 'generated';

type SpecialExpr<V, Flags> = 'decimal' extends Flags
  ? DecExpr<V>
  : 'array' extends Flags
    ? ArrayExpr<V, ItemOf<V>>
    : 'date' extends Flags
      ? DayExpr<V>
      : JsonExpr<V>;

type ItemOf<V> = V extends readonly (infer I)[] ? I : never;

/** What a filter takes of what has parts. */
type PartsFilter<V, Flags> =
  | LookupOf<V>
  | (V & null)
  | LookupOf<'array' extends Flags ? ArrayParts<ItemOf<V>> : JsonParts>;

/** Any column, whatever its type. */
export interface AnyColumn {
  readonly kind: 'column';
  readonly '~value': unknown;
}

/** Several columns that form one value: `f.embedded({ street: f.string(), city: f.string() })`. */
export interface Embedded<F extends Fields, Null = never> {
  readonly kind: 'embedded';
  readonly '~column': never;
  readonly '~foreignKey': never;
  readonly '~relation': never;
  readonly '~toOne': never;
  readonly '~required': null extends Null ? never : string;
  readonly '~optional': null extends Null ? string : never;
  readonly '~writable': string;
  readonly '~settable': string;
  readonly '~generated': never;
  readonly '~named': never;
  readonly '~primary': never;
  readonly '~value': { -readonly [K in keyof F]: F[K]['~value'] } | Null;
  readonly '~init':
    | ({ readonly [K in keyof F as K & F[K]['~required']]: F[K]['~init'] } & {
        readonly [K in keyof F as K & F[K]['~optional']]?: F[K]['~init'];
      })
    | Null;
  /** Parts that are not given stay as they are. */
  readonly '~set': { readonly [K in keyof F]?: F[K]['~set'] } | Null;
  readonly '~filter':
    | { readonly [K in keyof F]?: F[K]['~filter'] }
    | LookupOf<{ readonly [K in keyof F]: F[K]['~value'] } | Null>
    | Null;
  readonly '~expr': { readonly [K in keyof F]: null extends Null ? F[K]['~maybe'] : F[K]['~expr'] };
  readonly '~maybe': { readonly [K in keyof F]: F[K]['~maybe'] };
}

/** A validation library's schema for values of type `T`, as defined by Standard Schema (zod, valibot, arktype …). */
export interface StandardSchema<out T> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
}

/** What a validator may answer: nothing if the value is good, else a message. */
export type Verdict = string | null | undefined | void;

/** A rule for a value: a function that answers with a message when the value is bad, or a Standard Schema. */
export type Validator<V> = { check(value: V): Verdict | Promise<Verdict> }['check'] | StandardSchema<V>;

/** What the database does to a row when the row it refers to is deleted or gets another key. */
export type ReferentialAction = 'cascade' | 'restrict' | 'set null' | 'set default' | 'no action';

/** Options of every column; a column is NOT NULL unless `nullable` is true. */
export interface ColumnOptions<V> {
  readonly nullable?: boolean;
  /** The value, or a function that makes it, for a new entity that gives none. */
  readonly default?: V | null | (() => V);
  /** DEFAULT in the database: SQL text, or a plain value. The column is left out of INSERT and read back. */
  readonly dbDefault?: string | number | boolean | null;
  readonly unique?: boolean;
  readonly index?: boolean;
  readonly primaryKey?: boolean;
  /** The name in the database, where it is not the attribute's in snake_case. */
  readonly column?: string;
  readonly validators?: readonly Validator<V>[];
  /** Not to be shown in logs. Errors and events show no values of any field; `meta` tells loggers and tools of your own. */
  readonly sensitive?: boolean;
  readonly comment?: string;
  /** The attribute's former name, so that a migration renames the column. */
  readonly renamedFrom?: string;
  /** GENERATED ALWAYS AS: SQL text. Never written, read only. */
  readonly generated?: string | { readonly sql: string; readonly stored?: boolean };
}

/** Options of `f.string`. */
export interface StringOptions extends ColumnOptions<string> {
  /** In characters. */
  readonly maxLength?: number;
}

/** Options of `f.decimal`. */
export interface DecimalOptions extends ColumnOptions<string> {
  /** All digits. */
  readonly precision: number;
  /** Digits behind the point. */
  readonly scale: number;
}

/** Options of `f.datetime`. */
export interface DatetimeOptions extends ColumnOptions<Date> {
  /** Set to now by every insert and update. */
  readonly autoNow?: boolean;
  /** Set to now by the insert. */
  readonly autoNowAdd?: boolean;
}

/** Options of `f.json`. */
export interface JsonOptions<T> extends ColumnOptions<T> {
  /** Validates and types the value. */
  readonly schema?: StandardSchema<T>;
}

/** Options of `f.embedded`. */
export interface EmbeddedOptions {
  /** Goes before the names of its columns; the attribute's name by default. */
  readonly prefix?: string;
  /** The whole value may be null: then all its columns are. */
  readonly nullable?: boolean;
}

/** Options of `f.embedded` for a value in one column of JSON. */
export interface JsonEmbeddedOptions {
  readonly as: 'json';
  readonly nullable?: boolean;
  /** The name in the database, where it is not the attribute's in snake_case. */
  readonly column?: string;
  readonly comment?: string;
}

/** An embedded value as its parts are. */
export type PartValues<F extends Fields> = { -readonly [K in keyof F]: F[K]['~value'] };

/** Options of the automatic keys. */
export type AutoOptions = Pick<ColumnOptions<never>, 'column' | 'comment' | 'renamedFrom'>;

/** How a custom column's value is stored: `decode(encode(value))` is `value`. */
export interface CustomCodec<T> {
  encode(value: T): unknown;
  decode(stored: unknown): T;
}

/** What defines a custom column: its codec, and its type in DDL, one for all dialects or one for each. */
export interface CustomType<T> {
  readonly codec: CustomCodec<T>;
  readonly type: string | { readonly [dialect: string]: string };
}

// Named, because a type literal in a conditional type is instantiated anew for every call of a builder.
export interface NullableOption {
  readonly nullable: true;
}
interface DefaultOption {
  readonly default: unknown;
}
interface DbDefaultOption {
  readonly dbDefault: unknown;
}
interface PrimaryOption {
  readonly primaryKey: true;
}
interface GeneratedOption {
  readonly generated: unknown;
}
interface AutoNowOption {
  readonly autoNow: true;
}
interface AutoNowAddOption {
  readonly autoNowAdd: true;
}

type ValueOf<V, O> = O extends NullableOption ? V | null : V;
/** What the options of a field say of its type. A chain: the compiler takes it in one step, where a union of conditions is one step each. */
export type FlagsOf<O> = O extends GeneratedOption
  ? 'generated'
  : O extends PrimaryOption
    ? 'primary' | (O extends OptionalOption ? 'optional' : never)
    : O extends OptionalOption
      ? 'optional'
      : never;
type OptionalOption = NullableOption | DefaultOption | DbDefaultOption;
type NowFlag<O> = O extends AutoNowOption | AutoNowAddOption ? 'optional' : never;

/** The builders of scalar fields; `FieldBuilders` adds the relations. */
export interface ColumnBuilders {
  /** An integer key that the database counts up. */
  auto(options?: AutoOptions): Column<number, 'optional' | 'primary'>;
  /** A 64-bit integer key that the database counts up; a `bigint`. */
  bigAuto(options?: AutoOptions): Column<bigint, 'optional' | 'primary'>;
  /** @example f.uuid({ primaryKey: true, default: uuidv7 }) */
  uuid<const O extends ColumnOptions<string>>(options?: O): Column<ValueOf<string, O>, FlagsOf<O>>;
  /** 32 bits. */
  int<const O extends ColumnOptions<number>>(options?: O): Column<ValueOf<number, O>, FlagsOf<O>>;
  /** 16 bits. */
  smallInt<const O extends ColumnOptions<number>>(options?: O): Column<ValueOf<number, O>, FlagsOf<O>>;
  /** 64 bits; a `bigint`. */
  bigint<const O extends ColumnOptions<bigint>>(options?: O): Column<ValueOf<bigint, O>, FlagsOf<O>>;
  /** Double precision. */
  float<const O extends ColumnOptions<number>>(options?: O): Column<ValueOf<number, O>, FlagsOf<O>>;
  /** An exact decimal; a `string` such as `'12.50'`. @example f.decimal({ precision: 10, scale: 2 }) */
  decimal<const O extends DecimalOptions>(options: O): Column<ValueOf<string, O>, FlagsOf<O> | 'decimal'>;
  /** A text of limited length. @example f.string({ maxLength: 120, unique: true }) */
  string<const O extends StringOptions>(options?: O): Column<ValueOf<string, O>, FlagsOf<O>>;
  /** A text of any length. */
  text<const O extends ColumnOptions<string>>(options?: O): Column<ValueOf<string, O>, FlagsOf<O>>;
  bool<const O extends ColumnOptions<boolean>>(options?: O): Column<ValueOf<boolean, O>, FlagsOf<O>>;
  /** A day; a `string` `'YYYY-MM-DD'`. */
  date<const O extends ColumnOptions<string>>(options?: O): Column<ValueOf<string, O>, FlagsOf<O> | 'date'>;
  /** A time of day; a `string` `'HH:MM:SS.mmm'`. */
  time<const O extends ColumnOptions<string>>(options?: O): Column<ValueOf<string, O>, FlagsOf<O>>;
  /** A point in time; a `Date` in milliseconds, stored in UTC. @example f.datetime({ autoNowAdd: true }) */
  datetime<const O extends DatetimeOptions>(options?: O): Column<ValueOf<Date, O>, FlagsOf<O> | NowFlag<O>>;
  /** A JSON value; its type is given, or read from a schema. @example f.json<Settings>({ nullable: true }) */
  json<T>(options: JsonOptions<T> & { readonly nullable: true }): Column<T | null, 'optional' | 'structured'>;
  json<T>(options: JsonOptions<T> & { readonly default: unknown }): Column<T, 'optional' | 'structured'>;
  json<T>(options: JsonOptions<T> & { readonly dbDefault: unknown }): Column<T, 'optional' | 'structured'>;
  json<T>(options?: JsonOptions<T>): Column<T, 'structured'>;
  /** One of some texts. @example f.enum(['admin', 'editor'], { default: 'editor' }) */
  enum<const V extends string, const O extends ColumnOptions<NoInfer<V>>>(
    values: readonly V[],
    options?: O,
  ): Column<ValueOf<V, O>, FlagsOf<O>>;
  /** Bytes; a `Uint8Array`. */
  binary<const O extends ColumnOptions<Uint8Array>>(options?: O): Column<ValueOf<Uint8Array, O>, FlagsOf<O>>;
  /** A list of values of another column's type. @example f.array(f.string()) */
  array<C extends AnyColumn, const O extends ColumnOptions<NoInfer<C>['~value'][]>>(
    of: C,
    options?: O,
  ): Column<ValueOf<C['~value'][], O>, FlagsOf<O> | 'structured' | 'array'>;
  /** A type of your own. @example f.custom<Money>({ codec: { encode: String, decode: parseMoney }, type: 'numeric(12,2)' }) */
  custom<T>(type: CustomType<T>, options: ColumnOptions<T> & { readonly nullable: true }): Column<T | null, 'optional'>;
  custom<T>(
    type: CustomType<T>,
    options: ColumnOptions<T> & { readonly primaryKey: true; readonly default: unknown },
  ): Column<T, 'optional' | 'primary'>;
  custom<T>(type: CustomType<T>, options: ColumnOptions<T> & { readonly default: unknown }): Column<T, 'optional'>;
  custom<T>(type: CustomType<T>, options: ColumnOptions<T> & { readonly primaryKey: true }): Column<T, 'primary'>;
  custom<T>(type: CustomType<T>, options?: ColumnOptions<T>): Column<T>;
  /** Columns that form one value. @example f.embedded({ street: f.string(), city: f.string() }, { prefix: 'home_' }) */
  embedded<F extends AnyFields>(
    fields: F,
    options: JsonEmbeddedOptions & NullableOption,
  ): Column<PartValues<F> | null, 'optional' | 'structured'>;
  /** One column of JSON, whose parts are checked. @example f.embedded({ city: f.string() }, { as: 'json' }) */
  embedded<F extends AnyFields>(fields: F, options: JsonEmbeddedOptions): Column<PartValues<F>, 'structured'>;
  embedded<F extends AnyFields>(fields: F, options: EmbeddedOptions & NullableOption): Embedded<F, null>;
  embedded<F extends AnyFields>(fields: F, options?: EmbeddedOptions): Embedded<F>;
  /** The optimistic lock: counts the updates of a row. */
  version(options?: AutoOptions): Column<number, 'optional'>;
}
