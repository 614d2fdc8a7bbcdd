import { conjunction, disjunction, negation } from '../core/ast/expressions.ts';
import type { Expression, ParamLabel, PathExpression } from '../core/ast/expressions.ts';
import { checkKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError } from '../utils/errors.ts';
import { entityKey, labelFor } from './entity-key.ts';
import { param } from './nodes.ts';
import { Lookup } from './lookups.ts';

/** Relations to models with composite keys, where a query speaks of the key as a whole. */

/**
 * A relation as compared with an entity, a key or a lookup of these, part by part; `keys` are the paths of the parts.
 *
 * @throws InvalidValueError for what is no key; InvalidQueryError for a lookup of one column.
 */
export function compositeCondition(
  relation: RelationMeta,
  keys: readonly PathExpression[],
  value: unknown,
): Expression {
  const label = labelFor(relation);
  if (value === null) return refersToNothing(keys);
  if (!(value instanceof Lookup)) return isKey(relation, keys, label, value);
  const condition = lookup(relation, keys, label, value);
  return value.negated ? negation(condition) : condition;
}

function lookup(
  relation: RelationMeta,
  keys: readonly PathExpression[],
  label: ParamLabel,
  { name, value }: Lookup<unknown>,
): Expression {
  if (name === 'exact') return value === null ? refersToNothing(keys) : isKey(relation, keys, label, value);
  if (name === 'oneOf' && Array.isArray(value))
    return disjunction(value.map((item) => isKey(relation, keys, label, item as unknown)));
  if (name === 'isNull' && typeof value === 'boolean')
    return value ? refersToNothing(keys) : negation(refersToNothing(keys));
  throw new InvalidQueryError(
    `${label.model}.${label.field} refers to ${relation.target.name} by a composite key, and ${name}() is for one column${name === 'oneOf' || name === 'isNull' ? `, or given ${describe(value)}` : ''}.`,
    { ...label, remedy: `Use a list, or a condition on the other side: { ${relation.name}: { … } }.` },
  );
}

/** As in SQL: with one part NULL the whole refers to nothing. */
function refersToNothing(keys: readonly PathExpression[]): Expression {
  const open = keys.filter(({ nullable }) => nullable);
  const missing = (open.length > 0 ? open : keys.slice(0, 1)).map((operand): Expression => ({
    kind: 'isNull',
    operand,
    negated: false,
  }));
  return disjunction(missing);
}

function isKey(relation: RelationMeta, keys: readonly PathExpression[], label: ParamLabel, value: unknown): Expression {
  const values = keyValues(relation, value, label);
  return conjunction(
    keys.map((left, i) => ({ kind: 'compare', operator: 'eq', left, right: param(left.type, values[i], label) })),
  );
}

/** The parts of the key of an entity, or of one that is given as a tuple. */
function keyValues(relation: RelationMeta, value: unknown, label: ParamLabel): readonly unknown[] {
  const { target, targetField, owning } = relation;
  if (State.is(value)) return entityKey(relation, owning ? targetField : target.identity, value) as readonly unknown[];
  if (Array.isArray(value)) return checkKey(target, value);
  throw new InvalidValueError(
    `${label.model}.${label.field} takes an entity or a key of ${target.name}, which is a list of ${target.key.length} values, not ${describe(value)}.`,
    label,
  );
}

/** The fields of a relation with a composite key, and what each is set to; undefined for every other name. */
export function keyChanges(meta: ModelMeta, name: string, value: unknown): [string, unknown][] | undefined {
  const relation = compositeNamed(meta, name);
  if (relation === undefined || value === undefined) return undefined;
  const label = { model: meta.name, field: name };
  if (value !== null) {
    const values = keyValues(relation, value, label);
    return partsOf(relation.sourceField).map((part, i) => [part.name, values[i]]);
  }
  if (relation.nullable) return relation.cleared.map((field) => [field.name, null]);
  throw new InvalidValueError(`${meta.name}.${name} is not nullable.`, label);
}

/** The fields of a relation with a composite key by its name; undefined for every other name. */
export function keyFields(meta: ModelMeta, name: unknown): readonly FieldMeta[] | undefined {
  return typeof name === 'string' ? compositeNamed(meta, name)?.sourceField.parts : undefined;
}

function compositeNamed({ relationByName }: ModelMeta, name: string): RelationMeta | undefined {
  const relation = relationByName.get(name);
  return relation?.owning === true && relation.sourceField.parts !== undefined ? relation : undefined;
}
