/** What a database can do, as data: code asks for features, never for names. */
export interface DialectFeatures {
  /** A NULL in the key column of an INSERT asks for the next key, so one statement serves given and generated keys. */
  readonly nullKeyGenerates: boolean;
  /** A statement that makes a transaction check foreign keys at its end and not before, where that can be asked for. */
  readonly deferForeignKeys: string | undefined;
}
