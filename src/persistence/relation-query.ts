import type { RelationMeta } from '../core/metadata.ts';
import type { ScopeConditions } from '../query/scope-conditions.ts';
import { path } from '../query/nodes.ts';
import { initialState } from '../query/state.ts';
import type { QueryState } from '../query/state.ts';
import { SessionStateError } from '../utils/errors.ts';

/** The members of an entity's collection, as a query. @throws SessionStateError for links that lead one way only. */
export function membersOf(entity: object, relation: RelationMeta, scopes: ScopeConditions): QueryState {
  const { inverse, link, sourceField, targetField, target } = relation;
  const value = (entity as Record<string, unknown>)[sourceField.name];
  const label = { model: relation.model.name, field: relation.name };
  const key = { kind: 'param' as const, value, type: sourceField.type, nullable: false, label };
  if (link === undefined) {
    return {
      ...initialState(target, scopes),
      where: [{ kind: 'compare', operator: 'eq', left: path([], targetField), right: key }],
    };
  }
  if (inverse === undefined)
    throw new SessionStateError(`${label.model}.${label.field} has no reverse relation on ${target.name}.`, {
      ...label,
      remedy: `Add f.reverse(() => ${label.model}, '${label.field}') to ${target.name}.`,
    });
  const own = { kind: 'compare' as const, operator: 'eq' as const, left: path([], sourceField), right: key };
  return {
    ...initialState(target, scopes),
    where: [{ kind: 'related', steps: [], relation: inverse, quantifier: 'some', where: own, whole: true }],
  };
}
