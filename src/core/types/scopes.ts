/** Named scopes of a model as types: what `scope()` makes, and what query sets and sessions know of them by name. */
import type { Fields } from './columns.ts';
import type { Model, SHAPE, TargetFunction } from './entity.ts';
import type { ExprOf } from './expressions.ts';
import type { ColumnRefs } from './instance.ts';

/** Options of `scope()`. */
export interface ScopeOptions {
  /** `false`: in force only where a query set asks for it by name. Default `true`: wherever the model appears. */
  readonly default?: boolean;
  /** The session has to give the value that the condition is about; without it every query of the model fails. */
  readonly required?: boolean;
  /** Rows that a session writes have to meet the condition, which is an equality of columns and values then. */
  readonly check?: boolean;
}

/** Whether a scope is in force by itself, once it has its value, or when it is asked for. */
export type ScopeKind = 'default' | 'required' | 'optional';

/** Any scope made by `scope()` whose callback gets the columns `R`. */
export interface ScopeAbout<in R> {
  readonly kind: 'scope';
  readonly '~model': (model: R) => void;
}

/** A scope made by `scope()`: `R` are the columns that its callback gets, `V` the value that it is about. */
export interface NamedScope<in R, out V, out Kind extends ScopeKind = ScopeKind> extends ScopeAbout<R> {
  readonly '~value': V;
  readonly '~kind': Kind;
}

interface AskedFor {
  readonly default: false;
}
interface Required {
  readonly required: true;
}
type KindOf<O> = O extends AskedFor ? 'optional' : O extends Required ? 'required' : 'default';

/** A scope made by `scope.across()`, whose callback is not looked at while the model is being defined. */
export interface AcrossScope<out C, out Kind extends ScopeKind = ScopeKind> {
  readonly kind: 'scope';
  readonly '~condition': C;
  readonly '~kind': Kind;
}

/** The type of `scope`. @example scope((p, tenantId: number) => p.tenantId.eq(tenantId), { required: true }) */
export interface ScopeFunction {
  <R, V = never, const O extends ScopeOptions = {}>(
    condition: (model: R, value: V) => ExprOf<boolean | null>,
    options?: O,
  ): NamedScope<R, V, KindOf<O>>;
  /**
   * For models whose scopes lead to each other, where the compiler would go round in circles: the callback names its
   * parameter's type. @example scope.across((n: Refs<Note>, id: number) => n.writer.tenantId.eq(id))
   */
  across<C extends TargetFunction, const O extends ScopeOptions = {}>(
    condition: C,
    options?: O,
  ): AcrossScope<C, KindOf<O>>;
}

/** The option `scopes` of `model`. */
export interface ScopesOf<F extends Fields> {
  readonly [name: string]:
    | ((model: ColumnRefs<F>) => ExprOf<boolean | null>)
    | ScopeAbout<ColumnRefs<F>>
    | AcrossScope<TargetFunction>;
}

/** The scopes of a model by name. */
type Scopes<M extends Model> = M[typeof SHAPE]['scopes'];

/** Any scope that a query set asks for. */
interface Optional {
  readonly '~kind': 'optional';
}

/** The names of scopes that are in force wherever the model appears. */
export type ScopeName<M extends Model> = {
  [K in keyof Scopes<M>]: Scopes<M>[K] extends Optional ? never : K;
}[keyof Scopes<M>] &
  string;

/** The names of scopes that a query set asks for. */
export type OptionalScopeName<M extends Model> = {
  [K in keyof Scopes<M>]: Scopes<M>[K] extends Optional ? K : never;
}[keyof Scopes<M>] &
  string;

/** The value that a scope is about, as an argument; none where it is about no value. */
export type ScopeArgs<M extends Model, K> = K extends keyof Scopes<M>
  ? Scopes<M>[K] extends NamedScope<never, infer V>
    ? [V] extends [never]
      ? []
      : [value: V]
    : Scopes<M>[K] extends AcrossScope<infer C>
      ? ValueOf<C>
      : []
  : never;

type ValueOf<C> = C extends (model: never) => unknown
  ? []
  : C extends (model: never, value: infer V) => unknown
    ? [value: V]
    : [];

/**
 * The values that a session gives the scopes of a model: `{ tenant: number }`.
 *
 * @example const scopes = { tenant: user.tenantId } satisfies ScopeValues<Post>;
 */
export type ScopeValues<M extends Model> = {
  readonly [K in ScopeName<M> as ScopeArgs<M, K> extends [unknown] ? K : never]: ScopeArgs<M, K>[0];
};
