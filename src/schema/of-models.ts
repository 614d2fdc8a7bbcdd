import type {
  ColumnSchema,
  ForeignKeySchema,
  IndexSchema,
  Schema,
  TableSchema,
  ViewSchema,
} from '../core/ast/schema.ts';
import { foreignKeyName } from '../core/constraint-names.ts';
import type { FieldMeta, IndexMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';
import { Registry } from '../core/registry.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { planView } from '../query/views.ts';
import { DefinitionError } from '../utils/errors.ts';
import { conditionOf, partOf } from './conditions.ts';
import { creationOrder } from './creation-order.ts';
import { checksOf, classWith, ofClass, requiredChecks, tableOf } from './tables.ts';
import { viewsInOrder } from './views.ts';

/**
 * The schema of models: their tables, those of links that the library makes for them, and their views.
 *
 * @param dialect In whose SQL views are.
 * @throws DefinitionError for models that cannot be.
 * @example
 * ```ts
 * import { f, model } from 'blazeorm';
 * import { schemaOf, SQLiteDialect } from 'blazeorm/schema';
 * class Genre extends model('genre', { id: f.auto(), name: f.string({ unique: true }) }) {}
 * export const { tables } = schemaOf([Genre], new SQLiteDialect());
 * ```
 */
export function schemaOf(models: Iterable<unknown>, dialect: Dialect): Schema {
  const metas = [...new Set(new Registry(models).models.map(tableOf))];
  const links = metas.flatMap(({ relations }) =>
    relations.flatMap(({ link }) => (link?.implicit === true ? [link.model] : [])),
  );
  const tables = [...new Set([...metas, ...links])].filter(({ view }) => view === undefined);
  return Object.freeze({
    tables: creationOrder(tables.map(tableSchemaOf)),
    views: viewsInOrder(metas).map((meta) => viewSchemaOf(meta, dialect)),
  });
}

/** The table of a model; of all classes that share it, where there are several. */
export function tableSchemaOf(model: ModelMeta): TableSchema {
  const meta = tableOf(model);
  return Object.freeze({
    schema: meta.schema,
    name: meta.table,
    columns: meta.fields.map(columnOf),
    primaryKey: meta.key.map(({ column }) => column),
    // A database knows nothing of keys that refer to a view.
    foreignKeys: meta.relations
      .filter(({ owning, target }) => owning && target.view === undefined)
      .map((relation) => foreignKeyOf(meta, relation)),
    indexes: meta.indexes.map((index) => indexOf(meta, index)),
    checks: [
      ...checksOf(meta).map(({ check: { name, condition }, meta: own }) => ({
        name,
        condition: ofClass(own, conditionOf(own, condition, name)),
      })),
      ...requiredChecks(meta).map(({ name, expression }) => ({ name, condition: expression })),
    ],
    comment: meta.comment,
    ...(meta.renamedFrom === undefined ? {} : { renamedFrom: meta.renamedFrom }),
  });
}

/**
 * The view of a model that is one, in the SQL of a database.
 *
 * @throws DefinitionError for a model that is no view, or one that is made elsewhere.
 */
export function viewSchemaOf(meta: ModelMeta, dialect: Dialect): ViewSchema {
  const view = planView(meta);
  if (view === undefined)
    throw new DefinitionError([`${meta.name} has no query for a view.`], {
      model: meta.name,
      remedy: 'Give it one, { view: (query) => query(Post).values(…) }.',
    });
  const types = meta.fields.map(({ type }) => type);
  return Object.freeze({ schema: meta.schema, name: meta.table, sql: dialect.inlineQuery(view.query, types) });
}

function columnOf(field: FieldMeta): ColumnSchema {
  const { column, type, nullable, generation, dbDefault, generatedAs, generatedStored, comment, renamedFrom } = field;
  return Object.freeze({
    name: column,
    type,
    nullable,
    identity: generation === 'identity',
    default: dbDefault === undefined ? keyDefaultOf(field) : dbDefault,
    generated: generatedAs === undefined ? undefined : Object.freeze({ sql: generatedAs, stored: generatedStored }),
    comment,
    ...(renamedFrom === undefined ? {} : { renamedFrom }),
    ...fillOf(field),
  });
}

/** Of a foreign key with SET DEFAULT, the key to which the database is to set it: the default of new entities. */
function keyDefaultOf({ relation, type, default: value }: FieldMeta): string | number | undefined {
  if (relation?.onDelete !== 'set default' && relation?.onUpdate !== 'set default') return undefined;
  const stored: unknown = value !== undefined && type.kind === 'custom' ? type.codec.encode(value) : value;
  if (typeof stored === 'number') return stored;
  if (typeof stored === 'bigint') return String(stored);
  return typeof stored === 'string' ? `'${stored.replaceAll("'", "''")}'` : undefined;
}

/** What rows that are there get of a new column: its default, if that is a plain value. */
function fillOf({ default: value, generation, nullable }: FieldMeta): { readonly fill?: unknown } {
  if (generation === 'now on insert' || generation === 'now on save') return { fill: () => new Date() };
  if (generation === 'version') return { fill: 1 };
  if (value === undefined || typeof value === 'function' || (value === null && nullable)) return {};
  return { fill: value };
}

function foreignKeyOf(meta: ModelMeta, relation: RelationMeta): ForeignKeySchema {
  const { sourceField, targetField, target, onDelete, onUpdate } = relation;
  return Object.freeze({
    name: foreignKeyName(meta, relation),
    columns: partsOf(sourceField).map(({ column }) => column),
    table: Object.freeze({ schema: target.schema, name: target.table }),
    targets: partsOf(targetField).map(({ column }) => column),
    onDelete,
    onUpdate,
    label: Object.freeze({ model: meta.name, field: relation.name }),
  });
}

function indexOf(meta: ModelMeta, index: IndexMeta): IndexSchema {
  const { name, parts, unique, fullText, where } = index;
  const own = classWith(meta, ({ indexes }) => indexes.includes(index));
  return Object.freeze({
    name,
    parts: parts.map((part) =>
      part.field === undefined
        ? partOf(own, part.expression, name)
        : Object.freeze({ column: part.field.column, descending: part.descending }),
    ),
    unique,
    fullText,
    where: where === undefined ? undefined : conditionOf(own, where, name),
  });
}
