import { indexFields } from '../core/index-fields.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { isPartOf } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError, UnknownFieldError } from '../utils/errors.ts';
import { suggest, withCapitalArticle } from '../utils/naming.ts';
import { embeddedFields } from './embedded.ts';
import { entityKey } from './entity-key.ts';
import { refuseHiddenConflicts } from './pins.ts';
import type { QueryState } from './state.ts';

/** New rows of one model, and what becomes of those that exist already. */
export interface Creation {
  readonly meta: ModelMeta;
  /** New entities, in the order in which they were given. */
  readonly entities: readonly object[];
  /** `undefined`: a conflict is an error. */
  readonly conflict: Conflict | undefined;
  /** Rows in one statement at most; `undefined`: as many as serve. */
  readonly batchSize: number | undefined;
}

/** A row is the same as one that exists if it has the same values of `by`, the fields of one unique key. */
export interface Conflict {
  readonly by: readonly FieldMeta[];
  /** What each entity writes over, by its position; nothing: the row that exists stays as it is. */
  readonly sets: readonly (readonly FieldMeta[])[];
}

type Options = Readonly<Record<string, unknown>>;

const OPTIONS = ['onConflict', 'conflictFields', 'updateFields', 'batchSize'];
const MODES = ['error', 'ignore', 'update'];

/**
 * What `bulkCreate` was given, checked: entities made of plain input, names looked up.
 *
 * @throws InvalidQueryError, InvalidValueError, UnknownFieldError before anything is sent.
 */
export function creation({ meta, scopes }: QueryState, rows: unknown, options: unknown): Creation {
  const given = checkedOptions(meta, options);
  const inputs = inputsOf(meta, rows);
  const entities = inputs.map((row) => entityOf(meta, row));
  if (new Set(entities).size < entities.length)
    throw new InvalidValueError(`bulkCreate() was given one ${meta.name} twice.`, { model: meta.name });
  const conflict = conflictOf(meta, given, inputs);
  if (conflict !== undefined) refuseHiddenConflicts(scopes, meta, conflict.by);
  return {
    meta,
    entities,
    conflict,
    batchSize: batchSizeOf(meta, given['batchSize']),
  };
}

/** Entities whose fields are written by a call of their own. */
export interface Saving {
  readonly meta: ModelMeta;
  readonly entities: readonly object[];
  /** In the order of the model's. */
  readonly fields: readonly FieldMeta[];
}

/**
 * What `bulkUpdate` was given, checked.
 *
 * @throws InvalidQueryError, InvalidValueError, UnknownFieldError before anything is sent.
 */
export function saving(meta: ModelMeta, given: unknown, names: unknown): Saving {
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given))
    throw new InvalidValueError(`bulkUpdate() of ${meta.name} takes a list of entities, not ${describe(given)}.`, {
      model: meta.name,
    });
  const entities = [...new Set(given as Iterable<unknown>)];
  for (const entity of entities)
    if (!(entity instanceof (meta.modelClass as unknown as new () => object)))
      throw new InvalidValueError(`bulkUpdate() of ${meta.name} was given ${describe(entity)}.`, { model: meta.name });
  if (!Array.isArray(names) || names.length === 0)
    throw new InvalidQueryError('bulkUpdate() takes the names of the fields to write.', { model: meta.name });
  const fields = [...new Set(names.flatMap((name) => embeddedFields(meta, name) ?? [fieldNamed(meta, name)]))].sort(
    (a, b) => a.index - b.index,
  );
  const fixed = fields.find((field) => !mayChange(field, []));
  if (fixed === undefined) return { meta, entities: entities as object[], fields };
  throw new InvalidQueryError(`bulkUpdate() cannot write ${meta.name}.${fixed.name}: it is ${whatIs(fixed, [])}.`, {
    model: meta.name,
    field: fixed.name,
  });
}

function checkedOptions(meta: ModelMeta, options: unknown): Options {
  if (typeof options !== 'object' || options === null)
    throw refused(meta, `takes its options as an object, not ${describe(options)}.`);
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined) throw refused(meta, `has no option '${unknown}'.`, suggest(unknown, OPTIONS));
  return options as Options;
}

function batchSizeOf(meta: ModelMeta, size: unknown): number | undefined {
  if (size === undefined) return undefined;
  if (!Number.isInteger(size) || (size as number) < 1) throw refused(meta, 'takes a batchSize of at least 1.');
  return size as number;
}

function inputsOf(meta: ModelMeta, rows: unknown): unknown[] {
  if (typeof rows === 'object' && rows !== null && Symbol.iterator in rows) return [...(rows as Iterable<unknown>)];
  throw new InvalidValueError(`bulkCreate() of ${meta.name} takes a list of new rows, not ${describe(rows)}.`, {
    model: meta.name,
  });
}

/** A new entity as it is, or one of the constructor's input. */
export function entityOf(meta: ModelMeta, row: unknown): object {
  const Model = meta.modelClass as unknown as new (init: unknown) => object; // Named cast: its input is checked there.
  if (!State.is(row)) return new Model(withKeys(meta, row));
  if (row instanceof Model) return row;
  throw new InvalidValueError(`bulkCreate() of ${meta.name} was given ${describe(row)}.`, { model: meta.name });
}

/** Entities that the input leads to, as their keys: to take them over would put the new one in their session's care. */
function withKeys(meta: ModelMeta, init: unknown): unknown {
  if (typeof init !== 'object' || init === null) return init;
  const keys = meta.relations.flatMap((relation): [string, unknown][] => {
    const target = relation.owning ? (init as Options)[relation.name] : undefined;
    return State.is(target) ? [[relation.name, entityKey(relation, relation.targetField, target)]] : [];
  });
  return keys.length === 0 ? init : { ...init, ...Object.fromEntries(keys) };
}

function conflictOf(
  meta: ModelMeta,
  { onConflict = 'error', conflictFields, updateFields }: Options,
  inputs: readonly unknown[],
): Conflict | undefined {
  if (typeof onConflict !== 'string' || !MODES.includes(onConflict))
    throw refused(meta, "takes onConflict: 'error', 'ignore' or 'update'.");
  if (onConflict === 'error' && conflictFields !== undefined)
    throw refused(meta, "takes conflictFields only with onConflict: 'ignore' or 'update'.");
  if (onConflict !== 'update' && updateFields !== undefined)
    throw refused(meta, "takes updateFields only with onConflict: 'update'.");
  if (onConflict === 'error') return undefined;
  const by =
    conflictFields === undefined ? onlyUnique(meta) : uniqueOf(meta, named(meta, 'conflictFields', conflictFields));
  if (onConflict === 'ignore') return { by, sets: inputs.map(() => []) };
  const explicit =
    updateFields === undefined ? undefined : updated(meta, by, named(meta, 'updateFields', updateFields));
  return { by, sets: inputs.map((input) => explicit ?? ownFields(meta, by, input)) };
}

/** The sets of fields of which no two rows may have the same values. */
function uniqueSets({ key, indexes }: ModelMeta): readonly (readonly FieldMeta[])[] {
  const unique = indexes.filter((index) => index.unique && index.where === undefined);
  // What is unique of a computed value says nothing of the fields.
  return [key, ...unique.map(indexFields).filter((fields) => fields !== undefined)];
}

/** The unique key that these fields are, in its own order. */
export function uniqueOf(meta: ModelMeta, fields: readonly FieldMeta[]): readonly FieldMeta[] {
  const sets = uniqueSets(meta);
  const found = sets.find((set) => set.length === fields.length && fields.every((field) => set.includes(field)));
  if (found !== undefined) return found;
  throw new InvalidQueryError(
    `No unique key of ${meta.name} is over ${listed(fields)} alone: two rows may be alike in that.`,
    {
      model: meta.name,
      fields: fields.map(({ name }) => name),
      remedy: `Unique are: ${sets.map(listed).join('; ')}.`,
    },
  );
}

/** The unique key that is meant where none is named: the only one whose values new rows bring. */
function onlyUnique(meta: ModelMeta): readonly FieldMeta[] {
  const sets = uniqueSets(meta).filter((set) => !set.some(isMadeUp));
  if (sets.length === 1) return sets[0]!;
  const [first] = sets;
  throw new InvalidQueryError(
    `${withCapitalArticle(meta.name)} has ${first === undefined ? 'no unique key' : 'several unique keys'} to find rows by.`,
    {
      model: meta.name,
      remedy:
        first === undefined
          ? 'Declare one, with unique: true or unique(…).'
          : `Name one: conflictFields: [${first.map(({ name }) => `'${name}'`).join(', ')}].`,
    },
  );
}

/** Whether a value is made for each new row, so that it never exists already. */
function isMadeUp(field: FieldMeta): boolean {
  return field.generation !== undefined || typeof field.default === 'function';
}

function updated(meta: ModelMeta, by: readonly FieldMeta[], fields: readonly FieldMeta[]): readonly FieldMeta[] {
  const wrong = fields.find((field) => !mayChange(field, by));
  if (wrong === undefined) return withStamps(meta, fields);
  throw new InvalidQueryError(`bulkCreate() cannot update ${meta.name}.${wrong.name}: it is ${whatIs(wrong, by)}.`, {
    model: meta.name,
    field: wrong.name,
  });
}

/** What a row writes over unless it is said: what its input names, or all that an entity has. */
function ownFields(meta: ModelMeta, by: readonly FieldMeta[], input: unknown): readonly FieldMeta[] {
  const names = State.is(input) ? undefined : new Set(Object.keys(input as object));
  const fields = meta.fields.filter(
    (field) =>
      mayChange(field, by) && (names === undefined ? field.generation !== 'now on insert' : isNamed(field, names)),
  );
  return withStamps(meta, fields);
}

/** Whether an object of the constructor's input says what a field is: by its name, or by that of a relation that it is a key of. */
export function isNamed(field: FieldMeta, names: ReadonlySet<string>): boolean {
  return names.has(field.relation?.name ?? field.path[0]!) || isPartOf(field, names);
}

/** With the fields that change whenever a row is saved: the times of that, and the version. */
export function withStamps(meta: ModelMeta, fields: readonly FieldMeta[]): readonly FieldMeta[] {
  const stamps = meta.fields.filter((field) => field.generation === 'now on save' || field === meta.version);
  return [...fields.filter((field) => !stamps.includes(field)), ...stamps];
}

function mayChange(field: FieldMeta, by: readonly FieldMeta[]): boolean {
  const { model, primaryKey, generatedAs } = field;
  return (
    !primaryKey &&
    !by.includes(field) &&
    generatedAs === undefined &&
    field !== model.version &&
    field !== model.inheritance?.discriminator
  );
}

function whatIs(field: FieldMeta, by: readonly FieldMeta[]): string {
  if (by.includes(field)) return 'what the row is found by';
  if (field.primaryKey) return 'the key';
  if (field === field.model.inheritance?.discriminator) return 'what says of which class a row is';
  return field.generatedAs === undefined ? 'the version, which counts by itself' : 'generated';
}

/** Fields by name; a relation stands for its key. */
function named(meta: ModelMeta, option: string, names: unknown): readonly FieldMeta[] {
  if (!Array.isArray(names) || names.length === 0) throw refused(meta, `takes ${option} as a list of names.`);
  return [...new Set(names.flatMap((name) => embeddedFields(meta, name) ?? [fieldNamed(meta, name)]))];
}

/** A field by its name, or the key of a relation by the relation's. */
export function fieldNamed(meta: ModelMeta, name: unknown): FieldMeta {
  if (typeof name !== 'string')
    throw new InvalidQueryError(`A field of ${meta.name} is named by a text, not ${describe(name)}.`, {
      model: meta.name,
    });
  const relation = meta.relationByName.get(name);
  const key = relation?.owning === true ? relation.sourceField : meta.fieldByName.get(name);
  const field = key?.parts === undefined ? key : undefined;
  if (field !== undefined) return field;
  throw new UnknownFieldError(`${meta.name} has no column '${name}'.`, {
    model: meta.name,
    field: name,
    remedy: suggest(name, meta.fieldByName.keys()),
  });
}

function listed(fields: readonly FieldMeta[]): string {
  return fields.map(({ name }) => name).join(' and ');
}

function refused(meta: ModelMeta, what: string, remedy?: string): InvalidQueryError {
  return new InvalidQueryError(`bulkCreate() ${what}`, { model: meta.name, remedy });
}
