/** Pages of a query, in the words of the GraphQL Cursor Connections Specification (https://relay.dev/graphql/connections.htm). */

/**
 * Which page: the `first` rows of the order, or those that follow the cursor `after`; or the `last` rows, or those that stand
 * before the cursor `before`. Without a cursor it is the page at that end.
 */
export type PageOptions =
  | {
      readonly first: number;
      readonly after?: string | null | undefined;
      readonly last?: never;
      readonly before?: never;
      readonly totalCount?: boolean;
    }
  | {
      readonly last: number;
      readonly before?: string | null | undefined;
      readonly first?: never;
      readonly after?: never;
      readonly totalCount?: boolean;
    };

/** Where a page begins and ends, and what stands on both sides of it. */
export interface PageInfo {
  /** The cursor of the first row; null for a page without rows. */
  readonly startCursor: string | null;
  /** The cursor of the last row; null for a page without rows. */
  readonly endCursor: string | null;
  /** Whether rows follow. For a page `before` a cursor it is true: the row of the cursor followed. */
  readonly hasNextPage: boolean;
  /** Whether rows stand before. For a page `after` a cursor it is true: the row of the cursor stood there. */
  readonly hasPreviousPage: boolean;
}

/** Some rows of an ordered query. */
export interface Page<T> {
  /** In the query's own order, from whichever end they were asked. */
  readonly items: T[];
  readonly pageInfo: PageInfo;
}

/** A page that was asked for the number of all rows, too. */
export interface CountedPage<T> extends Page<T> {
  readonly totalCount: number;
}
