import { mapKey } from '../core/keys.ts';
import type { EntityGroup, RelationLoader } from '../core/loader.ts';
import type { KeyMeta, LinkMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { createReference, referenceGroup } from '../core/references.ts';
import { State } from '../core/state.ts';
import { NotLoadedError, SessionStateError } from '../utils/errors.ts';
import { withCapitalArticle } from '../utils/naming.ts';
import type { IdentityMap } from './identity-map.ts';

/** How entities came to be apart from the session, as the end of a sentence, and what to do about it. */
export interface WhyApart {
  readonly was: string;
  readonly remedy: string;
}

export const READ_ONLY: WhyApart = {
  was: 'was read by readOnly()',
  remedy: 'Read it without readOnly(), or add what is needed to the query.',
};

export const STREAMED: WhyApart = {
  was: 'has left the session, because the stream that it came from has gone on',
  remedy: 'Do it while the loop is at it, or read it again with session.get().',
};

/**
 * What entities ask that belong to no session: they find each other, so that all that was loaded can be read, and nothing more
 * is loaded or noted. `session` is asked for what it has, and for queries.
 */
export class ApartLoader implements RelationLoader {
  readonly open = false;
  readonly #identityMap: IdentityMap;
  readonly #session: RelationLoader;
  readonly #why: WhyApart;
  readonly #references = new Map<EntityGroup, Map<RelationMeta, EntityGroup>>();

  constructor(identityMap: IdentityMap, session: RelationLoader, why: WhyApart) {
    this.#identityMap = identityMap;
    this.#session = session;
    this.#why = why;
  }

  entitiesOf(meta: ModelMeta): ReadonlyMap<unknown, object> {
    return this.#identityMap.of(meta);
  }

  reference(relation: RelationMeta, key: unknown, from: object): object {
    const { target, targetField } = relation;
    const known = this.loadedTarget(relation, key);
    if (known !== undefined) return known;
    const reference = createReference(target, targetField, key, this.#groupOf(State.group(from)!, relation));
    if (relation.toKey) this.#identityMap.of(target).set(mapKey(target, key), reference);
    else State.setLink(from, relation.index, reference);
    return reference;
  }

  loadedTarget({ target, toKey }: RelationMeta, key: unknown): object | undefined {
    return toKey ? this.#identityMap.of(target).get(mapKey(target, key)) : undefined;
  }

  storedValue(entity: object, key: KeyMeta): unknown {
    return this.#session.storedValue(entity, key);
  }

  async loadEntity(entity: object): Promise<void> {
    const { meta, origin } = State.group(entity)!;
    throw this.#cannotLoad(origin?.relation.model ?? meta, origin?.relation.name);
  }

  async loadRelation(_entity: object, { model, name }: RelationMeta): Promise<void> {
    throw this.#cannotLoad(model, name);
  }

  queryRelation(entity: object, relation: RelationMeta): unknown {
    return this.#session.queryRelation(entity, relation);
  }

  membersAtHand(_owner: object, { model }: RelationMeta): object[] {
    throw this.#cannotChange(model);
  }

  unlinked({ source }: LinkMeta): void {
    throw this.#cannotChange(source.model);
  }

  collectionChanges({ relation }: { readonly relation: RelationMeta }): void {
    throw this.#cannotChange(relation.model);
  }

  cascadeSave(_entity: object, owner: object): void {
    throw this.#cannotChange(State.group(owner)!.meta);
  }

  #groupOf(from: EntityGroup, relation: RelationMeta): EntityGroup {
    let groups = this.#references.get(from);
    if (groups === undefined) this.#references.set(from, (groups = new Map()));
    let group = groups.get(relation);
    if (group === undefined) groups.set(relation, (group = referenceGroup(from, relation)));
    return group;
  }

  #cannotLoad({ name }: ModelMeta, relation: string | undefined): NotLoadedError {
    const what = relation === undefined ? name : `${name}.${relation}`;
    return new NotLoadedError(`${what} cannot be loaded: the ${name} ${this.#why.was}.`, {
      model: name,
      field: relation,
      remedy: this.#why.remedy,
    });
  }

  #cannotChange({ name }: ModelMeta): SessionStateError {
    return new SessionStateError(
      `${withCapitalArticle(name)} that ${this.#why.was} takes no changes that would be written.`,
      { model: name, remedy: this.#why.remedy },
    );
  }
}
