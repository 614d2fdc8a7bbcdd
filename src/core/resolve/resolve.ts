import { DefinitionError } from '../../utils/errors.ts';
import { RelationDefinition } from '../definitions.ts';
import type { ModelDefinition } from '../definitions.ts';
import type { ModelClassValue, ModelMeta } from '../metadata.ts';
import { adoptModel, draftModel } from './draft.ts';
import type { ModelDraft, Report, Resolution } from './draft.ts';
import { resolveFields, resolveKeyTypes } from './fields.ts';
import { inheritRelations, resolveFamilies, subclassesOf } from './inheritance.ts';
import { resolveOptions } from './options.ts';
import { resolveScopes } from './scopes.ts';
import { checkView } from './views.ts';
import { pairRelations, resolveRelations } from './relations.ts';
import { checkIndexNames, checkNameLengths, checkRequiredCycles, checkTables } from './whole.ts';

interface Source {
  definitionOf(modelClass: unknown): ModelDefinition | undefined;
  known(definition: ModelDefinition): ModelMeta | undefined;
}

/** Every model reached, and those of them that were made now. */
export interface Resolved {
  readonly models: ModelMeta[];
  readonly fresh: ReadonlyMap<ModelDefinition, ModelMeta>;
}

/**
 * From classes to frozen metadata, in steps that each walk all models: find them, their columns, the types of key
 * columns, their relations, the other sides, their options, and what only the whole can show. Every step reports; at
 * the end one error lists everything.
 *
 * A model that was resolved before keeps its metadata: whatever reaches it is new, so nothing of it can change.
 */
export function resolveModels(classes: readonly ModelClassValue[], source: Source): Resolved {
  const problems: string[] = [];
  const report: Report = (problem) => {
    if (!problems.includes(problem)) problems.push(problem);
  };
  const reached = discover(classes, source, report);
  const drafts = new Map(
    [...reached].map(([modelClass, definition]) => [modelClass, draftOf(modelClass, definition, source, report)]),
  );
  const resolution = createResolution(drafts, source, report);
  const all = [...drafts.values()].filter((draft) => !Object.isFrozen(draft.meta));
  for (const draft of all) resolveFields(draft, resolution);
  resolveKeyTypes(all, resolution);
  resolveFamilies(drafts, report);
  const links = all.flatMap((draft) => resolveRelations(draft, resolution));
  for (const draft of all) pairRelations(draft, resolution);
  for (const draft of all) inheritRelations(draft, drafts);
  for (const draft of [...all, ...links]) resolveOptions(draft, report);
  for (const draft of all) {
    resolveScopes(draft, report);
    checkView(draft, report);
  }
  const models = withLinks([...drafts.values(), ...links].map((draft) => draft.meta as unknown as ModelMeta));
  checkTables(models, report);
  checkIndexNames(models, report);
  checkNameLengths(models, report);
  checkRequiredCycles(models, report);
  if (problems.length > 0) throw new DefinitionError(problems);

  for (const meta of models) freeze(meta);
  return { models, fresh: new Map(all.map((draft) => [draft.definition, draft.meta as unknown as ModelMeta])) };
}

/** The classes that can be reached over relations, in order of discovery. */
function discover(
  classes: readonly ModelClassValue[],
  source: Source,
  report: Report,
): Map<ModelClassValue, ModelDefinition> {
  const reached = new Map<ModelClassValue, ModelDefinition>();
  const owners = new Map<ModelDefinition, ModelClassValue>();
  const queue = [...classes];
  for (let modelClass = queue.shift(); modelClass !== undefined; modelClass = queue.shift()) {
    const definition = source.definitionOf(modelClass);
    if (definition === undefined || reached.has(modelClass)) continue;
    const owner = owners.get(definition);
    if (owner !== undefined) {
      report(sharedDefinition(owner.name, modelClass.name, definition.name));
      continue;
    }
    owners.set(definition, modelClass);
    reached.set(modelClass, definition);
    for (const next of [definition.subclass?.root, ...familyOf(definition)])
      if (source.definitionOf(next) !== undefined) queue.push(next as ModelClassValue);
    for (const field of Object.values(definition.fields)) {
      if (!(field instanceof RelationDefinition)) continue;
      for (const next of [callTarget(field.target), callTarget(field.options.through)]) {
        if (source.definitionOf(next) !== undefined) queue.push(next as ModelClassValue);
      }
    }
  }
  return reached;
}

/** The classes that share a model's table; those that are not defined yet are found missing later. */
function familyOf(definition: ModelDefinition): readonly unknown[] {
  const named = callTarget(() => subclassesOf(definition));
  return Array.isArray(named) ? (named as readonly unknown[]) : [];
}

function draftOf(modelClass: ModelClassValue, definition: ModelDefinition, source: Source, report: Report): ModelDraft {
  const meta = source.known(definition);
  if (meta === undefined) return draftModel(modelClass, definition);
  if (meta.modelClass !== modelClass) report(sharedDefinition(meta.name, modelClass.name, definition.name));
  return adoptModel(meta, definition);
}

function sharedDefinition(first: string, second: string, name: string): string {
  return `${first} and ${second} share one call of model('${name}', …): each model needs its own.`;
}

function createResolution(
  drafts: ReadonlyMap<ModelClassValue, ModelDraft>,
  source: Source,
  report: Report,
): Resolution {
  return {
    drafts,
    report,
    targetOf(owner, name, relation) {
      const where = `${owner.meta.name}.${name}`;
      const target = callTarget(relation.target);
      if (target instanceof ReferenceError) {
        report(`${where} refers to a model that is not defined yet: import its file before the models are first used.`);
        return undefined;
      }
      const draft = source.definitionOf(target) === undefined ? undefined : drafts.get(target as ModelClassValue);
      if (draft === undefined) {
        report(
          `${where} refers to something that is not a model: write it as () => TheModel, and check for circular imports.`,
        );
      }
      return draft;
    },
  };
}

/** The class that a relation's function gives; a ReferenceError while its module is still being evaluated. */
function callTarget(target: (() => unknown) | undefined): unknown {
  if (typeof target !== 'function') return undefined;
  try {
    return target();
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof TypeError) return error;
    throw error;
  }
}

/** The models and the link tables that the library makes for their many-to-many relations. */
function withLinks(models: readonly ModelMeta[]): ModelMeta[] {
  const all = new Set(models);
  for (const meta of models) {
    for (const relation of meta.relations) if (relation.link !== undefined) all.add(relation.link.model);
  }
  return [...all];
}

function freeze(meta: ModelMeta): void {
  if (Object.isFrozen(meta)) return;
  for (const field of meta.fields) {
    Object.freeze(field.path);
    Object.freeze(field.type);
    Object.freeze(field.validators);
    Object.freeze(field);
  }
  for (const relation of meta.relations) {
    if (relation.link !== undefined) Object.freeze(relation.link);
    for (const key of [relation.sourceField, relation.targetField])
      if (key.parts !== undefined) Object.freeze(Object.freeze(key).parts);
    Object.freeze(relation.cleared);
    Object.freeze(relation);
  }
  for (const list of [
    meta.fields,
    meta.relations,
    meta.key,
    meta.keyIndexes,
    meta.ordering,
    meta.indexes,
    meta.checks,
    meta.scopes,
    meta.primaryKey,
  ]) {
    Object.freeze(list);
  }
  if (meta.inheritance !== undefined) {
    Object.freeze(meta.inheritance.columns);
    freezeMap(meta.inheritance.variants, meta.name);
    Object.freeze(meta.inheritance);
  }
  for (const embedded of meta.embeddedByName.values()) Object.freeze(Object.freeze(embedded).fields);
  for (const map of [meta.fieldByName, meta.relationByName, meta.embeddedByName]) freezeMap<string>(map, meta.name);
  Object.freeze(meta);
}

/** Freezing a Map does not keep its entries: what changes them has to refuse. */
function freezeMap<K>(map: ReadonlyMap<K, unknown>, model: string): void {
  const refuse = (): never => {
    throw new TypeError(`The metadata of ${model} is frozen.`);
  };
  for (const method of ['set', 'delete', 'clear']) Object.defineProperty(map, method, { value: refuse });
  Object.freeze(map);
}
