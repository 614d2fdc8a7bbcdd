import type { Connection } from '../adapters/adapter.ts';
import { mapKey } from '../core/keys.ts';
import type { ModelMeta } from '../core/metadata.ts';
import type { Row } from '../core/state.ts';
import { UNSCOPED } from '../query/active-scopes.ts';
import { rowsByKey } from './key-query.ts';
import type { Workspace } from './workspace.ts';

/** Rows that are read back by one statement. */
const ROWS_PER_READ = 1_000;

/** Rows by their keys, in the order of the keys: what the database has made of what was written. */
export async function readRows(
  { executor, compiled }: Workspace,
  connection: Connection,
  meta: ModelMeta,
  keys: readonly (readonly unknown[])[],
): Promise<Row[]> {
  const codec = compiled.codec(meta);
  const found = new Map<unknown, Row>();
  const size = meta.key.length === 1 ? ROWS_PER_READ : ROWS_PER_READ / 10;
  for (let from = 0; from < keys.length; from += size) {
    const query = compiled.query(rowsByKey(meta, keys.slice(from, from + size), UNSCOPED));
    for (const row of await executor.query(connection, query.compiled.sql, query.parameters))
      found.set(codec.keyOfRow(row), row);
  }
  return keys.map((key) => found.get(mapKey(meta, key.length === 1 ? key[0] : key))!);
}
