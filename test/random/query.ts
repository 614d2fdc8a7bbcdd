/**
 * Queries as data. They are made by `generate.ts`, and mean something to two interpreters: `api.ts` says them to the library,
 * `evaluate.ts` and `answer.ts` say what they are to give.
 */
import type { CASTS } from './casts.ts';
import type { FUNCTIONS, NULL_FUNCTIONS } from './functions.ts';
import type { TESTS } from './tests.ts';
import type { Type, Value } from './values.ts';

/**
 * An expression. `scope` counts from the inside how many callbacks further out its row belongs to: in
 * `author.posts.some((p) => p.views.gt(author.age))` that of `p.views` is 0, and of `author.age` 1.
 */
export type Expr = Column | Constant | Call | Cast | Choice | Related | Inner | Windowed | Annotated | Depth | Asked;

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

/** A value as one of another type: of its `type`. */
export interface Cast {
  readonly node: 'cast';
  readonly type: Type;
  readonly to: keyof typeof CASTS;
  readonly of: Expr;
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

/** A query inside of another. In it, its own row is that of scope 0, and those of the queries around it follow. */
export interface Sub {
  readonly model: string;
  readonly where: Condition | undefined;
  /** Ends in the key where the query is cut. */
  readonly order: readonly Order[];
  readonly limit: number | undefined;
}

/** The one value of a query: of its first row, or an aggregate. */
export interface Inner {
  readonly node: 'inner';
  readonly type: Type;
  readonly of: Sub;
  readonly value: { readonly column: Expr } | { readonly aggregate: Aggregate };
}

export type WindowName = 'rowNumber' | 'rank' | 'denseRank' | 'lag' | 'lead' | 'firstValue' | AggregateName;

/** A value of a row from the rows around it; only as an annotation. */
export interface Windowed {
  readonly node: 'window';
  readonly type: Type;
  readonly fn: WindowName;
  readonly argument: Expr | undefined;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly Order[];
  /** Up to the row itself, where the order is total; else up to those that are equal to it. */
  readonly running: boolean;
}

/** How many steps of `recursive` lead to a row; only as an annotation. */
export interface Depth {
  readonly node: 'depth';
  readonly type: Type;
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
  | { readonly node: 'exists'; readonly of: Sub }
  | { readonly node: 'among'; readonly not: boolean; readonly subject: Expr; readonly of: Sub; readonly column: Expr }
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

/** A set that another one is put together with, or begins with. */
export interface Part {
  readonly steps: readonly Step[];
  /** Total where the set is cut. */
  readonly order: readonly Order[] | undefined;
  readonly limit: number | undefined;
}

export type Combination = 'union' | 'intersection' | 'difference';

/** Where the rows come from, if not from all of the model. */
export type Source =
  | {
      readonly kind: 'combined';
      readonly by: Combination;
      readonly all: boolean;
      readonly left: Part;
      readonly right: Part;
    }
  | {
      readonly kind: 'recursive';
      readonly start: Part;
      readonly relation: string;
      readonly maxDepth: number | undefined;
      /** Whether steps are counted. */
      readonly depth: boolean;
    };

export interface Query {
  readonly model: string;
  readonly source: Source | undefined;
  readonly annotations: readonly Named[];
  readonly steps: readonly Step[];
  /** A condition that looks at windows: it chooses from the rows that these are made of. */
  readonly chosen: Condition | undefined;
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
      /** As no part of the session. */
      readonly readOnly: boolean;
      readonly some: readonly SomeRows[];
    }
  /** All pages, one after the other, from the one end or from the other. */
  | { readonly kind: 'pages'; readonly size: number; readonly backward: boolean }
  | { readonly kind: 'inBulk'; readonly field: string | undefined; readonly keys: readonly (readonly Value[])[] }
  | {
      readonly kind: 'together';
      readonly by: Combination;
      readonly all: boolean;
      readonly columns: readonly Named[];
      readonly other: { readonly model: string; readonly steps: readonly Step[]; readonly columns: readonly Named[] };
      readonly window: Window;
    }
  | { readonly kind: 'count' | 'exists' | 'first' | 'last' | 'delete' }
  | { readonly kind: 'values'; readonly columns: readonly Named[]; readonly form: 'object' | 'tuple' | 'flat' }
  | { readonly kind: 'distinct'; readonly columns: readonly Named[]; readonly window: Window }
  | {
      readonly kind: 'groups';
      readonly keys: readonly Named[];
      readonly aggregates: readonly Named<Aggregate>[];
      /** By `groupBy`, with conditions that all hold. */
      readonly having: readonly Having[] | undefined;
      readonly window: Window;
    }
  | { readonly kind: 'aggregate'; readonly aggregates: readonly Named<Aggregate>[] }
  | { readonly kind: 'update'; readonly changes: readonly Named<Expr | null>[] };

/** What rows are grouped by, by its name. */
export interface GroupKey {
  readonly key: string;
  readonly type: Type;
}

/** A condition on a group. */
export interface Having {
  readonly of: Aggregate | GroupKey;
  readonly test: TestName;
  readonly args: readonly Expr[];
}

/** Some rows of a relation, under a name of their own. */
export interface SomeRows {
  readonly relation: string;
  readonly as: string;
  readonly limit: number | undefined;
  readonly where: Condition | undefined;
  readonly order: readonly Order[];
}

/** How rows that are no entities are sorted, by name, and cut. */
export interface Window {
  readonly order: readonly string[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}
