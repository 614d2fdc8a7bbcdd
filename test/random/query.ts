/**
 * Queries as data. They are made by `generate.ts`, and mean something to two interpreters: `api.ts` says them to the library,
 * `evaluate.ts` and `answer.ts` say what they are to give.
 */
import type { FUNCTIONS, NULL_FUNCTIONS } from './functions.ts';
import type { TESTS } from './tests.ts';
import type { Type, Value } from './values.ts';

/**
 * An expression. `scope` counts from the inside how many callbacks further out its row belongs to: in
 * `author.posts.some((p) => p.views.gt(author.age))` that of `p.views` is 0, and of `author.age` 1.
 */
export type Expr = Column | Constant | Call | Choice | Related | Annotated | Asked;

export interface Column {
  readonly node: 'column';
  readonly type: Type;
  readonly scope: number;
  /** Relations to one. */
  readonly steps: readonly string[];
  readonly field: string;
  /** For a foreign key, the name of its relation where the filter is to be by that. */
  readonly relation?: string;
}

export interface Constant {
  readonly node: 'constant';
  readonly type: Type;
  readonly value: Value;
}

export type FunctionName = keyof typeof FUNCTIONS | keyof typeof NULL_FUNCTIONS;

export interface Call {
  readonly node: 'call';
  readonly type: Type;
  readonly fn: FunctionName;
  readonly args: readonly Expr[];
}

/** `caseWhen`: one value or another; NULL without the other. */
export interface Choice {
  readonly node: 'choice';
  readonly type: Type;
  readonly when: Condition;
  readonly then: Expr;
  readonly otherwise: Expr | undefined;
}

export type AggregateName = 'count' | 'sum' | 'avg' | 'min' | 'max';

/** An aggregate: of all rows of a query, or of a group. */
export interface Aggregate {
  readonly type: Type;
  readonly fn: AggregateName;
  readonly argument: Expr | undefined;
  readonly distinct: boolean;
}

/** An aggregate over the rows of a relation to many, seen from a row. */
export interface Related extends Aggregate {
  readonly node: 'related';
  readonly of: Members;
}

/** What `annotate` has computed. */
export interface Annotated {
  readonly node: 'annotation';
  readonly type: Type;
  readonly name: string;
}

/** A condition as a value. */
export interface Asked {
  readonly node: 'asked';
  readonly type: Type;
  readonly condition: Condition;
}

/** The rows of a relation to many, or those of them for which something holds. */
export interface Members {
  readonly scope: number;
  readonly steps: readonly string[];
  readonly relation: string;
  readonly where: Condition | undefined;
}

export type Condition =
  | { readonly node: 'and' | 'or'; readonly items: readonly Condition[] }
  | { readonly node: 'not'; readonly item: Condition }
  | { readonly node: 'test'; readonly test: TestName; readonly subject: Expr; readonly args: readonly Expr[] }
  | { readonly node: 'truth'; readonly of: Expr }
  | { readonly node: 'some' | 'none' | 'every'; readonly of: Members; readonly condition: Condition | undefined };

export type TestName = keyof typeof TESTS;

export interface Named<T = Expr> {
  readonly name: string;
  readonly value: T;
}

export interface Step {
  readonly by: 'filter' | 'exclude';
  /** As an object where that can say it, or as a callback. */
  readonly style: 'object' | 'callback';
  readonly condition: Condition;
}

export interface Order {
  readonly by: Expr;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last' | undefined;
}

export interface Query {
  readonly model: string;
  readonly annotations: readonly Named[];
  readonly steps: readonly Step[];
  /** Total where there is one: it ends in the key. */
  readonly order: readonly Order[] | undefined;
  readonly reversed: boolean;
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  readonly end: End;
}

/** What is asked of the set of rows. */
export type End =
  | {
      readonly kind: 'entities';
      readonly select: readonly string[];
      readonly prefetch: readonly string[];
      readonly only: readonly string[] | undefined;
      /** In batches of so many rows. */
      readonly streamed: number | undefined;
    }
  | { readonly kind: 'count' | 'exists' | 'first' | 'last' | 'delete' }
  | { readonly kind: 'values'; readonly columns: readonly Named[]; readonly form: 'object' | 'tuple' | 'flat' }
  | { readonly kind: 'distinct'; readonly columns: readonly Named[]; readonly window: Window }
  | {
      readonly kind: 'groups';
      readonly keys: readonly Named[];
      readonly aggregates: readonly Named<Aggregate>[];
      readonly window: Window;
    }
  | { readonly kind: 'aggregate'; readonly aggregates: readonly Named<Aggregate>[] }
  | { readonly kind: 'update'; readonly changes: readonly Named<Expr | null>[] };

/** How rows that are no entities are sorted, by name, and cut. */
export interface Window {
  readonly order: readonly string[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}
