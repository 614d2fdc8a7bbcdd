import { conjunction, typeOf } from '../core/ast/expressions.ts';
import type {
  ColumnExpression,
  CompoundStatement,
  DerivedTable,
  Expression,
  OrderNode,
  SelectStatement,
} from '../core/ast/expressions.ts';
import type { FieldMeta } from '../core/metadata.ts';
import { UNSCOPED } from './active-scopes.ts';
import { chosenBy, clauses } from './clauses.ts';
import { ordersOf } from './orders.ts';
import { qualified } from './qualify.ts';
import { recursiveKeys } from './recursion.ts';
import { ROOT } from './roots.ts';
import { columnOf, equal, Scope, select } from './scope.ts';
import type { Aliases } from './scope.ts';
import type { CombinedSource, QueryState } from './state.ts';

/** The table of what other sets gave, in any query that is over them. */
export const FOUND = 'found';

/** The table of the only side that has rows. */
const ONLY = 'only_side';

/** Begins the FROM clause of a query set: its table, or what other sets give. */
export function openScope(state: QueryState, aliases: Aliases, outer?: Scope): Scope {
  const { source, meta } = state;
  const values = source?.kind === 'combined' && source.sides[0]!.columns !== undefined;
  // Rows of values are no rows of the model, so that its scopes say nothing of them.
  const scope = new Scope(meta, aliases, values ? UNSCOPED : state.scopes, outer, [...state.origins, ROOT]);
  if (source === undefined) return scope;
  if (values) {
    scope.from = { query: combine(source, aliases, outer), alias: FOUND };
    return scope;
  }
  // By their keys: each of them once, and all that a query does with a table it does here.
  const query: DerivedTable['query'] =
    source.kind === 'combined' ? combine(source, aliases, outer) : recursiveKeys(source, aliases, selectKeys, outer);
  const on = meta.key.map((field, i) => equal(columnOf(scope.root.alias, field), foundKey(field, i)));
  scope.joins.push({ kind: 'inner', table: { query, alias: FOUND }, on: conjunction(on) });
  return scope;
}

function foundKey(field: FieldMeta, i: number): ColumnExpression {
  return { kind: 'column', alias: FOUND, column: `k${i}`, type: field.type, nullable: false };
}

function combine(
  { operator, all, sides }: CombinedSource,
  aliases: Aliases,
  outer: Scope | undefined,
): CompoundStatement {
  const planned = sides.map((side) =>
    side.columns === undefined
      ? named(selectKeys(side.state, aliases, outer), 'k')
      : named(aliases.planSet(side, aliases, outer), 'c'),
  );
  const compound: CompoundStatement = { kind: 'compound', operator, all, sides: planned };
  return all || planned.length > 1 ? compound : { ...compound, sides: [onceEach(compound)] };
}

/** What is left where the other sets are known to be empty: it has each row once nevertheless. */
function onceEach(query: CompoundStatement): SelectStatement {
  const columns = query.sides[0]!.columns.map(({ expression, as }) => {
    const { type, nullable } = typeOf(expression);
    const column: ColumnExpression = { kind: 'column', alias: ONLY, column: as!, type, nullable };
    return { expression: column, as };
  });
  return select({ columns, from: { query, alias: ONLY }, distinct: true });
}

/** With names for the columns, by their position. */
export function named(query: SelectStatement, letter: string): SelectStatement {
  return { ...query, columns: query.columns.map((column, i) => ({ ...column, as: `${letter}${i}` })) };
}

/** The keys of a set of entities; sorted only where that says which they are. */
export function selectKeys(state: QueryState, aliases: Aliases, outer?: Scope): SelectStatement {
  const scope = openScope(state, aliases, outer);
  const columns = state.meta.key.map((field) => ({ expression: columnOf(scope.root.alias, field), as: undefined }));
  const { limit, offset } = state;
  const body = { ...clauses(state, scope), distinct: false };
  const orders: readonly OrderNode[] = isCut(state) ? ordersOf(state) : [];
  const every = select({ columns, ...body, orderBy: orders.map((order) => scope.resolveOrder(order)), limit, offset });
  return qualified(every, chosenBy(state, scope));
}

export function isCut({ limit, offset }: QueryState): boolean {
  return limit !== undefined || offset !== undefined;
}

/** A column of what other sets gave, as an expression. */
export function foundColumn(position: number, expression: Expression, nullable: boolean): ColumnExpression {
  return { kind: 'column', alias: FOUND, column: `c${position}`, type: typeOf(expression).type, nullable };
}
