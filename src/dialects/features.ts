/** What a database can do, as data: code asks for features, never for names. */
export interface DialectFeatures {
  /** A NULL in the key column of an INSERT asks for the next key, so one statement serves given and generated keys. */
  readonly nullKeyGenerates: boolean;
  /**
   * How many rows go in one INSERT at best. `single`: one statement after another. `values`: several rows of
   * placeholders, whose generated keys are consecutive; an UPDATE takes its rows as one JSON text. `lists`: any number,
   * each column's values as one array parameter.
   */
  readonly bulk: 'single' | 'values' | 'lists';
  /** Whether an INSERT gives back columns that the database filled in. */
  readonly returning: boolean;
  /**
   * Whether an INSERT can say of which key a conflict is meant. Where it cannot, a conflict of any key leaves the row as it
   * is, and the row is updated by a statement of its own.
   */
  readonly conflictTarget: boolean;
  /**
   * Whether windows without an order may stand beside others. MariaDB 10.11 takes rows of one for those of another then, which
   * it does not where each has an order.
   */
  readonly unsortedWindows: boolean;
  /** Whether a window may be bounded by groups of rows that are equal in its order. */
  readonly groupFrames: boolean;
  /** Whether `lag` and `lead` take a value for where there is no row. */
  readonly neighbourDefaults: boolean;
  /** Whether there are indexes of words, and searches by them. */
  readonly fullText: boolean;
  /** Whether a table may refer to one that is created after it. */
  readonly forwardReferences: boolean;
  /** Whether a row that refers to itself can be deleted as it is. */
  readonly deletesSelfReferences: boolean;
  /** Whether an index can be over values that are computed of columns. */
  readonly computedIndexes: boolean;
  /** Whether indexes are part of CREATE TABLE, because a database cannot make one only where it is missing. */
  readonly indexesInTable: boolean;
  /** Whether tables stand in schemas that can be created. */
  readonly schemas: boolean;
  /** Whether tables and columns have comments. */
  readonly comments: boolean;
  /** Whether foreign keys are checked at the end of a statement, unless they say RESTRICT. */
  readonly checksLater: boolean;
  /** Whether a table is made anew, and its rows copied, for what cannot be altered in place. */
  readonly rebuilds: boolean;
  /**
   * Whether a column of a foreign key can be renamed, or required, while a check reads it, a time, or a long value; elsewhere (MySQL's errors 1846
   * and 1832) such checks go before and come back after.
   */
  readonly changesCheckedKeys: boolean;
  /** Whether changes of the schema can be rolled back. */
  readonly transactionalDdl: boolean;
  /** How many rows one UPDATE takes, each to values of its own; 1 if that is no faster than one statement after another. */
  readonly rowsPerUpdate: number;
  /**
   * How rows are locked; undefined where a transaction that may write has the whole database for itself. `share`: the
   * words for a lock that readers share. `tables`: whether one can name those whose rows are meant. `outer`: whether these
   * may be rows that a LEFT JOIN does not find.
   */
  readonly rowLocks:
    | {
        readonly share: string;
        readonly tables: boolean;
        readonly outer: boolean;
      }
    | undefined;
  /** Whether small limits are written into the text, because the server plans better for those that it knows. */
  readonly limitsInText: boolean;
  /**
   * Up to how many rows to-one relations are joined. More are loaded by a query for each relation, where that is measured
   * to be faster: each related row is sent once, and the server sorts and cuts before it looks for others.
   */
  readonly joinedRows: number;
  /** Whether a query that stands in place of a table may read columns of the query around it. */
  readonly outerInTables: boolean;
  /** Whether an index serves a comparison of rows, `(a, b) > (?, ?)`; elsewhere it is written key by key. */
  readonly comparesRows: boolean;
  /**
   * The words before a statement that show its plan, and those that also run it and show what it took; undefined where there are
   * none.
   */
  readonly explain: Readonly<
    Record<'text' | 'json', { readonly plan: string | undefined; readonly analyze: string | undefined }>
  >;
  /** Placeholders that one statement may have. */
  readonly maxParameters: number;
  /** Statements before and after tables that refer to each other are dropped, where that needs any. */
  readonly dropCircles: { readonly before: string; readonly after?: string } | undefined;
}
