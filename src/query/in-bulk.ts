import type { Expression } from '../core/ast/expressions.ts';
import { checkKey, checkValue, compositeMapKey, fieldKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { fieldOf } from './changes.ts';
import { list, param, path } from './nodes.ts';
import type { QueryRunner } from './runner.ts';
import type { QueryState } from './state.ts';

/** Composite keys in one statement at most: one condition each. Single ones are one list, however many. */
const KEYS_AT_ONCE = 256;

/** The values of one key, as they were given and as a Map compares them. */
interface Wanted {
  readonly given: unknown;
  readonly parts: readonly unknown[];
  readonly mapKey: unknown;
}

/**
 * Entities by their keys, as these were given and in their order; those that are not there are left out.
 *
 * @throws InvalidQueryError for a query that is cut, or a field that is not unique; InvalidValueError for what is no key.
 */
export async function inBulk(
  runner: QueryRunner,
  state: QueryState,
  given: unknown,
  options: unknown,
): Promise<Map<unknown, object>> {
  const { meta } = state;
  if (state.limit !== undefined || state.offset !== undefined)
    throw new InvalidQueryError('inBulk() finds all keys: take away limit() and offset().', { model: meta.name });
  const fields = fieldsOf(meta, options);
  const wanted = wantedOf(meta, fields, given);
  if (state.empty || wanted.length === 0) return new Map();
  const found = new Map<unknown, object>();
  for (const { where, parts } of conditions(meta, fields, wanted)) {
    const byKey = fields.every((field) => field.primaryKey) ? parts : undefined;
    for (const entity of await runner.entities({ ...sought(state, fields, where), byKey })) {
      const values = fields.map((field) => (entity as Record<string, unknown>)[field.name]);
      found.set(keyFor(meta, fields, values), entity);
    }
  }
  const entries = wanted.flatMap(({ given: key, mapKey }): [unknown, object][] => {
    const entity = found.get(mapKey);
    return entity === undefined ? [] : [[key, entity]];
  });
  return new Map(entries);
}

/** What the keys are values of: the primary key, or one field that is unique. */
function fieldsOf(meta: ModelMeta, options: unknown): readonly FieldMeta[] {
  if (options === undefined) return meta.key;
  if (typeof options !== 'object' || options === null)
    throw new InvalidQueryError(`inBulk() takes its options as an object, not ${describe(options)}.`, {
      model: meta.name,
    });
  const unknown = Object.keys(options).find((key) => key !== 'field');
  if (unknown !== undefined)
    throw new InvalidQueryError(`inBulk() has no option '${unknown}'.`, {
      model: meta.name,
      remedy: suggest(unknown, ['field']),
    });
  const { field: name } = options as { field?: unknown }; // Named cast: an object with no other key.
  if (name === undefined) return meta.key;
  const field = fieldOf(meta, name);
  const unique =
    (field.primaryKey && meta.key.length === 1) ||
    meta.indexes.some(
      ({ unique: isUnique, parts, where }) =>
        isUnique && where === undefined && parts.length === 1 && parts[0]!.field === field,
    );
  if (unique) return [field];
  throw new InvalidQueryError(
    `inBulk() finds one ${meta.name} for each key, and ${meta.name}.${field.name} is not unique.`,
    {
      model: meta.name,
      field: field.name,
      remedy: `Filter by it: { ${field.name}: oneOf(keys) }.`,
    },
  );
}

/** Each key once. */
function wantedOf(meta: ModelMeta, fields: readonly FieldMeta[], given: unknown): readonly Wanted[] {
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given))
    throw new InvalidValueError(`inBulk() of ${meta.name} takes a list of keys, not ${describe(given)}.`, {
      model: meta.name,
    });
  const wanted = new Map<unknown, Wanted>();
  for (const key of given as Iterable<unknown>) {
    const parts = fields === meta.key ? checkKey(meta, key) : checked(fields[0]!, key);
    const mapKey = keyFor(meta, fields, parts);
    if (!wanted.has(mapKey)) wanted.set(mapKey, { given: key, parts, mapKey });
  }
  return [...wanted.values()];
}

function checked(field: FieldMeta, key: unknown): readonly unknown[] {
  if (key === null)
    throw new InvalidValueError(`inBulk() of ${field.model.name} was given null for ${field.name}.`, {
      model: field.model.name,
      field: field.name,
    });
  checkValue(field, key);
  return [key];
}

function keyFor(meta: ModelMeta, fields: readonly FieldMeta[], parts: readonly unknown[]): unknown {
  return fields.length === 1 ? fieldKey(fields[0]!, parts[0]) : compositeMapKey(meta, parts);
}

/** One for each statement, with the keys that it is about. */
function* conditions(
  meta: ModelMeta,
  fields: readonly FieldMeta[],
  wanted: readonly Wanted[],
): Generator<{ readonly where: Expression; readonly parts: readonly (readonly unknown[])[] }> {
  const label = (field: FieldMeta) => ({ model: meta.name, field: field.name });
  if (fields.length === 1) {
    const [field] = fields;
    const values = wanted.map(({ parts }) => parts[0]);
    const where: Expression = {
      kind: 'inList',
      operand: path([], field!),
      list: list(field!.type, values, label(field!)),
    };
    return yield { where, parts: wanted.map(({ parts }) => parts) };
  }
  for (let i = 0; i < wanted.length; i += KEYS_AT_ONCE) {
    const some = wanted.slice(i, i + KEYS_AT_ONCE);
    const keys = some.map(({ parts }) => parts);
    // The last one is said again until there are a power of two, so that few statements serve any number of keys.
    while ((some.length & (some.length - 1)) !== 0) some.push(some.at(-1)!);
    const items = some.map(({ parts }): Expression => ({
      kind: 'and',
      items: fields.map((field, part) => ({
        kind: 'compare',
        operator: 'eq',
        left: path([], field),
        right: param(field.type, parts[part], label(field)),
      })),
    }));
    yield { where: items.length === 1 ? items[0]! : { kind: 'or', items }, parts: keys };
  }
}

/** Without an order, which a Map by the given keys has no use for, and with the fields that it is made by. */
function sought(state: QueryState, fields: readonly FieldMeta[], where: Expression): QueryState {
  const read = state.fields === undefined ? undefined : [...new Set([...state.fields, ...fields])];
  return { ...state, fields: read, where: [...state.where, where], order: [], reversed: false };
}
