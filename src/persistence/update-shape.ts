import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import type { Row } from '../core/state.ts';
import { InvalidValueError, SessionStateError } from '../utils/errors.ts';
import type { ChangedFields } from './changed-fields.ts';
import type { EntityCodec } from './entity-codec.ts';

/** What all UPDATEs of the same fields of a model have in common. */
export interface UpdateShape {
  /** The fields that are written: those that changed, times of saving, the version. */
  readonly fields: readonly FieldMeta[];
  /** Times of saving that the application did not set itself. */
  readonly stamps: readonly FieldMeta[];
  /** What the row is found by. */
  readonly by: readonly FieldMeta[];
  /**
   * Whether several rows may go in one statement. There the order of the rows is the database's, and values that are
   * unique may have to make way for each other.
   */
  readonly anyOrder: boolean;
  /** The parameters for one entity and its row. */
  readonly bind: (entity: object, row: Row) => unknown[];
}

/** @throws SessionStateError or InvalidValueError if a key, or what the database computes, is among the changed fields. */
export function updateShape(meta: ModelMeta, changed: ChangedFields, codec: EntityCodec): UpdateShape {
  const { version } = meta;
  const own = changed.indexes.map((index) => meta.fields[index]!);
  const fixed = own.find((field) => field.primaryKey);
  if (fixed !== undefined) {
    throw new SessionStateError(`The key ${meta.name}.${fixed.name} of a stored entity was changed.`, {
      model: meta.name,
      field: fixed.name,
      remedy: 'Insert a new entity and delete the old one.',
    });
  }
  const { inheritance } = meta;
  if (inheritance !== undefined && own.includes(inheritance.discriminator))
    throw new InvalidValueError(
      `${meta.name}.${inheritance.discriminator.name} says of which class a row is, and was changed.`,
      {
        model: meta.name,
        field: inheritance.discriminator.name,
        remedy: `Insert an entity of the other class and delete this ${meta.name}.`,
      },
    );
  const computed = own.find((field) => field.generatedAs !== undefined);
  if (computed !== undefined)
    throw new InvalidValueError(`${meta.name}.${computed.name} was set, and the database computes it.`, {
      model: meta.name,
      field: computed.name,
      remedy: 'Change what it is computed from, or refresh() the entity.',
    });
  const stamps = meta.fields.filter((field) => field.generation === 'now on save' && !own.includes(field));
  const fields = [...own.filter((field) => field !== version), ...stamps, ...(version === undefined ? [] : [version])];
  const by = namesRow(meta);
  const anyOrder = !areUnique(meta, fields);
  return { fields, stamps, by, anyOrder, bind: codec.updateBinder(fields, by) };
}

/** Whether values of these fields may have to make way for each other. */
export function areUnique({ indexes }: ModelMeta, fields: readonly FieldMeta[]): boolean {
  // What a computed part reads is not looked into.
  return indexes.some(
    ({ unique, parts }) => unique && parts.some(({ field }) => field === undefined || fields.includes(field)),
  );
}

/** The fields by which a write finds a tracked row: its key, and its version where the model has one. */
export function namesRow(meta: ModelMeta): readonly FieldMeta[] {
  return meta.version === undefined ? meta.key : [...meta.key, meta.version];
}
