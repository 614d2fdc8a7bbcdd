import { conjunction } from '../core/ast/expressions.ts';
import type { Expression, ParamExpression } from '../core/ast/expressions.ts';
import type { KeyMeta, RelationMeta } from '../core/metadata.ts';
import { partsOf, partsOfValue, readKey } from '../core/relation-keys.ts';
import type { ScopeConditions } from '../query/scope-conditions.ts';
import { path } from '../query/nodes.ts';
import { initialState } from '../query/state.ts';
import type { QueryState } from '../query/state.ts';
import { InvalidValueError, SessionStateError } from '../utils/errors.ts';
import { withArticle } from '../utils/naming.ts';

/**
 * The members of an entity's collection, as a query. The key of a new owner is asked for when the query is compiled.
 *
 * @throws SessionStateError for links that lead one way only.
 */
export function membersOf(entity: object, relation: RelationMeta, scopes: ScopeConditions): QueryState {
  const { inverse, link, sourceField, targetField, target } = relation;
  const label = { model: relation.model.name, field: relation.name };
  const values = partsOf(sourceField).map((part, i): ParamExpression => {
    const about = { kind: 'param' as const, type: part.type, nullable: false, label };
    const value = ownKey(entity, relation);
    if (value !== undefined) return { ...about, value: partsOfValue(sourceField, value)[i] };
    const later = { ...about, value: undefined };
    const get = (): unknown => partsOfValue(sourceField, knownKey(entity, relation))[i];
    return Object.defineProperty(later, 'value', { get, enumerable: true });
  });
  const isOwner = (key: KeyMeta): Expression =>
    conjunction(
      partsOf(key).map((part, i) => ({ kind: 'compare', operator: 'eq', left: path([], part), right: values[i]! })),
    );
  if (link === undefined) {
    return {
      ...initialState(target, scopes),
      where: [isOwner(targetField)],
    };
  }
  if (inverse === undefined)
    throw new SessionStateError(`${label.model}.${label.field} has no reverse relation on ${target.name}.`, {
      ...label,
      remedy: `Add f.reverse(() => ${label.model}, '${label.field}') to ${target.name}.`,
    });
  return {
    ...initialState(target, scopes),
    where: [
      { kind: 'related', steps: [], relation: inverse, quantifier: 'some', where: isOwner(sourceField), whole: true },
    ],
  };
}

/** What members refer to their owner by; undefined while it has none. */
export function ownKey(entity: object, { sourceField }: RelationMeta): unknown {
  return readKey(entity, sourceField) ?? undefined;
}

/** @throws InvalidValueError while the owner has no key. */
export function knownKey(entity: object, relation: RelationMeta): unknown {
  const key = ownKey(entity, relation);
  if (key !== undefined) return key;
  const { model, name } = relation;
  throw new InvalidValueError(
    `${model.name}.${name}.query() was called for ${withArticle(model.name)} that has no key yet.`,
    { model: model.name, field: name, remedy: 'Flush the session first.' },
  );
}
