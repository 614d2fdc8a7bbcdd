import type { Rows } from '../../adapters/adapter.ts';
import { tableMarks, tagMark } from '../../cache/names.ts';
import { valuesToText } from '../../cache/row-text.ts';
import type { ServerRole } from '../../core/types/index.ts';
import type { MaybePromise } from '../../utils/maybe-promise.ts';
import type { CachedQuery, QueryState } from '../../query/state.ts';
import type { BoundQuery } from '../compiled.ts';
import { rowsByKey } from '../key-query.ts';
import type { Workspace } from '../workspace.ts';
import type { CacheAccess } from './cache-access.ts';
import { asksForKeys, keyRows } from './key-rows.ts';

type Read = (server: ServerRole | undefined) => MaybePromise<Rows>;

/** The rows of a query, from the cache if it may have them from there. `read`: from the database. */
export function throughCache(
  workspace: Workspace,
  cache: CacheAccess,
  state: QueryState,
  query: BoundQuery,
  read: Read,
): MaybePromise<Rows> {
  if (state.cached !== undefined && state.lock === undefined && !state.fresh)
    return result(workspace, cache, state, state.cached, query, read);
  if (!asksForKeys(cache, state, query)) return read(state.using);
  const { meta, scopes, using } = state;
  return keyRows(workspace, cache, {
    meta,
    scopes,
    using,
    keys: state.byKey!,
    read: (keys, server) => {
      if (keys.length === state.byKey!.length) return read(server);
      const missing = rowsByKey(meta, keys, scopes);
      const request = { kind: 'entities' as const, state: { ...missing.state, loads: state.loads } };
      const { sql, parameters } = workspace.compiled.query(request);
      return workspace.read((connection) => workspace.executor.query(connection, sql, parameters, request), server);
    },
  });
}

/** All rows of a query as one entry, which falls with any change of a table that was read. */
async function result(
  workspace: Workspace,
  cache: CacheAccess,
  { meta: about, using }: QueryState,
  { ttl, tags }: CachedQuery,
  { compiled, parameters }: BoundQuery,
  read: Read,
): Promise<Rows> {
  const { reads } = compiled.plan;
  const values = valuesToText(parameters);
  const marks = [...new Set([...reads].flatMap((meta) => tableMarks(meta, workspace.place)))];
  const use = cache.useIn(workspace.transaction, marks);
  if (use === 'nothing' || values === undefined || !cache.keepsResultsOf(reads)) return read(using);
  const wanted = { key: cache.resultKey(compiled.sql, values), marks: [...marks, ...tags.map(tagMark)], ttl };
  if (use === 'look') return (await cache.look(about, [wanted]))[0] ?? read(using);
  const [rows] = await cache.rows(about, [wanted], async (_, leased) => [
    { rows: await read(leased ? 'primary' : using), keep: true },
  ]);
  return rows!;
}
