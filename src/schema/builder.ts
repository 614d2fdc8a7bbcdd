import type { DdlStatement } from '../core/ast/ddl.ts';
import type { ForeignKeySchema, TableName, TableSchema } from '../core/ast/schema.ts';
import type { ModelClassValue, ModelMeta } from '../core/metadata.ts';
import { metaOf } from '../core/registry.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { UnsupportedError } from '../utils/errors.ts';
import { conditionOf, partOf } from './conditions.ts';
import { creationOrder, forwardReferences, keyOf } from './creation-order.ts';
import { tableSchemaOf, viewSchemaOf } from './of-models.ts';
import { tableOf } from './tables.ts';
import { viewsInOrder } from './views.ts';

/** A model as its class or its metadata. */
type ModelLike = ModelMeta | ModelClassValue;

/**
 * Models to DDL, for one dialect. Makes text and touches no database.
 *
 * @example
 * ```ts
 * import { f, model } from 'blazeorm';
 * import { SchemaBuilder, SQLiteDialect } from 'blazeorm/schema';
 * class Genre extends model('genre', { id: f.auto(), name: f.string({ unique: true }) }) {}
 * export const statements = new SchemaBuilder(new SQLiteDialect()).createSql([Genre]);
 * ```
 */
export class SchemaBuilder {
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /**
   * Look at the conditions of checks and partial indexes without making any SQL of the rest.
   *
   * @throws UnknownFieldError and its like for a condition that cannot be.
   */
  checkConditions(models: Iterable<ModelLike>): void {
    for (const model of models) {
      const meta = typeof model === 'function' ? metaOf(model) : model;
      for (const { condition, name } of meta.checks) conditionOf(meta, condition, name);
      for (const { where, name, parts } of meta.indexes) {
        if (where !== undefined) conditionOf(meta, where, name);
        for (const part of parts) if (part.field === undefined) partOf(meta, part.expression, name);
      }
    }
  }

  /** CREATE TABLE of one model, with its keys, foreign keys and checks, and its comments where the database has any. */
  createTableSql(model: ModelLike, options: { readonly ifNotExists?: boolean } = {}): string {
    return script(this.#createTable(this.#table(model), [], options));
  }

  /**
   * CREATE VIEW of a model that is one, from its own query.
   *
   * @throws DefinitionError for a model that is no view, or one that is made elsewhere.
   */
  createViewSql(model: ModelLike, options: { readonly replace?: boolean } = {}): string {
    const view = viewSchemaOf(toMeta(model), this.#dialect);
    return script(this.#print({ kind: 'createView', view, replace: options.replace ?? false }));
  }

  dropViewSql(model: ModelLike, options: { readonly ifExists?: boolean } = {}): string {
    const { schema, table: name } = toMeta(model);
    return script(this.#print({ kind: 'dropView', view: { schema, name }, ifExists: options.ifExists ?? false }));
  }

  /** CREATE TABLE of the link tables that the model's many-to-many relations need; `through` models are models. */
  createManyToManySql(model: ModelLike, options: { readonly ifNotExists?: boolean } = {}): string[] {
    const owned = toMeta(model).relations.filter(
      (relation) => relation.link?.implicit === true && relation.inverse?.link !== relation.link,
    );
    return [...new Set(owned.map((relation) => relation.link!.model))].map((link) =>
      this.createTableSql(link, options),
    );
  }

  /** CREATE INDEX of all indexes and unique constraints of a model. */
  createIndexSql(model: ModelLike, options: { readonly ifNotExists?: boolean } = {}): string[] {
    return this.#createIndexes(this.#table(model), options).map(script);
  }

  dropTableSql(model: ModelLike, options: { readonly ifExists?: boolean } = {}): string {
    const { schema, table: name } = toMeta(model);
    return script(this.#dropTable({ schema, name }, options));
  }

  /**
   * Everything that a set of models needs, tables in an order in which each finds what it refers to, and views last. With
   * `ifNotExists` a view that is there is replaced: it holds nothing.
   */
  createSql(models: Iterable<ModelLike>, options: { readonly ifNotExists?: boolean } = {}): string[] {
    const metas = [...models].map(toMeta);
    const tables = this.#tables(metas);
    const views = viewsInOrder(metas);
    const { forwardReferences: forward, indexesInTable } = this.#dialect.features;
    const later = forward ? [] : [...forwardReferences(tables), ...(indexesInTable ? [] : toIndexes(tables))];
    const { ifNotExists = false } = options;
    return [
      ...this.#schemasOf([...tables, ...views]),
      ...tables.map((table) => script(this.#createTable(table, later, options))),
      ...(indexesInTable ? [] : tables.flatMap((table) => this.#createIndexes(table, options).map(script))),
      ...tables.flatMap((table) =>
        table.foreignKeys
          .filter((key) => later.includes(key))
          .map((key) => script(this.#print({ kind: 'addForeignKey', table, key, ifNotExists }))),
      ),
      ...views.map((meta) => this.createViewSql(meta, { replace: ifNotExists })),
    ];
  }

  /** The schemas of the tables, made where they are missing. */
  #schemasOf(named: readonly { readonly schema: string | undefined }[]): string[] {
    const { features, schema: own } = this.#dialect;
    if (!features.schemas) return [];
    const names = new Set(named.map(({ schema = own }) => schema).filter((name) => name !== undefined));
    return [...names].map((name) => script(this.#print({ kind: 'createSchema', name })));
  }

  /** The reverse, to be run on one connection, in one transaction where there can be: tables that refer to others go first. */
  dropSql(models: Iterable<ModelLike>, options: { readonly ifExists?: boolean } = {}): string[] {
    const metas = [...models].map(toMeta);
    const tables = this.#tables(metas);
    const drops = [
      ...viewsInOrder(metas)
        .toReversed()
        .map((meta) => this.dropViewSql(meta, options)),
      ...tables.toReversed().map((table) => script(this.#dropTable(table, options))),
    ];
    const { dropCircles } = this.#dialect.features;
    if (dropCircles === undefined || forwardReferences(tables).length === 0) return drops;
    const { before, after } = dropCircles;
    return [before, ...drops, ...(after === undefined ? [] : [after])];
  }

  /** The tables of models and of the links that the library makes for them, each after those that it refers to. */
  #tables(metas: readonly ModelMeta[]): TableSchema[] {
    const links = metas.flatMap(({ relations }) =>
      relations.flatMap(({ link }) => (link?.implicit === true ? [link.model] : [])),
    );
    const all = [...new Set([...metas, ...links])].filter(({ view }) => view === undefined);
    return creationOrder(all.map((meta) => this.#table(meta)));
  }

  /** Without indexes of words, where there are none and every search is refused. */
  #table(model: ModelLike): TableSchema {
    const meta = toMeta(model);
    this.#refuseComputed(meta);
    const table = tableSchemaOf(meta);
    if (this.#dialect.features.fullText) return table;
    return { ...table, indexes: table.indexes.filter(({ fullText }) => fullText === undefined) };
  }

  /** In the words of the models; the dialect knows tables only. */
  #refuseComputed(meta: ModelMeta): void {
    const { name: model, indexes } = tableOf(meta);
    const { features, name } = this.#dialect;
    const index = indexes.find(({ parts }) => parts.some(({ field }) => field === undefined));
    if (features.computedIndexes || index === undefined) return;
    throw new UnsupportedError(
      `${name} has no indexes over computed values, which '${index.name}' of ${model} needs.`,
      {
        model,
        constraint: index.name,
        feature: 'indexes over computed values',
        remedy: 'Make it over a generated column: f.string({ generated: … }).',
      },
    );
  }

  #createTable(
    table: TableSchema,
    later: readonly ForeignKeySchema[],
    options: { readonly ifNotExists?: boolean },
  ): string[] {
    const { ifNotExists = false } = options;
    const foreignKeys = table.foreignKeys.filter((key) => !later.includes(key));
    return this.#print({ kind: 'createTable', table: { ...table, foreignKeys }, ifNotExists });
  }

  #createIndexes(table: TableSchema, { ifNotExists = false }: { readonly ifNotExists?: boolean }): string[][] {
    return table.indexes.map((index) => this.#print({ kind: 'createIndex', table, index, ifNotExists }));
  }

  #dropTable(table: TableName, { ifExists = false }: { readonly ifExists?: boolean }): string[] {
    return this.#print({ kind: 'dropTable', table, ifExists, cascade: true });
  }

  #print(statement: DdlStatement): string[] {
    return this.#dialect.ddl(statement);
  }
}

/** Statements that belong together, as one text. */
function script(statements: readonly string[]): string {
  return statements.join(';\n');
}

/** Foreign keys to columns that are unique by an index, which is made after the tables. */
function toIndexes(tables: readonly TableSchema[]): ForeignKeySchema[] {
  const isKey = ({ table, targets }: ForeignKeySchema): boolean =>
    tables.find((other) => keyOf(other) === keyOf(table))?.primaryKey.join() === targets.join();
  return tables.flatMap(({ foreignKeys }) => foreignKeys.filter((key) => !isKey(key)));
}

function toMeta(model: ModelLike): ModelMeta {
  return tableOf(typeof model === 'function' ? metaOf(model) : model);
}
