import { conjunction, typeOf } from '../core/ast/expressions.ts';
import type { Expression, SelectStatement, Selection } from '../core/ast/expressions.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { refuseLock } from './locks.ts';
import { select } from './scope.ts';
import type { QueryRequest, QueryState } from './state.ts';
import { hasWindow } from './walk.ts';

/** What the query around calls the rows that it chooses from. */
const ALIAS = 'chosen';

/** Conditions that look at windows, apart from those that choose the rows which the windows are made of. */
export function byWindow(where: readonly Expression[]): readonly Expression[] {
  return where.filter(hasWindow);
}

/**
 * A query whose rows are chosen by what windows say, which SQL allows in no WHERE: its rows, with its conditions and sort
 * keys beside them, become a table of which those are read that meet the conditions (as Django's `QuerySet.filter` does by a
 * window annotation). `conditions` are resolved; the statement has none of them yet.
 */
export function qualified(statement: SelectStatement, conditions: readonly Expression[]): SelectStatement {
  return conditions.length === 0 ? statement : derived(statement, conditions);
}

/**
 * Groups that windows number are sorted from outside: MariaDB forgets an order that is that of the groups once a window has
 * sorted them another way.
 */
export function sortedOutside(statement: SelectStatement): SelectStatement {
  const sorted = statement.groupBy.length > 0 && statement.orderBy.length > 0;
  return sorted && statement.columns.some(({ expression }) => hasWindow(expression))
    ? derived(statement, [])
    : statement;
}

function derived(statement: SelectStatement, conditions: readonly Expression[]): SelectStatement {
  const inside: Selection[] = [...statement.columns];
  const outside = (node: Expression): Expression => {
    const found = inside.findIndex(({ expression }) => expression === node);
    const position = found < 0 ? inside.push({ expression: node, as: undefined }) - 1 : found;
    return { kind: 'column', alias: ALIAS, column: `c${position}`, computed: isComputed(node), ...typeAlone(node) };
  };
  const columns = statement.columns.map(({ expression, as }) => ({ expression: outside(expression), as }));
  const orderBy = statement.orderBy.map((order) => ({ ...order, expression: outside(order.expression) }));
  const items = conditions.map((condition) => joinedOutside(condition, outside));
  const query: SelectStatement = {
    ...statement,
    columns: inside.map((column, i) => ({ ...column, as: `c${i}` })),
    distinct: false,
    orderBy: [],
    limit: undefined,
    offset: undefined,
  };
  return select({
    columns,
    from: { query, alias: ALIAS },
    distinct: statement.distinct,
    where: items.length === 0 ? undefined : conjunction(items),
    orderBy,
    limit: statement.limit,
    offset: statement.offset,
  });
}

/**
 * A condition whose parts are computed inside and joined outside: MariaDB makes NULL of a window in the third level of ANDs and
 * ORs (seen in 10.11).
 */
function joinedOutside(node: Expression, outside: (part: Expression) => Expression): Expression {
  const join = (part: Expression): Expression => joinedOutside(part, outside);
  if (node.kind === 'and' || node.kind === 'or') return { ...node, items: node.items.map(join) };
  return node.kind === 'not' ? { ...node, operand: join(node.operand) } : outside(node);
}

function isComputed(node: Expression): boolean {
  if (node.kind === 'column') return node.computed === true;
  return node.kind !== 'param' && node.kind !== 'literal';
}

function typeAlone(node: Expression): Pick<ReturnType<typeof typeOf>, 'type' | 'nullable'> {
  const { type, nullable } = typeOf(node);
  return { type, nullable };
}

/** @throws InvalidQueryError where rows are grouped that windows choose. */
export function refuseQualified({ meta, where }: QueryState, what: string): void {
  if (byWindow(where).length === 0) return;
  throw new InvalidQueryError(`${what} of ${meta.name} cannot be over rows that a window chooses.`, {
    model: meta.name,
    remedy: 'Read the rows with values(), or write the condition without a window.',
  });
}

/** @throws InvalidQueryError where rows are locked that a query with windows reads. */
export function refuseLockedWindows(state: QueryState, expressions: readonly Expression[]): void {
  if ([...state.where, ...expressions].some(hasWindow)) refuseLock(state, 'windows');
}

/** @throws InvalidQueryError for an UPDATE or DELETE by windows. */
export function refuseWindowsInWrite(request: Extract<QueryRequest, { kind: 'update' | 'delete' }>): void {
  const { state, kind } = request;
  const values = kind === 'update' ? request.changes.map(({ value }) => value) : [];
  const orders = state.limit === undefined ? [] : (state.order ?? []).map(({ expression }) => expression);
  if (![...state.where, ...orders, ...values].some(hasWindow)) return;
  throw new InvalidQueryError(`${kind}() of ${state.meta.name} cannot look at a window.`, {
    model: state.meta.name,
    remedy: 'Read the keys with values(), and write the rows that have them.',
  });
}
