import type { ColumnDefinition, ModelDefinition, RelationDefinition } from '../definitions.ts';
import { withNamedCodec } from './codecs.ts';
import type {
  CacheMeta,
  CompositeMeta,
  EmbeddedMeta,
  FieldMeta,
  KeyMeta,
  ModelClassValue,
  ModelMeta,
  RelationMeta,
} from '../metadata.ts';

/** Metadata while it is being made: the same shape, writable. Frozen when all of it is right. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
export type FieldDraft = Writable<FieldMeta>;
export type RelationDraft = Writable<RelationMeta>;

/** A model while it is being resolved. `meta` is the very object that is frozen at the end. */
export interface ModelDraft {
  readonly modelClass: ModelClassValue | undefined;
  readonly definition: ModelDefinition;
  readonly meta: Writable<
    Omit<ModelMeta, 'fields' | 'relations' | 'fieldByName' | 'relationByName' | 'embeddedByName'>
  > & {
    readonly fields: FieldDraft[];
    readonly relations: RelationDraft[];
    readonly fieldByName: Map<string, FieldDraft>;
    readonly relationByName: Map<string, RelationDraft>;
    readonly embeddedByName: Map<string, EmbeddedMeta>;
  };
  /** Columns of owning relations that were made for these, by relation name. */
  readonly keyColumns: Map<string, FieldDraft>;
  /** Fields that owning relations name as their keys, by relation name. */
  readonly compositeKeys: Map<string, CompositeMeta>;
}

/** Problems are collected, never thrown one by one. */
export type Report = (problem: string) => void;

/** What the steps of the resolution share. */
export interface Resolution {
  readonly drafts: ReadonlyMap<ModelClassValue, ModelDraft>;
  /** The draft of a relation's target; undefined (and reported, once) if it has none. */
  targetOf(owner: ModelDraft, name: string, relation: RelationDefinition): ModelDraft | undefined;
  readonly report: Report;
}

let lastModelId = 0;

/** What a model has as its key until that is found: one that is left without any is reported and never used. */
const NO_KEY = Object.freeze({ parts: [] }) as unknown as KeyMeta;

/** An empty draft. */
export function draftModel(modelClass: ModelClassValue | undefined, definition: ModelDefinition): ModelDraft {
  const id = ++lastModelId;
  const options = definition.options;
  return {
    modelClass,
    definition,
    keyColumns: new Map(),
    compositeKeys: new Map(),
    meta: {
      name: modelClass?.name ?? definition.name,
      table: options.table ?? definition.name,
      schema: options.schema,
      id,
      modelClass,
      fields: [],
      relations: [],
      fieldByName: new Map(),
      relationByName: new Map(),
      embeddedByName: new Map(),
      primaryKey: [],
      key: [],
      identity: NO_KEY,
      keyIndexes: [],
      version: undefined,
      ordering: [],
      indexes: [],
      checks: [],
      scopes: [],
      restricted: false,
      readOnly: options.readOnly === true || options.view !== undefined,
      view: options.view,
      comment: options.comment,
      renamedFrom: options.renamedFrom,
      cache: cacheOf(options.cache),
      inheritance: undefined,
    },
  };
}

function cacheOf(options: ModelDefinition['options']['cache']): CacheMeta | undefined {
  return options === undefined ? undefined : Object.freeze({ ttl: options.ttl, sensitive: options.sensitive === true });
}

/** A model that is resolved already, as a target for drafts: read, never written. */
export function adoptModel(meta: ModelMeta, definition: ModelDefinition): ModelDraft {
  const owning = meta.relations.filter((relation) => relation.owning);
  return {
    modelClass: meta.modelClass,
    definition,
    // Frozen metadata under the writable type: the steps of the resolution visit drafts that are not frozen.
    meta: meta as unknown as ModelDraft['meta'],
    keyColumns: new Map(
      owning.flatMap(({ name, sourceField }) =>
        sourceField.parts === undefined ? [[name, sourceField as FieldDraft]] : [],
      ),
    ),
    compositeKeys: new Map(
      owning.flatMap(({ name, sourceField }) => (sourceField.parts === undefined ? [] : [[name, sourceField]])),
    ),
  };
}

/** What an owning relation of a draft goes by; undefined where that is wrong, and reported. */
export function keyOfRelation(draft: ModelDraft, name: string): KeyMeta | undefined {
  return draft.keyColumns.get(name) ?? draft.compositeKeys.get(name);
}

/** Fields of a draft as its primary key. */
export function setKey({ meta }: ModelDraft, fields: readonly FieldDraft[]): void {
  meta.key = fields;
  meta.keyIndexes = fields.map((field) => field.index);
  meta.primaryKey = fields.map((field) => field.name);
  if (fields.length > 0)
    meta.identity =
      fields.length === 1 ? fields[0]! : Object.freeze({ model: meta as unknown as ModelMeta, parts: meta.key });
}

/** Append a column to a draft. */
export function addField(
  draft: ModelDraft,
  name: string,
  path: readonly string[],
  column: string,
  definition: Pick<ColumnDefinition, 'type' | 'options' | 'generation'>,
): FieldDraft {
  const { meta } = draft;
  const { options } = definition;
  const field: FieldDraft = {
    model: meta as unknown as ModelMeta,
    name,
    path,
    column,
    index: meta.fields.length,
    id: `${meta.id}.${meta.fields.length}`,
    type: withNamedCodec(definition.type, meta.name, name),
    nullable: options.nullable === true,
    primaryKey: options.primaryKey === true,
    unique: options.unique === true,
    indexed: options.index === true,
    default: options.default,
    dbDefault: options.dbDefault,
    generatedAs: typeof options.generated === 'object' ? options.generated.sql : options.generated,
    generatedStored: typeof options.generated !== 'object' || options.generated.stored !== false,
    generation:
      definition.generation ??
      (options.generated !== undefined || options.dbDefault !== undefined ? 'database' : undefined),
    sensitive: options.sensitive === true,
    validators: [...(options.schema === undefined ? [] : [options.schema]), ...(options.validators ?? [])],
    comment: options.comment,
    renamedFrom: options.renamedFrom,
    relation: undefined,
  };
  meta.fields.push(field);
  meta.fieldByName.set(name, field);
  return field;
}
