import type { DdlStatement } from '../core/ast/ddl.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { CheckMeta, IndexMeta, ModelClassValue, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { metaOf } from '../core/registry.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { UNSCOPED } from '../query/active-scopes.ts';
import { refuseWindows } from '../query/expressions.ts';
import { parseFilter } from '../query/filter.ts';
import { planSet } from '../query/plan-set.ts';
import { Aliases, Scope } from '../query/scope.ts';
import { planView } from '../query/views.ts';
import { DefinitionError } from '../utils/errors.ts';
import { creationOrder, forwardReferences } from './creation-order.ts';
import { checksOf, classWith, ofClass, requiredChecks, tableOf } from './tables.ts';
import { toViews, viewsInOrder } from './views.ts';

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
      for (const { condition, name } of meta.checks) this.#condition(meta, condition, name);
      for (const { where, name } of meta.indexes) if (where !== undefined) this.#condition(meta, where, name);
    }
  }

  /** CREATE TABLE of one model, with its keys, foreign keys and checks. */
  createTableSql(model: ModelLike, options: { readonly ifNotExists?: boolean } = {}): string {
    const meta = toMeta(model);
    return this.#createTable(meta, toViews([meta]), options.ifNotExists ?? false);
  }

  /**
   * CREATE VIEW of a model that is one, from its own query.
   *
   * @throws DefinitionError for a model that is no view, or one that is made elsewhere.
   */
  createViewSql(model: ModelLike, options: { readonly replace?: boolean } = {}): string {
    const meta = toMeta(model);
    const view = planView(meta);
    if (view === undefined)
      throw new DefinitionError([`${meta.name} has no query for a view.`], {
        model: meta.name,
        remedy: 'Give it one, { view: (query) => query(Post).values(…) }.',
      });
    return this.#print({ kind: 'createView', model: meta, query: view.query, replace: options.replace ?? false });
  }

  dropViewSql(model: ModelLike, options: { readonly ifExists?: boolean } = {}): string {
    return this.#print({ kind: 'dropView', model: toMeta(model), ifExists: options.ifExists ?? false });
  }

  #createTable(meta: ModelMeta, later: readonly RelationMeta[], ifNotExists: boolean): string {
    const checks = [
      ...checksOf(meta).map(({ check, meta: own }) => ({
        ...check,
        expression: ofClass(own, this.#condition(own, check.condition, check.name)),
      })),
      ...requiredChecks(meta),
    ];
    const indexes = this.#dialect.features.indexesInTable
      ? this.#indexes(meta).map((index) => ({ index, where: this.#covered(meta, index) }))
      : [];
    return this.#print({ kind: 'createTable', model: meta, checks, indexes, later, ifNotExists });
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
    const meta = toMeta(model);
    return this.#indexes(meta).map((index) => this.#index(meta, index, options.ifNotExists ?? false));
  }

  dropTableSql(model: ModelLike, options: { readonly ifExists?: boolean } = {}): string {
    return this.#print({ kind: 'dropTable', model: toMeta(model), ifExists: options.ifExists ?? false });
  }

  /**
   * Everything that a set of models needs, tables in an order in which each finds what it refers to, and views last. With
   * `ifNotExists` a view that is there is replaced: it holds nothing.
   */
  createSql(models: Iterable<ModelLike>, options: { readonly ifNotExists?: boolean } = {}): string[] {
    const all = withLinks([...models].map(toMeta));
    const metas = all.filter(({ view }) => view === undefined);
    const { forwardReferences: forward, indexesInTable } = this.#dialect.features;
    const views = viewsInOrder(all);
    const later = forward ? [] : [...forwardReferences(metas), ...(indexesInTable ? [] : toIndexes(metas))];
    const { ifNotExists = false } = options;
    return [
      ...this.#schemasOf([...metas, ...views]),
      ...metas.map((meta) => this.#createTable(meta, [...later, ...toViews([meta])], ifNotExists)),
      ...(indexesInTable ? [] : metas.flatMap((meta) => this.createIndexSql(meta, options))),
      ...[...new Set(later)].map((relation) =>
        this.#print({ kind: 'addForeignKey', model: relation.model, relation, ifNotExists }),
      ),
      ...views.map((meta) => this.createViewSql(meta, { replace: ifNotExists })),
    ];
  }

  /** The schemas of the tables, made where they are missing. */
  #schemasOf(metas: readonly ModelMeta[]): string[] {
    const { features, schema: own } = this.#dialect;
    if (!features.schemas) return [];
    const names = new Set(metas.map(({ schema = own }) => schema).filter((name) => name !== undefined));
    return [...names].map((name) => this.#print({ kind: 'createSchema', name }));
  }

  /** The reverse, to be run on one connection, in one transaction where there can be: tables that refer to others go first. */
  dropSql(models: Iterable<ModelLike>, options: { readonly ifExists?: boolean } = {}): string[] {
    const all = withLinks([...models].map(toMeta));
    const metas = all.filter(({ view }) => view === undefined);
    const drops = [
      ...viewsInOrder(all)
        .toReversed()
        .map((meta) => this.dropViewSql(meta, options)),
      ...metas.toReversed().map((meta) => this.dropTableSql(meta, options)),
    ];
    const { dropCircles } = this.#dialect.features;
    if (dropCircles === undefined || forwardReferences(metas).length === 0) return drops;
    const { before, after } = dropCircles;
    return [before, ...drops, ...(after === undefined ? [] : [after])];
  }

  /** Without those of words, where there are none and every search is refused. */
  #indexes({ indexes }: ModelMeta): readonly IndexMeta[] {
    return this.#dialect.features.fullText ? indexes : indexes.filter(({ fullText }) => fullText === undefined);
  }

  #index(meta: ModelMeta, index: IndexMeta, ifNotExists: boolean): string {
    return this.#print({ kind: 'createIndex', model: meta, index, where: this.#covered(meta, index), ifNotExists });
  }

  /** The rows that a partial index covers. */
  #covered(meta: ModelMeta, { name, where }: IndexMeta): Expression | undefined {
    if (where === undefined) return undefined;
    return this.#condition(
      classWith(meta, ({ indexes }) => indexes.some((index) => index.where === where)),
      where,
      name,
    );
  }

  /** A filter or callback as a condition on the table's own columns. */
  #condition(meta: ModelMeta, input: unknown, name: CheckMeta['name']): Expression {
    const scope = new Scope(meta, new Aliases(planSet), UNSCOPED);
    const filter = parseFilter(meta, input);
    refuseWindows(filter, `${meta.name}: '${name}'`);
    const condition = unaliased(scope.resolve(filter), scope.root.alias);
    if (scope.joins.length > 0 || condition === undefined) {
      throw new DefinitionError([`${meta.name}: '${name}' reads another table, which a constraint cannot.`], {
        model: meta.name,
        constraint: name,
      });
    }
    return condition;
  }

  #print(statement: DdlStatement): string {
    return this.#dialect.ddl(statement);
  }
}

/** The models and the link tables that the library makes for them, in an order in which each finds what it refers to. */
function withLinks(models: readonly ModelMeta[]): ModelMeta[] {
  const links = models.flatMap((meta) =>
    meta.relations.flatMap(({ link }) => (link?.implicit === true ? [link.model] : [])),
  );
  return creationOrder([...new Set([...models, ...links])]);
}

/** Foreign keys to a column that is unique by an index, which is made after the tables. */
function toIndexes(metas: readonly ModelMeta[]): RelationMeta[] {
  return metas.flatMap(({ relations }) =>
    relations.filter(
      ({ owning, target, targetField }) => owning && !targetField.primaryKey && target.view === undefined,
    ),
  );
}

function toMeta(model: ModelLike): ModelMeta {
  return tableOf(typeof model === 'function' ? metaOf(model) : model);
}

/** Columns without their alias, as DDL wants them; undefined if there is a subquery in it. */
function unaliased(node: Expression, alias: string): Expression | undefined {
  if (node.kind === 'column') return node.alias === alias ? { ...node, alias: '' } : undefined;
  if (node.kind === 'exists' || node.kind === 'subquery' || node.kind === 'inQuery') return undefined;
  let foreign = false;
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null || !('kind' in value)) return value;
    const found = unaliased(value as Expression, alias);
    foreign ||= found === undefined;
    return found;
  };
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === 'type' || key === 'list' || key === 'label'
        ? value
        : node.kind === 'case' && key === 'branches'
          ? node.branches.map(({ when, then }) => ({ when: strip(when), then: strip(then) }))
          : strip(value),
    ]),
  );
  return foreign ? undefined : (copy as unknown as Expression);
}
