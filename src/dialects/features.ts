/** What a database can do, as data: code asks for features, never for names. */
export interface DialectFeatures {
  /** Most parameters of one statement. */
  readonly maxParameters: number;
  /** RETURNING after INSERT. */
  readonly returning: boolean;
  /** A NULL in the key column of an INSERT asks for the next key, so one statement serves given and generated keys. */
  readonly nullKeyGenerates: boolean;
  /** How many rows go fastest: one prepared statement in a loop, or many rows in one statement. */
  readonly batches: 'loop' | 'values' | 'unnest';
  /** DDL takes part in transactions. */
  readonly transactionalDdl: boolean;
  /** Isolation levels that transactions may ask for. */
  readonly isolationLevels: readonly string[];
}
