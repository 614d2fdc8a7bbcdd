import { metaOfEntity } from '../core/model.ts';
import { isReference } from '../core/references.ts';
import { State } from '../core/state.ts';
import { isThrough, showLinkRow } from '../core/through.ts';
import { SessionStateError } from '../utils/errors.ts';
import { withCapitalArticle } from '../utils/naming.ts';
import { gone } from './gone.ts';
import { reachable } from './unit-of-work.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

/** How entities come into a session's care. */
export class Additions {
  readonly #workspace: Workspace;
  readonly #work: UnitOfWork;

  constructor(workspace: Workspace, work: UnitOfWork) {
    this.#workspace = workspace;
    this.#work = work;
  }

  /**
   * Take a new entity and the new ones it reaches into care. What is there already stays as it is.
   *
   * @throws SessionStateError for what is detached, or of another session.
   */
  add(start: object): void {
    const known = State.group(start);
    if (known !== null && known.loader === this.#workspace.loader && !this.#work.deleted.has(start)) return;
    if (known === null && State.links(start) === null && State.row(start) === null && !isReference(start)) {
      // The usual case, without a search: new, and linked to nothing.
      const meta = metaOfEntity(start);
      State.setGroup(start, this.#workspace.pendingGroup(meta));
      this.#work.added.add(start);
      if (isThrough(meta)) showLinkRow(start, true);
      return;
    }
    const found = reachable(start);
    for (const entity of found) this.#checkAddable(entity);
    for (const entity of found) {
      if (State.group(entity) !== null) {
        // Only what is added by name takes its deletion back.
        if (entity === start) this.#work.deleted.delete(entity);
      } else if (!isReference(entity)) this.#adoptNew(entity);
    }
  }

  #adoptNew(entity: object): void {
    const meta = metaOfEntity(entity);
    this.#work.keep(entity, this.#workspace.pendingGroup(meta));
    // A reference that was made while the entity had no session can load nothing: the session makes another.
    for (const { index, many } of meta.relations) {
      const link = many ? undefined : State.link(entity, index);
      if (State.is(link) && State.group(link) === null && isReference(link)) State.setLink(entity, index, undefined);
    }
  }

  #checkAddable(entity: object): void {
    const group = State.group(entity);
    if (group === null && State.row(entity) !== null) throw detached(entity);
    if (group !== null && group.loader !== this.#workspace.loader && group.kind !== 'reference') throw foreign(entity);
  }
}

function foreign(entity: object): SessionStateError {
  const { name } = metaOfEntity(entity);
  return new SessionStateError(
    `${withCapitalArticle(name)} that belongs to another session cannot be added to this one.`,
    {
      model: name,
      remedy: 'Bring its state here with session.merge(entity), or use its key.',
    },
  );
}

function detached(entity: object): SessionStateError {
  const { name } = metaOfEntity(entity);
  if (gone.has(entity))
    return new SessionStateError(`${withCapitalArticle(name)} whose row was deleted cannot be added.`, {
      model: name,
      remedy: 'Make a new one of its values.',
    });
  return new SessionStateError(
    `${withCapitalArticle(name)} that is detached cannot be added: its row exists already.`,
    {
      model: name,
      remedy: 'Bring its state here with session.merge(entity), or read it in this session and change that one.',
    },
  );
}
