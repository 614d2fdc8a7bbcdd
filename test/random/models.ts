/** Described models as models of the library, and their rows as entities. */
import { f, model } from 'blazeorm';
import type { Model, ModelType, Session } from 'blazeorm';

import { COLOURS, modelOf, relationsOf, SCALE } from './schema.ts';
import type { FieldSpec, Graph, ModelSpec } from './schema.ts';
import type { World } from './world.ts';

/** A model of which the compiler knows nothing. */
export type AnyModel = ModelType<Model> & (new (init: Readonly<Record<string, unknown>>) => Model);
export type Models = ReadonlyMap<string, AnyModel>;

export function makeModels(graph: Graph): Models {
  const models = new Map<string, AnyModel>();
  for (const spec of graph) models.set(spec.name, makeModel(graph, spec, models));
  return models;
}

function makeModel(graph: Graph, spec: ModelSpec, models: Models): AnyModel {
  const fields: Record<string, unknown> = {};
  for (const field of spec.fields) fields[field.name] = column(field, spec.key);
  for (const key of spec.foreignKeys) {
    const target = (): AnyModel => models.get(key.target)!;
    const options = {
      nullable: key.nullable,
      onDelete: key.nullable ? ('set null' as const) : ('cascade' as const),
      ...(key.to === modelOf(graph, key.target).key[0] ? {} : { to: key.to }),
    };
    fields[key.name] = key.unique ? f.oneToOne(target, options) : f.foreignKey(target, options);
  }
  for (const link of spec.links) fields[link.name] = f.manyToMany(() => models.get(link.target)!);
  for (const { name, target, many, by } of relationsOf(graph, spec.name)) {
    if (!by.reverse) continue;
    const other = (): AnyModel => models.get(target)!;
    const via = by.kind === 'link' ? by.link.name : by.key.name;
    fields[name] = many ? f.reverse(other, via) : f.reverseOne(other, via);
  }
  const options = {
    ...(spec.key.length > 1 && { primaryKey: spec.key }),
    ...(spec.ordering.length > 0 && { ordering: [...spec.ordering, ...spec.key] }),
  };
  // Named cast: fields that are made by chance are of no type that the compiler could infer a model from.
  const base = model(spec.name, fields as never, options as never) as unknown as AnyModel;
  const made = class extends base {};
  Object.defineProperty(made, 'name', { value: spec.name });
  return made;
}

function column(field: FieldSpec, key: readonly string[]): unknown {
  const isKey = key.length === 1 && key[0] === field.name;
  const options = { nullable: field.nullable, ...(isKey ? { primaryKey: true as const } : { unique: field.unique }) };
  switch (field.kind) {
    case 'int':
      return isKey && field.short ? f.auto() : f.int(options);
    case 'bigint':
      return isKey && field.short ? f.bigAuto() : f.bigint(options);
    case 'decimal':
      return f.decimal({ precision: 10, scale: SCALE, ...options });
    case 'text':
      // Servers of one kind have no keys of texts without a length.
      return field.short || field.unique || key.includes(field.name)
        ? f.string({ maxLength: 60, ...options })
        : f.text(options);
    case 'enum':
      return f.enum(COLOURS, options);
    case 'float':
      return f.float(options);
    case 'bool':
      return f.bool(options);
    case 'date':
      return f.date(options);
    case 'datetime':
      return f.datetime(options);
    case 'uuid':
      return f.uuid(options);
  }
}

/** Writes all rows of a world. */
export async function write(session: Session, graph: Graph, models: Models, world: World): Promise<void> {
  const entities = new Map<object, Model>();
  for (const { name, foreignKeys } of graph) {
    for (const row of world.rows(name)) {
      const values = Object.entries(row.values).filter(
        ([attribute]) => !foreignKeys.some((key) => `${key.name}Id` === attribute),
      );
      entities.set(row, new (models.get(name)!)(Object.fromEntries(values)));
    }
  }
  for (const { name, links } of graph) {
    for (const row of world.rows(name)) {
      // Named cast: an entity of which the compiler knows nothing.
      const entity = entities.get(row) as unknown as Record<
        string,
        { add(...items: unknown[]): void } | null | undefined
      >;
      for (const relation of relationsOf(graph, name)) {
        if (relation.by.reverse || relation.many) continue;
        const target = world.one(row, relation);
        entity[relation.name] = target === undefined ? null : (entities.get(target) as never);
      }
      for (const link of links) {
        const relation = relationsOf(graph, name).find((item) => item.name === link.name)!;
        entity[link.name]!.add(...world.many(row, relation).map((target) => entities.get(target)));
      }
    }
  }
  session.addAll(entities.values());
  await session.commit();
}

/** Takes all rows away: first what may be null in foreign keys, then the rows, the last model's first. */
export async function clear(session: Session, graph: Graph, models: Models): Promise<void> {
  for (const { name, foreignKeys } of graph) {
    const nullable = foreignKeys.filter((key) => key.nullable).map((key) => [`${key.name}Id`, null]);
    if (nullable.length > 0)
      await session
        .query(models.get(name)!)
        .unfiltered()
        .update(Object.fromEntries(nullable) as never);
  }
  for (const { name } of graph.toReversed()) await session.query(models.get(name)!).unfiltered().delete();
}
