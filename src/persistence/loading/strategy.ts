import type { DialectFeatures } from '../../dialects/features.ts';
import { mergeTrees } from '../../query/paths.ts';
import type { QueryState } from '../../query/state.ts';

/** How `selectRelated` gets its objects: by a join, by a query for each relation, or by what costs the database less. */
export type LoadStrategy = 'auto' | 'join' | 'batch';

/**
 * The query as it is sent. `selectRelated` promises the objects, and not the join: where many rows are asked for, each
 * related row comes once by a query of its own instead of once for each row that refers to it. Rows that are locked or
 * read afresh are joined, because that is about one statement.
 */
export function withStrategy(state: QueryState, strategy: LoadStrategy, { joinedRows }: DialectFeatures): QueryState {
  if (state.joined.size === 0 || strategy === 'join' || state.lock !== undefined || state.fresh) return state;
  const many = state.limit !== undefined && (state.limit.value as number) > joinedRows;
  if (strategy === 'auto' && !many) return state;
  return { ...state, joined: new Map(), batched: mergeTrees(state.joined, state.batched) };
}
