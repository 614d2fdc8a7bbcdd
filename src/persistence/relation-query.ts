import { knownValue } from '../core/field-values.ts';
import { sameKey } from '../core/keys.ts';
import { conjunction } from '../core/ast/expressions.ts';
import type { Expression, ParamExpression } from '../core/ast/expressions.ts';
import type { KeyMeta, RelationMeta } from '../core/metadata.ts';
import { isPrimaryKey, partsOf, partsOfValue, readKey } from '../core/relation-keys.ts';
import type { ScopeConditions } from '../query/scope-conditions.ts';
import { path } from '../query/nodes.ts';
import { initialState } from '../query/state.ts';
import type { QueryState } from '../query/state.ts';
import { InvalidValueError, SessionStateError } from '../utils/errors.ts';
import { withArticle } from '../utils/naming.ts';
import type { CompiledCache } from './compiled.ts';
import { ownValue } from './stored-value.ts';

/**
 * The members of an entity's collection, as a query. The key of a new owner is asked for when the query is compiled.
 *
 * @throws SessionStateError for links that lead one way only.
 */
export function membersOf(
  compiled: CompiledCache,
  entity: object,
  relation: RelationMeta,
  scopes: ScopeConditions,
): QueryState {
  const { inverse, link, sourceField, targetField, target } = relation;
  const label = { model: relation.model.name, field: relation.name };
  const known = isKnown(compiled, entity, relation) ? ownKey(compiled, entity, relation) : undefined;
  const values = partsOf(sourceField).map(({ type }, i): ParamExpression => {
    const value = known === undefined ? undefined : partsOfValue(sourceField, known)[i];
    const key = { kind: 'param' as const, type, nullable: false, label, value };
    const get = (): unknown => partsOfValue(sourceField, knownKey(compiled, entity, relation))[i];
    return known === undefined ? Object.defineProperty(key, 'value', { get, enumerable: true }) : key;
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

/** What members refer to their owner by in the database; undefined while it has none. */
function ownKey(compiled: CompiledCache, entity: object, { sourceField }: RelationMeta): unknown {
  const stored = isPrimaryKey(sourceField) ? undefined : ownValue(compiled, entity, sourceField);
  return stored ?? readKey(entity, sourceField) ?? undefined;
}

/** Whether the owner has it, and the next flush does not give it another. */
export function isKnown(compiled: CompiledCache, entity: object, relation: RelationMeta): boolean {
  const { sourceField } = relation;
  const key = ownKey(compiled, entity, relation);
  return key !== undefined && (isPrimaryKey(sourceField) || sameKey(sourceField, knownValue(entity, sourceField), key));
}

/** @throws InvalidValueError while the owner has no key. */
export function knownKey(compiled: CompiledCache, entity: object, relation: RelationMeta): unknown {
  const key = ownKey(compiled, entity, relation);
  if (key !== undefined) return key;
  const { model, name } = relation;
  throw new InvalidValueError(
    `${model.name}.${name}.query() was called for ${withArticle(model.name)} that has no key yet.`,
    { model: model.name, field: name, remedy: 'Flush the session first.' },
  );
}
