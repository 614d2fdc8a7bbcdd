import type { Connection, Rows } from '../../adapters/adapter.ts';
import { digest, keyText, rowMarks, tableMarks, tableName } from '../../cache/names.ts';
import type { Place } from '../../cache/names.ts';
import { valuesToText } from '../../cache/row-text.ts';
import type { Load, Wanted } from '../../cache/second-level.ts';
import { rootOf } from '../../core/inheritance.ts';
import type { ModelMeta } from '../../core/metadata.ts';
import type { ServerRole } from '../../core/types/index.ts';
import type { ScopeConditions } from '../../query/scope-conditions.ts';
import type { QueryState } from '../../query/state.ts';
import type { BoundQuery, CompiledCache } from '../compiled.ts';
import { rowsByKey } from '../key-query.ts';
import type { CacheAccess } from './cache-access.ts';
import { columnsOf } from './cache-access.ts';

type Key = readonly unknown[];

/** Of a session: where its tables are, the transaction that it is in, and what it has compiled. */
interface Here {
  readonly place: Place;
  readonly transaction: Connection | undefined;
  readonly compiled: CompiledCache;
}

/** Reads the rows of some keys. */
export type ReadKeys = (keys: readonly Key[], server: ServerRole | undefined) => Promise<Rows> | Rows;

/** Which rows are asked for, and how they are read where the cache lacks them. */
export interface KeyRequest {
  readonly meta: ModelMeta;
  readonly keys: readonly Key[];
  readonly scopes: ScopeConditions;
  readonly using: ServerRole | undefined;
  readonly read: ReadKeys;
}

/** Whether a query is for whole rows of some keys and for nothing else, and may have them from the cache. */
export function asksForKeys(cache: CacheAccess, state: QueryState, { compiled: { plan } }: BoundQuery): boolean {
  if (state.byKey === undefined || !cache.keeps(state.meta) || plan.kind !== 'entities') return false;
  const { source, where, limit, offset, distinct, perParent, fields, lock, fresh, using } = state;
  return (
    where.length === 1 &&
    plan.shape.segments.length === 1 &&
    plan.shape.annotations.length + plan.shape.keys.length === 0 &&
    [source, limit, offset, perParent, fields, lock].every((part) => part === undefined) &&
    !distinct &&
    !fresh &&
    using !== 'primary'
  );
}

/** The rows of these keys that there are, in no order. */
export async function keyRows(here: Here, cache: CacheAccess, request: KeyRequest): Promise<Rows> {
  const { keys, read, using } = request;
  const entries = keys.map((key) => entryOf(here, cache, request, key));
  const use = cache.useIn(
    here.transaction,
    entries.flatMap((entry) => entry?.marks ?? []),
  );
  const named = use === 'nothing' ? [] : entries.flatMap((entry, i) => (entry === undefined ? [] : [{ ...entry, i }]));
  const unnamed = keys.filter((_, i) => !named.some((entry) => entry.i === i));
  // Rows that the database found by another spelling of their key: for who asked, and for nobody else.
  const others: Rows = unnamed.length === 0 ? [] : [...(await read(unnamed, using))];
  if (named.length === 0) return others;
  if (use === 'look') {
    const seen = await cache.look(request.meta, named);
    const missing = named.filter((_, n) => seen[n] === undefined).map(({ i }) => keys[i]!);
    return [
      ...others,
      ...seen.flatMap((rows) => rows ?? []),
      ...(missing.length === 0 ? [] : await read(missing, using)),
    ];
  }
  const load: Load = async (positions, leased) => {
    const wanted = positions.map((n) => named[n]!);
    // What is kept is what the primary says: a replica may not have heard of it yet.
    const rows = await read(
      wanted.map(({ i }) => keys[i]!),
      leased ? 'primary' : using,
    );
    const found = new Map(rows.map((row) => [rowKey(here, request.meta, row), row]));
    const loaded = wanted.map(({ text }) => {
      const row = found.get(text);
      found.delete(text);
      return { rows: row === undefined ? [] : [row], keep: row !== undefined };
    });
    others.push(...found.values());
    return loaded;
  };
  return [...(await cache.rows(request.meta, named, load)).flat(), ...others];
}

/** What a row stands under. Where conditions of models hold, what these say is part of it, and of what it falls with. */
function entryOf(
  { place, compiled }: Here,
  cache: CacheAccess,
  { meta, scopes }: KeyRequest,
  key: Key,
): (Wanted & { readonly text: string }) | undefined {
  const text = keyText(meta, key);
  if (text === undefined) return undefined;
  const marks = rowMarks(meta, place, text);
  const entry = `${tableName(meta, place)}:${cache.formOf(meta)}:${text}`;
  const { ttl } = meta.cache!;
  const width = columnsOf(meta).length;
  if (!meta.restricted) return { key: entry, marks, ttl, width, text };
  const { compiled: query, parameters } = compiled.query(rowsByKey(meta, [key], scopes));
  const values = valuesToText(parameters);
  if (values === undefined) return undefined;
  for (const read of query.plan.reads) if (rootOf(read) !== rootOf(meta)) marks.push(...tableMarks(read, place));
  return { key: `${entry}:${digest(`${query.sql}\n${values}`)}`, marks, ttl, width, text };
}

function rowKey({ compiled }: Here, meta: ModelMeta, row: readonly unknown[]): string | undefined {
  const codec = compiled.codec(meta);
  return keyText(
    meta,
    meta.key.map((field) => codec.decodeField(field, row[field.index])),
  );
}
