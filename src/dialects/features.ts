/** What a database can do, as data: code asks for features, never for names. */
export interface DialectFeatures {
  /** A NULL in the key column of an INSERT asks for the next key, so one statement serves given and generated keys. */
  readonly nullKeyGenerates: boolean;
  /**
   * How many rows go in one INSERT at best. `single`: one statement after another. `lists`: any number, each column's
   * values as one array parameter.
   */
  readonly bulk: 'single' | 'lists';
  /** Whether a table may refer to one that is created after it. */
  readonly forwardReferences: boolean;
  /** How many rows one UPDATE takes, each to values of its own; 1 if that is no faster than one statement after another. */
  readonly rowsPerUpdate: number;
  /** Placeholders that one statement may have. */
  readonly maxParameters: number;
  /** A statement that makes a transaction check foreign keys at its end and not before, where that can be asked for. */
  readonly deferForeignKeys: string | undefined;
}
