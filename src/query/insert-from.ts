import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { assignable } from './assignable.ts';
import { fieldNamed } from './creation.ts';
import { withParts } from './embedded.ts';
import { ExpressionBuilder } from './expressions.ts';
import { entityKey } from './entity-key.ts';
import { checkNestable, Nestable } from './nested.ts';
import { stored } from './nodes.ts';
import { OwnRefs } from './own-refs.ts';
import type { FieldChange, QueryRequest } from './state.ts';

type InsertFrom = Extract<QueryRequest, { kind: 'insertFrom' }>;

/**
 * New rows of a model out of those of a query, by one statement. Fields that are not named take what a new entity has: its
 * default, made once for all rows, the time, NULL, or what the database gives.
 *
 * @throws InvalidQueryError, InvalidValueError, UnknownFieldError for what cannot be inserted.
 */
export function insertFrom(into: ModelMeta, owner: object | undefined, query: unknown, mapping: unknown): InsertFrom {
  const refuse = (what: string, field?: string): InvalidQueryError =>
    new InvalidQueryError(`insertFrom() ${what}`, { model: into.name, field });
  const set = Nestable.set(query);
  if (set === undefined || set.columns !== undefined)
    throw refuse(`takes a query for entities, not ${set === undefined ? describe(query) : 'one for values'}.`);
  checkNestable(set.state, 'insertFrom()');
  if (set.state.owner !== owner) throw refuse('takes a query of the same session.');
  if (typeof mapping !== 'function')
    throw refuse(`takes a callback that gives the values of ${into.name}, not ${describe(mapping)}.`);
  const own = new OwnRefs(set.state);
  const record: unknown = (mapping as (refs: object) => unknown)(own.make());
  if (typeof record !== 'object' || record === null)
    throw refuse(`takes a callback that gives an object, not ${describe(record)}.`);
  const given = withParts(into, record as Readonly<Record<string, unknown>>).map(([name, value]) =>
    changeOf(into, name, value),
  );
  const fields = new Set(given.map(({ field }) => field));
  if (fields.size < given.length) throw refuse(`was given a field of ${into.name} twice.`);
  const missing = into.fields.filter((field) => !fields.has(field)).flatMap(initialValue);
  return { kind: 'insertFrom', state: { ...set.state, origins: own.origins }, into, changes: [...given, ...missing] };
}

function changeOf(into: ModelMeta, name: string, value: unknown): FieldChange {
  const field = fieldNamed(into, name);
  const label = { model: into.name, field: field.name };
  if (field === into.inheritance?.discriminator)
    throw new InvalidQueryError(
      `insertFrom() cannot set ${into.name}.${name}: it is what says of which class a row is.`,
      { ...label, remedy: 'Leave it out: the class says it.' },
    );
  if (field.generatedAs !== undefined)
    throw new InvalidQueryError(`insertFrom() cannot set ${into.name}.${name}: it is generated.`, label);
  if (ExpressionBuilder.is(value))
    return { field, value: assignable('insertFrom()', field, ExpressionBuilder.value(value)) };
  const relation = into.relationByName.get(name);
  if (relation !== undefined && State.is(value))
    return { field, value: stored(field, entityKey(relation, relation.targetField, value), label) };
  if (value === null && field.nullable)
    return { field, value: { kind: 'literal', value: null, type: field.type, nullable: true } };
  return { field, value: stored(field, value, label) };
}

/** What a field that is not named is set to; nothing where the database has a value, or NULL stands. */
function initialValue(field: FieldMeta): readonly FieldChange[] {
  const { generation, generatedAs, nullable, model, name } = field;
  if (generatedAs !== undefined || generation === 'identity' || generation === 'database') return [];
  const value = valueFor(field);
  if (value === undefined && nullable) return [];
  if (value !== undefined && value !== null)
    return [{ field, value: stored(field, value, { model: model.name, field: name }) }];
  if (value === null) return [];
  throw new InvalidQueryError(`insertFrom() gives no value for ${model.name}.${name}, which has no default.`, {
    model: model.name,
    field: name,
  });
}

function valueFor(field: FieldMeta): unknown {
  const { default: initial, generation, primaryKey, model, name } = field;
  if (field === model.inheritance?.discriminator) return classValue(model, field);
  if (generation === 'now on insert' || generation === 'now on save') return new Date();
  if (generation === 'version') return 1;
  if (typeof initial !== 'function') return initial;
  if (!primaryKey) return (initial as () => unknown)();
  throw new InvalidQueryError(
    `insertFrom() makes many rows, and the default of ${model.name}.${name} is made for each entity.`,
    {
      model: model.name,
      field: name,
      remedy: 'Give the key as an expression, or use bulkCreate().',
    },
  );
}

/** What a row has that is of the class itself. @throws InvalidQueryError for one of which there are only subclasses. */
function classValue({ name, inheritance }: ModelMeta, field: FieldMeta): string | number {
  const { value, variants } = inheritance!;
  if (value !== undefined) return value;
  const classes = [...variants.values()].map(({ meta }) => meta.name);
  throw new InvalidQueryError(`insertFrom() makes rows of one class, and none is of ${name} itself.`, {
    model: name,
    field: field.name,
    remedy: `Insert into ${classes.join(' or ')}.`,
  });
}
