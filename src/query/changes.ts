import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError, UnknownFieldError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { assignable, whyFixed } from './assignable.ts';
import { ExpressionBuilder, expressionNode } from './expressions.ts';
import { entityKey } from './entity-key.ts';
import { unknownName } from './filter.ts';
import { param, stored } from './nodes.ts';
import type { FieldChange } from './state.ts';

/** What `update` sets a field to. @throws InvalidQueryError, InvalidValueError, UnknownFieldError */
export function fieldChange(meta: ModelMeta, name: string, value: unknown, refs: () => object): FieldChange {
  const relation = meta.relationByName.get(name);
  if (relation !== undefined && !relation.owning)
    throw new InvalidQueryError(`update() cannot set ${meta.name}.${name}: the other side holds the key.`, {
      model: meta.name,
      field: name,
      remedy: relation.link === undefined ? `Update ${relation.target.name}.` : 'Change the collection of each entity.',
    });
  // Relations of several fields have been taken apart.
  const field = relation === undefined ? fieldOf(meta, name) : partsOf(relation.sourceField)[0]!;
  const label = { model: meta.name, field: field.name };
  const fixed = whyFixed(field);
  if (fixed !== undefined)
    throw new InvalidQueryError(`update() cannot set ${meta.name}.${name}: it is ${fixed}.`, label);
  if (typeof value === 'function')
    return {
      field,
      value: assignable(
        'update()',
        field,
        expressionNode((value as (refs: object) => unknown)(refs()), `update() of ${name}`),
      ),
    };
  if (ExpressionBuilder.is(value))
    return { field, value: assignable('update()', field, ExpressionBuilder.value(value)) };
  if (value === undefined)
    throw new InvalidValueError(`update() was given undefined for ${meta.name}.${name}.`, {
      ...label,
      remedy: 'Leave the field out, or give null to set NULL.',
    });
  if (relation !== undefined && State.is(value))
    return { field, value: param(field.type, entityKey(relation, relation.targetField, value), label) };
  if (value === null && field.nullable)
    return { field, value: { kind: 'literal', value: null, type: field.type, nullable: true } };
  return { field, value: stored(field, value, label) };
}

/** A field by the name of its column. @throws UnknownFieldError; `more`: other names that are known there. */
export function fieldOf(meta: ModelMeta, name: unknown, more: readonly string[] = []): FieldMeta {
  if (typeof name !== 'string')
    throw new InvalidQueryError(`A column of ${meta.name} is named by a text, not ${describe(name)}.`, {
      model: meta.name,
    });
  const field = meta.fieldByName.get(name);
  if (field !== undefined) return field;
  const relation = meta.relationByName.get(name);
  if (relation?.owning === true) {
    throw new UnknownFieldError(`${meta.name}.${name} is a relation, and a column is wanted here.`, {
      model: meta.name,
      field: name,
      remedy: `Use ${partsOf(relation.sourceField)
        .map((part) => `'${part.name}'`)
        .join(' or ')}.`,
    });
  }
  if (relation !== undefined) throw unknownName(meta, name);
  throw new UnknownFieldError(`${meta.name} has no field '${name}'.`, {
    model: meta.name,
    field: name,
    remedy: suggest(name, [...meta.fieldByName.keys(), ...more]),
  });
}
