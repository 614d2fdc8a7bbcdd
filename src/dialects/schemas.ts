import type { TableName } from '../core/ast/schema.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { ConfigError } from '../utils/errors.ts';
import type { Dialect } from './dialect.ts';

/** @throws ConfigError for what is no name of a schema, or one that the database would cut. */
export function checkSchemaName(
  name: unknown,
  longest: { readonly characters: number } | { readonly bytes: number },
): void {
  // Control characters are in no name that anybody means.
  if (typeof name !== 'string' || name === '' || !name.isWellFormed() || /\p{Cc}/u.test(name))
    throw new ConfigError("The option 'schema' is the name of a schema.", { field: 'schema' });
  const length = 'bytes' in longest ? Buffer.byteLength(name) : Array.from(name).length;
  const [most, unit] = 'bytes' in longest ? [longest.bytes, 'bytes'] : [longest.characters, 'characters'];
  if (length > most)
    throw new ConfigError(`The name of a schema has at most ${most} ${unit} on this database.`, { field: 'schema' });
}

/** The name of a table with its schema: the model's own, or that for which the dialect is. */
export function tableName(dialect: Dialect, { schema, table }: Pick<ModelMeta, 'schema' | 'table'>): string {
  return qualified(dialect, { schema, name: table });
}

/** Whatever stands in a schema: a table, a view, on some databases an index. */
export function qualified(dialect: Dialect, { schema = dialect.schema, name }: TableName): string {
  return schema === undefined ? dialect.quote(name) : dialect.quote(schema, name);
}
