import { conjunction } from '../core/ast/expressions.ts';
import type {
  ColumnExpression,
  Expression,
  OrderNode,
  ParamExpression,
  Selection,
  SelectStatement,
} from '../core/ast/expressions.ts';
import type { FieldMeta } from '../core/metadata.ts';
import type { Plan } from './plan.ts';
import { refuseQualified } from './qualify.ts';
import { planSet } from './plan-set.ts';
import { Aliases, columnOf, columnsOf, equal, select } from './scope.ts';
import { amongKeys } from './key-lists.ts';
import { partsOf } from '../core/relation-keys.ts';
import type { Scope } from './scope.ts';
import { openScope } from './sources.ts';
import type { LinksRequest, PerParent, QueryState } from './state.ts';

/**
 * At most so many rows for each parent: the rows of all parents are ranked by a window, among those of the same parent, and
 * those of the first places stay. The order must leave no two rows equal, so that every database gives the same ones.
 */

const ALIAS = 'ranked';
const PLACE = 'place';
const INT: FieldMeta['type'] = Object.freeze({ kind: 'int' });

/** Joins a query for entities with the ranks of its rows: the clauses that leave those of the first places, in their order. */
export function joinRanked(
  state: QueryState,
  { field, owners, few, limit }: PerParent,
  scope: Scope,
  aliases: Aliases,
): Pick<SelectStatement, 'where' | 'orderBy'> {
  const { meta, where, order } = state;
  const inner = openScope(state, aliases);
  const by = columnsOf(inner.root.alias, field);
  const orderBy = (order ?? []).map((key) => inner.resolveOrder(key));
  const query = select({
    columns: [
      ...meta.key.map((key, i) => ({ expression: columnOf(inner.root.alias, key), as: `k${i}` })),
      placeOf(by, orderBy),
    ],
    from: inner.root,
    joins: inner.joins,
    where: inner.where(few ? where : [amongKeys(by, owners), ...where]),
  });
  const keys = meta.key.map((key, i) => equal(rankedColumn(`k${i}`, key), columnOf(scope.root.alias, key)));
  scope.joins.push({
    kind: 'inner',
    table: {
      query,
      alias: ALIAS,
      each: few && owners.kind === 'list' ? { by: by[0]!, of: owners, orderBy, limit } : undefined,
    },
    on: conjunction(keys),
  });
  return { where: among(limit), orderBy: [byPlace] };
}

/** The keys of owners and targets of a many-to-many relation, as the target's query set wants them. */
export function planLinks({ state, relation, owners, limit }: LinksRequest): Plan {
  refuseQualified(state, 'A prefetch');
  const aliases = new Aliases(planSet);
  const scope = openScope(state, aliases);
  const { source } = relation.link!;
  const link = scope.links(relation);
  const owner = columnsOf(link.alias, source);
  const columns = [...owner, ...columnsOf(scope.root.alias, relation.targetField)];
  const fields = [...partsOf(source), ...partsOf(relation.targetField)];
  const orderBy = (state.order ?? []).map((order) => scope.resolveOrder(order));
  const found = {
    from: scope.root,
    joins: scope.joins,
    where: scope.where([amongKeys(owner, owners), ...state.where]),
  };
  const statement =
    limit === undefined
      ? select({ columns: columns.map((expression) => ({ expression, as: undefined })), ...found, orderBy })
      : firstPlaces(
          select({
            columns: [...columns.map((expression, i) => ({ expression, as: `k${i}` })), placeOf(owner, orderBy)],
            ...found,
          }),
          fields.map((field, i) => rankedColumn(`k${i}`, field)),
          limit,
        );
  const shape = {
    columns: fields.map(({ name, type }, position) => ({
      name,
      position,
      type,
      mayOverflow: false,
    })),
  };
  return { kind: 'values', statement, shape, reads: aliases.reads };
}

/** The place of a row among those of its parent. Rows that the order leaves equal are one row, linked twice. */
function placeOf(by: readonly ColumnExpression[], orderBy: readonly OrderNode[]): Selection {
  const over = { partitionBy: by, orderBy, frame: undefined };
  return { expression: { kind: 'window', fn: 'denseRank', args: [], over, type: INT, nullable: false }, as: PLACE };
}

function firstPlaces(
  query: SelectStatement,
  columns: readonly ColumnExpression[],
  limit: ParamExpression,
): SelectStatement {
  return select({
    columns: columns.map((expression) => ({ expression, as: undefined })),
    from: { query, alias: ALIAS },
    where: among(limit),
    orderBy: [byPlace],
  });
}

const place: ColumnExpression = { kind: 'column', alias: ALIAS, column: PLACE, type: INT, nullable: false };
const byPlace = { expression: place, descending: false, nulls: undefined };

function among(limit: ParamExpression): Expression {
  return { kind: 'compare', operator: 'lte', left: place, right: limit };
}

function rankedColumn(column: string, { type }: FieldMeta): ColumnExpression {
  return { kind: 'column', alias: ALIAS, column, type, nullable: false };
}
