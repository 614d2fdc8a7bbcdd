/** What a tracker has to know of a statement; nothing of it is a value. */
export interface TrackedStatement {
  readonly sql: string;
  /** Whose quotes it has. */
  readonly database: { readonly dialect: string };
  readonly kind: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly runs: number;
  readonly rows: number | undefined;
  readonly error: unknown;
  readonly session: number | undefined;
  readonly transaction: number | undefined;
  readonly correlationId: string | undefined;
  readonly subject: TrackedSubject | undefined;
}

/** What a statement is about. */
export interface TrackedSubject {
  readonly model: string;
  readonly table: string;
  readonly relation: string | undefined;
}

/** What else is asked about a statement, by whoever made it. */
export interface Insight {
  /** Whether it is a query of the application's, which a loop of the application can repeat. */
  isAsked(event: TrackedStatement): boolean;
  /** What to call instead of one such query for each of many things; undefined where there is no such thing. */
  remedy(event: TrackedStatement): string | undefined;
  /** Whether the answer to it can be kept, while nothing is written. */
  canBeKept(event: TrackedStatement): boolean;
  /** The values of its parameters, which go no further than a comparison. */
  parameters(event: TrackedStatement): readonly unknown[] | undefined;
}
