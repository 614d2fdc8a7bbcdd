import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError } from '../utils/errors.ts';
import type { ScopeConditions } from './scope-conditions.ts';
import type { Conflict } from './creation.ts';
import { keyFields } from './composite.ts';
import { entityOf, fieldNamed, isNamed, uniqueOf, withStamps } from './creation.ts';
import type { QueryState } from './state.ts';

/** One row that is to be there: what it is found by, and the entity that is inserted where there is none. */
export interface Wanted {
  readonly meta: ModelMeta;
  readonly entity: object;
  readonly conflict: Conflict;
  /** What can be seen: a row that is hidden is not found. */
  readonly scopes: ScopeConditions;
}

type Values = Readonly<Record<string, unknown>>;
type Call = 'getOrCreate' | 'updateOrCreate';

/**
 * What `getOrCreate` and `updateOrCreate` were given, checked. `by` names exactly the fields of one unique key: with
 * others, two callers at once would make two rows.
 *
 * @throws InvalidQueryError, InvalidValueError, UnknownFieldError before anything is sent.
 */
export function wanted({ meta, scopes }: QueryState, call: Call, by: unknown, options: unknown): Wanted {
  const found = plain(meta, call, by);
  const defaults = defaultsOf(meta, call, options);
  const conflict = { by: uniqueOf(meta, fieldsOf(meta, call, found)), sets: [changesOf(meta, call, defaults)] };
  const twice = Object.keys(defaults).find((name) => Object.hasOwn(found, name));
  if (twice !== undefined)
    throw new InvalidQueryError(`${call}() was given ${meta.name}.${twice} twice.`, { model: meta.name, field: twice });
  return { meta, entity: entityOf(meta, { ...defaults, ...found }), conflict, scopes };
}

function fieldsOf(meta: ModelMeta, call: Call, by: Values): FieldMeta[] {
  return Object.entries(by).flatMap(([name, value]) => {
    const fields = keyFields(meta, name) ?? [fieldNamed(meta, name)];
    if (value !== null && value !== undefined) return fields;
    throw new InvalidValueError(
      `${call}() finds a row by values, and ${meta.name}.${name} was given ${describe(value)}.`,
      { model: meta.name, field: name },
    );
  });
}

/** What is written over in a row that exists. */
function changesOf(meta: ModelMeta, call: Call, defaults: Values): readonly FieldMeta[] {
  const names = Object.keys(defaults);
  if (call === 'getOrCreate' || names.length === 0) return [];
  const given = new Set(names);
  const fields = meta.fields.filter((field) => isNamed(field, given));
  const fixed = fields.find((field) => field.primaryKey);
  if (fixed === undefined) return withStamps(meta, fields);
  throw new InvalidQueryError(`${call}() cannot update ${meta.name}.${fixed.name}: it is the key.`, {
    model: meta.name,
    field: fixed.name,
  });
}

function defaultsOf(meta: ModelMeta, call: Call, options: unknown): Values {
  const { defaults = {}, ...rest } = plain(meta, call, options);
  const [unknown] = Object.keys(rest);
  if (unknown === undefined) return plain(meta, call, defaults);
  throw new InvalidQueryError(`${call}() has no option '${unknown}'.`, {
    model: meta.name,
    remedy: 'Other values of a new row go in { defaults: { … } }.',
  });
}

function plain(meta: ModelMeta, call: Call, value: unknown): Values {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Values;
  throw new InvalidQueryError(`${call}() of ${meta.name} takes objects of field values, not ${describe(value)}.`, {
    model: meta.name,
  });
}
