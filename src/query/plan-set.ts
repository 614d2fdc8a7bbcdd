import type { SelectStatement } from '../core/ast/expressions.ts';
import { qualified } from './qualify.ts';
import { selectValues } from './plan-values.ts';
import { isCut, openScope } from './sources.ts';
import { chosenBy, clauses } from './clauses.ts';
import { select } from './scope.ts';
import type { Aliases, Scope } from './scope.ts';
import type { SetState } from './state.ts';

/** A query set that stands inside of a query: of its columns, or of none where only its rows count. */
export function planSet({ state, columns }: SetState, aliases: Aliases, outer: Scope | undefined): SelectStatement {
  if (columns !== undefined) {
    // Rows that are not cut are a set: their order says nothing.
    const plain = isCut(state) ? state : { ...state, order: [], reversed: false };
    return selectValues(plain, columns, aliases, false, outer).statement;
  }
  const scope = openScope(state, aliases, outer);
  const body = { ...clauses(state, scope), distinct: false };
  const rows = select({ columns: [], ...body, limit: state.limit, offset: state.offset });
  return qualified(rows, chosenBy(state, scope));
}
