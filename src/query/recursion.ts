import { conjunction } from '../core/ast/expressions.ts';
import type {
  ColumnExpression,
  CommonTable,
  Expression,
  Join,
  LiteralExpression,
  SelectStatement,
  WithStatement,
} from '../core/ast/expressions.ts';
import type { ModelMeta } from '../core/metadata.ts';
import type { ValueType } from '../core/value-types.ts';
import { path } from './nodes.ts';
import { columnOf, columnsOf, equal, sameKeys, Scope, select } from './scope.ts';
import type { Aliases } from './scope.ts';
import type { QueryState, RecursiveSource } from './state.ts';

/** The column that says how many steps led to a row. */
export const DEPTH = 'depth';

const INT: ValueType = Object.freeze({ kind: 'int' });
const ZERO: LiteralExpression = { kind: 'literal', value: 0, type: INT, nullable: false };
const WALK = 'w';

type SelectKeys = (state: QueryState, aliases: Aliases, outer: Scope | undefined) => SelectStatement;

/**
 * The keys of all rows that a relation leads to from some, step by step. What was found is not gone through again, so a
 * circle in the data ends it. With the number of steps a row is another each time round; then no way is longer than there
 * are rows on it, which are counted first unless a limit was given.
 */
export function recursiveKeys(
  source: RecursiveSource,
  aliases: Aliases,
  selectKeys: SelectKeys,
  outer: Scope | undefined,
): WithStatement {
  const { meta } = source.start;
  const keys = meta.key.map((_, i) => `k${i}`);
  const table = (name: string, deep: boolean, bound?: Expression): CommonTable => {
    const start = selectKeys(source.start, aliases, outer);
    const first = deep ? [...start.columns, { expression: ZERO, as: undefined }] : start.columns;
    const next = step(source, aliases, name, bound);
    const query = {
      kind: 'compound' as const,
      operator: 'union' as const,
      all: false,
      sides: [{ ...start, columns: first }, next],
    };
    return { name, columns: deep ? [...keys, DEPTH] : keys, query };
  };
  const columns = meta.key.map((field, i) => ({ expression: walked(field.type, `k${i}`), as: `k${i}` }));
  if (!source.depth && source.maxDepth === undefined) {
    const query = select({ columns, from: { common: 'reached', alias: WALK } });
    return { kind: 'with', tables: [table('reached', false)], query };
  }
  const reached = source.maxDepth === undefined ? [table('reached', false)] : [];
  const walk = table('walked', true, source.maxDepth ?? countOf('reached'));
  const least: Expression = {
    kind: 'aggregate',
    fn: 'min',
    argument: walked(INT, DEPTH),
    distinct: false,
    filter: undefined,
    type: INT,
    nullable: false,
  };
  const query = select({
    columns: [...columns, { expression: least, as: DEPTH }],
    from: { common: 'walked', alias: WALK },
    groupBy: columns.map(({ expression }) => expression),
  });
  return { kind: 'with', tables: [...reached, walk], query };
}

function walked(type: ValueType, column: string): ColumnExpression {
  return { kind: 'column', alias: WALK, column, type, nullable: false };
}

function countOf(common: string): Expression {
  const count: Expression = {
    kind: 'aggregate',
    fn: 'count',
    argument: undefined,
    distinct: false,
    filter: undefined,
    type: INT,
    nullable: false,
  };
  const query = select({ columns: [{ expression: count, as: undefined }], from: { common, alias: 'r' } });
  return { kind: 'subquery', query, type: INT, nullable: false };
}

/** One step: the rows that the relation leads to from those in the table `name`. */
function step(
  { start, relation }: RecursiveSource,
  aliases: Aliases,
  name: string,
  bound: Expression | undefined,
): SelectStatement {
  const { meta } = start;
  const scope = new Scope(meta, aliases, start.scopes);
  const columns: Expression[] = relation.many
    ? arriving(scope, relation, aliases, name)
    : leaving(scope, relation, meta, name);
  const where: Expression[] = relation.many ? [] : [{ kind: 'isNull', operand: columns[0]!, negated: true }];
  if (bound !== undefined) {
    // As text: arithmetic would make it a number of another size than the first one, which PostgreSQL refuses.
    columns.push({
      kind: 'raw',
      parts: [walked(INT, DEPTH), { kind: 'text', text: ' + 1' }],
      type: INT,
      nullable: false,
    });
    where.push({ kind: 'compare', operator: 'lt', left: walked(INT, DEPTH), right: bound });
  }
  return select({
    columns: columns.map((expression) => ({ expression, as: undefined })),
    from: scope.root,
    joins: scope.joins,
    where: scope.where(where),
  });
}

/** Along a reference: from each row to the one that it names. */
function leaving(scope: Scope, relation: RecursiveSource['relation'], meta: ModelMeta, name: string): Expression[] {
  scope.joins.push(walkJoin(meta, scope.root.alias, name));
  return meta.key.map((field) => scope.column(path([relation], field)));
}

/** To many: the rows that refer to one, or are linked with it. */
function arriving(scope: Scope, relation: RecursiveSource['relation'], aliases: Aliases, name: string): Expression[] {
  const { link, model, sourceField, targetField, target } = relation;
  const alias = link === undefined ? scope.root.alias : scope.links(relation).alias;
  const owner = link === undefined ? targetField : link.source;
  if (sourceField === model.identity) {
    const on = columnsOf(alias, owner).map((column, i) => equal(column, walked(model.key[i]!.type, `k${i}`)));
    scope.joins.push({ kind: 'inner', table: { common: name, alias: WALK }, on: conjunction(on) });
  } else {
    const table = aliases.take(model);
    scope.joins.push({ kind: 'inner', table, on: sameKeys(alias, owner, table.alias, sourceField) });
    scope.joins.push(walkJoin(model, table.alias, name));
  }
  return target.key.map((field) => columnOf(scope.root.alias, field));
}

function walkJoin(meta: ModelMeta, alias: string, name: string): Join {
  const on = meta.key.map((field, i) => equal(columnOf(alias, field), walked(field.type, `k${i}`)));
  return { kind: 'inner', table: { common: name, alias: WALK }, on: conjunction(on) };
}
