import { relink } from '../core/accessors.ts';
import { EntityCollection } from '../core/collection.ts';
import { modelOf } from '../core/inheritance.ts';
import type { FieldMeta, KeyMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { isRead, partsOf } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import { InvalidValueError, UnknownFieldError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import type { Journal } from './journal.ts';
import type { Workspace } from './workspace.ts';

/** What of an entity is to be forgotten. */
interface Expired {
  readonly fields: readonly FieldMeta[];
  readonly relations: readonly RelationMeta[];
}

/**
 * Forgets what is known of rows, so that it is not read by accident until it has been read again: such an entity is what
 * `only()` and `defer()` give, a part of a row that stands on guard for the rest.
 */
export class Expirer {
  readonly #workspace: Workspace;
  readonly #journal: Journal;
  readonly #isOpen: boolean;

  /** `journal`: of the open transaction, whose rollback brings all of it back; `isOpen`: whether there is one. */
  constructor(workspace: Workspace, journal: Journal, isOpen: boolean) {
    this.#workspace = workspace;
    this.#journal = journal;
    this.#isOpen = isOpen;
  }

  /**
   * @param names Fields and relations; none: all but the key.
   * @throws UnknownFieldError, and InvalidValueError for the key.
   */
  expire(entity: object, names: readonly string[]): void {
    const meta = modelOf(entity);
    const { fields, relations } = names.length === 0 ? everything(meta) : named(meta, names);
    const row = State.row(entity);
    if (row !== null) {
      if (this.#isOpen) this.#journal.touchExpired(meta, entity);
      for (const relation of relations) if (relation.owning) this.#unassign(meta, entity, relation);
    }
    for (const relation of relations) this.#discard(entity, relation);
    if (row === null) return;
    const left = [...row];
    for (const field of fields) left[field.index] = undefined;
    this.#workspace.compiled.codec(meta).stand(entity, left);
  }

  #discard(entity: object, { index }: RelationMeta): void {
    const link = State.link(entity, index);
    if (link instanceof EntityCollection) {
      link.expire();
      // Outside of a transaction there is nothing to come back to: what it held is not known any more.
      if (!this.#isOpen) this.#journal.collections.delete(link);
    } else if (link !== undefined) State.setLink(entity, index, undefined);
  }

  /** A target that was assigned and is not written: the other sides show the one that the row has. */
  #unassign(meta: ModelMeta, entity: object, relation: RelationMeta): void {
    const row = State.row(entity)!;
    if (!isRead(row, relation.sourceField)) return;
    const codec = this.#workspace.compiled.codec(meta);
    const values = partsOf(relation.sourceField).map((part) => codec.decodeField(part, row[part.index]));
    relink(entity, relation, values);
  }
}

function everything({ fields, relations }: ModelMeta): Expired {
  return {
    fields: fields.filter(({ primaryKey }) => !primaryKey),
    // A reference that is part of the key is known with the key.
    relations: relations.filter(
      ({ owning, sourceField }) => !owning || !partsOf(sourceField).every(({ primaryKey }) => primaryKey),
    ),
  };
}

function named(meta: ModelMeta, names: readonly string[]): Expired {
  const fields = new Set<FieldMeta>();
  const relations = new Set<RelationMeta>();
  for (const name of names) {
    const field = meta.fieldByName.get(name);
    const relation = meta.relationByName.get(name) ?? (field?.relation?.model === meta ? field.relation : undefined);
    if (relation !== undefined) relations.add(relation);
    const own = field ?? (relation?.owning === true ? relation.sourceField : undefined);
    const parts = own === undefined ? (meta.embeddedByName.get(name)?.fields ?? []) : forgettable(own);
    if (parts.length === 0 && relation === undefined) throw unknownName(meta, name);
    for (const part of parts) fields.add(notOfTheKey(part));
  }
  // With the version goes the whole row: it says of which state of the row the values are.
  return meta.version !== undefined && fields.has(meta.version)
    ? everything(meta)
    : { fields: [...fields], relations: [...relations] };
}

/** Of a key of several fields those that are no part of the model's own: they say which row it is. */
function forgettable(key: KeyMeta): readonly FieldMeta[] {
  if (key.parts === undefined) return [key];
  const others = key.parts.filter(({ primaryKey }) => !primaryKey);
  return others.length > 0 ? others : key.parts;
}

function unknownName(meta: ModelMeta, name: string): UnknownFieldError {
  const known = [...meta.fieldByName.keys(), ...meta.embeddedByName.keys(), ...meta.relationByName.keys()];
  return new UnknownFieldError(`${meta.name} has no field or relation '${name}' to expire.`, {
    model: meta.name,
    field: name,
    remedy: suggest(name, known),
  });
}

function notOfTheKey(field: FieldMeta): FieldMeta {
  if (!field.primaryKey) return field;
  throw new InvalidValueError(`${field.model.name}.${field.name} is of the key, by which the row is read again.`, {
    model: field.model.name,
    field: field.name,
    remedy: 'Name other fields, or none for all but the key.',
  });
}
