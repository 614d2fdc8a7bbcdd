import type { Expression } from '../core/ast/expressions.ts';
import type { IndexPart } from '../core/ast/schema.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { UNSCOPED } from '../query/active-scopes.ts';
import { refuseWindows } from '../query/expressions.ts';
import { parseFilter } from '../query/filter.ts';
import { planSet } from '../query/plan-set.ts';
import { Aliases, Scope } from '../query/scope.ts';
import { parseSortValue } from '../query/sort-values.ts';
import { DefinitionError } from '../utils/errors.ts';

/**
 * A callback that gives a value of a model's columns, as what an index is sorted by: a column of its table, or a value that is
 * computed of some.
 *
 * @throws DefinitionError for one that reads another table.
 */
export function partOf(meta: ModelMeta, input: unknown, name: string): IndexPart {
  const { expression, descending } = parseSortValue(meta, input, name);
  const own = ownColumns(meta, new Scope(meta, new Aliases(planSet), UNSCOPED), expression, name);
  return Object.freeze(own.kind === 'column' ? { column: own.column, descending } : { expression: own, descending });
}

/**
 * A filter or callback of a model as a condition on its table's own columns.
 *
 * @param name Of the constraint or index, for messages.
 * @throws DefinitionError for one that reads another table; UnknownFieldError and its like for one that cannot be.
 */
export function conditionOf(meta: ModelMeta, input: unknown, name: string): Expression {
  const scope = new Scope(meta, new Aliases(planSet), UNSCOPED);
  const filter = parseFilter(meta, input);
  refuseWindows(filter, `${meta.name}: '${name}'`);
  return ownColumns(meta, scope, filter, name);
}

function ownColumns(meta: ModelMeta, scope: Scope, node: Expression, name: string): Expression {
  const condition = unaliased(scope.resolve(node), scope.root.alias);
  if (scope.joins.length > 0 || condition === undefined) {
    throw new DefinitionError([`${meta.name}: '${name}' reads another table, which a constraint cannot.`], {
      model: meta.name,
      constraint: name,
    });
  }
  return condition;
}

/** Columns without their alias, as DDL wants them; undefined if there is a subquery in it. */
function unaliased(node: Expression, alias: string): Expression | undefined {
  if (node.kind === 'column') return node.alias === alias ? { ...node, alias: '' } : undefined;
  if (node.kind === 'exists' || node.kind === 'subquery' || node.kind === 'inQuery') return undefined;
  let foreign = false;
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null || !('kind' in value)) return value;
    const found = unaliased(value as Expression, alias);
    foreign ||= found === undefined;
    return found;
  };
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === 'type' || key === 'list' || key === 'label'
        ? value
        : node.kind === 'case' && key === 'branches'
          ? node.branches.map(({ when, then }) => ({ when: strip(when), then: strip(then) }))
          : strip(value),
    ]),
  );
  return foreign ? undefined : (copy as unknown as Expression);
}
