import { refuseReadOnly } from '../core/read-only.ts';
import { InvalidQueryError, UnfilteredWriteError } from '../utils/errors.ts';
import { refuseCachedWrite } from './cached-query.ts';
import { isFiltered } from './combine.ts';
import type { QueryState } from './state.ts';

/** Whether `update()` or `delete()` of a set may write. @throws ReadOnlyModelError, InvalidQueryError, UnfilteredWriteError */
export function checkSetWrite(state: QueryState, call: 'update' | 'delete'): void {
  const { name: model } = state.meta;
  refuseReadOnly(state.meta, `${call}d`);
  refuseCachedWrite(state, call);
  if (isFiltered(state)) return;
  throw new UnfilteredWriteError(`${call}() would write every ${model}.`, {
    model,
    remedy: `Add a filter, or say .unfiltered() before .${call}().`,
  });
}

/** Whether a call that is about given rows may write them. @throws ReadOnlyModelError, InvalidQueryError */
export function checkRowsWrite(state: QueryState, call: string): void {
  const { meta, where, limit, offset, empty, source } = state;
  refuseReadOnly(meta, 'written');
  refuseCachedWrite(state, call);
  if (where.length === 0 && limit === undefined && offset === undefined && source === undefined && !empty) return;
  throw new InvalidQueryError(
    `${call}() is about given rows of ${meta.name}, and this query has been filtered or limited.`,
    { model: meta.name, remedy: `Call it on session.query(${meta.name}) itself.` },
  );
}
