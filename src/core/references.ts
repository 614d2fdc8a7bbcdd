import { NotLoadedError } from '../utils/errors.ts';
import type { EntityGroup } from './loader.ts';
import type { FieldMeta, KeyMeta, ModelClassValue, ModelMeta, RelationMeta } from './metadata.ts';
import { partsOf, partsOfValue } from './relation-keys.ts';
import { scopeNames } from './scopes.ts';
import { State } from './state.ts';

/**
 * Guards: a reference, or a row of which only some fields were read, stands on a prototype between it and the user's
 * class whose accessors throw for what is missing. Once full, it stands on the user's class itself.
 */
const guards = new WeakMap<ModelMeta, Map<string, object>>();

/** The guard prototype for a set of missing fields; one per model and set. */
export function guardPrototype(meta: ModelMeta, missing: readonly FieldMeta[]): object {
  let known = guards.get(meta);
  if (known === undefined) guards.set(meta, (known = new Map()));
  const mask = missing.map((field) => field.index).join();
  let guard = known.get(mask);
  if (guard === undefined) known.set(mask, (guard = createGuard(meta, missing)));
  return guard;
}

/** Whether an entity stands on a guard: a reference, or a part of a row. */
export function isReference(entity: object): boolean {
  return Object.getPrototypeOf(entity) !== (entity.constructor as ModelClassValue).prototype;
}

function createGuard(meta: ModelMeta, missing: readonly FieldMeta[]): object {
  const guard = Object.create(meta.modelClass!.prototype as object) as object;
  for (const name of new Set(missing.map((field) => field.path[0]!))) {
    const refuse = function (this: object): never {
      throw notLoaded(meta, name, State.group(this));
    };
    Object.defineProperty(guard, name, { get: refuse, set: refuse, configurable: true });
  }
  return guard;
}

/** The error for a field of a reference or partial row; it names the call that loads it. */
export function notLoaded(meta: ModelMeta, name: string, group: EntityGroup | null): NotLoadedError {
  const origin = group?.origin;
  if (group?.kind === 'reference' && origin !== undefined) {
    const { relation } = origin;
    return new NotLoadedError(
      `${meta.name}.${name} is not loaded: ${relation.model.name}.${relation.name} is a reference.`,
      {
        model: meta.name,
        field: name,
        remedy: `Load it with await ${relation.name}.load(), or add .selectRelated('${relation.name}') to the query of ${relation.model.name}${unlessHidden(meta)}.`,
      },
    );
  }
  return new NotLoadedError(`${meta.name}.${name} is not loaded.`, {
    model: meta.name,
    field: name,
    remedy: `Load it with await entity.load() or session.refresh(entity), or read '${name}' in the query.`,
  });
}

/** What no loading helps against. */
function unlessHidden(meta: ModelMeta): string {
  const scopes = scopeNames(meta);
  return scopes === '' ? '' : `; a row that a scope hides (${scopes}) is read with .unscoped(…) only`;
}

/** The error for a collection that is read before it is loaded. */
export function collectionNotLoaded(relation: RelationMeta): NotLoadedError {
  const { model, name } = relation;
  return new NotLoadedError(`${model.name}.${name} is not loaded.`, {
    model: model.name,
    field: name,
    remedy: `Load it with await ${name}.load(), or add .prefetchRelated('${name}') to the query of ${model.name}.`,
  });
}

/** An entity of which only this is known: its key, or the unique field that a foreign key refers to. */
export function createReference(meta: ModelMeta, key: KeyMeta, value: unknown, group: EntityGroup | null): object {
  const known = partsOf(key);
  const missing = meta.fields.filter((field) => !known.includes(field));
  const reference = Object.create(guardPrototype(meta, missing)) as Record<string, unknown>;
  const values = partsOfValue(key, value);
  known.forEach(({ name }, i) => (reference[name] = values[i]));
  new State(reference, null, group);
  return reference;
}

/** What stands for a reverse one-to-one that has not been looked up: nothing of it is known, not even whether it is. */
export function createUnresolved(owner: object, relation: RelationMeta): object {
  const stand = Object.create(guardPrototype(relation.target, relation.target.fields)) as object;
  const from = State.group(owner);
  new State(stand, null, from === null ? null : referenceGroup(from, relation));
  Object.defineProperty(stand, 'load', {
    value: async (): Promise<unknown> => {
      await from?.loader.loadRelation(owner, relation);
      return State.link(owner, relation.index);
    },
  });
  return stand;
}

/** The group of references that one relation of one group led to. */
export function referenceGroup(from: EntityGroup, relation: RelationMeta): EntityGroup {
  return {
    kind: 'reference',
    loader: from.loader,
    meta: relation.target,
    members: [],
    targets: [],
    requested: undefined,
    fetchMode: from.fetchMode,
    origin: { group: from, relation },
  };
}
