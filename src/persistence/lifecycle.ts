import { areWritesHeard, isHeard } from '../core/listeners.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { metaOfEntity } from '../core/model.ts';
import { State } from '../core/state.ts';
import type { EntityEvent, FieldChange, HookContext, Model, SessionApi } from '../core/types/index.ts';
import { callHooks, callSessionHooks } from '../hooks/hooks.ts';
import { hasRules, validate } from '../validation/validate.ts';
import { readField } from './entity-codec.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';
import type { Written } from './written.ts';

const NO_CHANGES: HookContext['changes'] = Object.freeze({});
const NOTHING: readonly Written[] = [];
const NOBODY: ReadonlySet<object> = new Set();

/** What happens around the writing of entities: rules and hooks. A session with neither has nothing to do with it. */
export class Lifecycle {
  readonly #session: SessionApi;
  readonly #workspace: Workspace;
  readonly #work: UnitOfWork;
  /** Those that `afterLoad` has been told of. */
  #announced: WeakSet<object> | undefined;

  constructor(session: SessionApi, workspace: Workspace, work: UnitOfWork) {
    this.#session = session;
    this.#workspace = workspace;
    this.#work = work;
  }

  /** Whether there is anything to check, or anybody to tell, before and after what is pending is written. */
  get isWatched(): boolean {
    if (areWritesHeard()) return true;
    for (const entity of this.#work.added) if (hasRules(metaOfEntity(entity))) return true;
    const { identityMap } = this.#workspace;
    for (const [meta] of identityMap.entries()) if (identityMap.of(meta).size > 0 && hasRules(meta)) return true;
    return false;
  }

  /**
   * Hooks may change entities, add new ones and delete others: goes on until none is left that has not had its turn.
   * `follow` finds what has to go with what was deleted.
   */
  async before(follow: () => Promise<void>): Promise<void> {
    await follow();
    if (isHeard('beforeFlush')) {
      await callSessionHooks('beforeFlush', this.#context(this.#pending()));
      await follow();
    }
    const seen = new Set<object>();
    for (let items = this.#pending(seen); items.length > 0; items = this.#pending(seen)) {
      for (const item of items) {
        seen.add(item.entity);
        await this.#prepare(item);
      }
      await follow();
    }
  }

  async #prepare(item: Written): Promise<void> {
    const { meta, entity, kind } = item;
    if (kind === 'deleted') return this.#tell('beforeDelete', item);
    await this.#tell('beforeValidate', item);
    // What columns alone say is looked at when the flush is written.
    if (hasRules(meta)) await validate(meta, entity, kind === 'created' ? meta.fields : this.#changed(meta, entity));
    await this.#tell('afterValidate', item);
    await this.#tell('beforeSave', item);
  }

  /** After the statements, before the end of the transaction. */
  async after(written: readonly Written[]): Promise<void> {
    for (const item of written) await this.#tell(item.kind === 'deleted' ? 'afterDelete' : 'afterSave', item);
    if (isHeard('afterFlush')) await callSessionHooks('afterFlush', this.#context(written));
  }

  /** What is done cannot fail any more: an error is a warning of the process. */
  async ended(event: 'afterCommit' | 'afterRollback', written: readonly Written[]): Promise<void> {
    if (written.length === 0 || !isHeard(event)) return;
    const attempt = async (run: () => Promise<void>): Promise<void> => {
      try {
        await run();
      } catch (error) {
        this.#workspace.engine.fault(
          'BLAZE_HOOK',
          `A hook of '${event}' failed: ${String((error as Error | undefined)?.stack ?? error)}`,
        );
      }
    };
    for (const item of written) await attempt(() => this.#tell(event, item));
    await attempt(() => callSessionHooks(event, this.#context(written)));
  }

  /** Entities that were read, those that were there before left out. */
  async loaded(entities: Iterable<object>): Promise<void> {
    for (const entity of entities) {
      if (this.#announced?.has(entity) === true || !this.#workspace.isFull(entity)) continue;
      (this.#announced ??= new WeakSet()).add(entity);
      await callHooks('afterLoad', metaOfEntity(entity), entity, {
        session: this.#session,
        created: false,
        changes: NO_CHANGES,
      });
    }
  }

  /** What the flush that begins now has to tell afterwards; nothing where nobody listens. */
  toTell(): readonly Written[] {
    return areWritesHeard() ? this.#pending() : NOTHING;
  }

  /** What the next flush writes of entities, but for those that had their turn. Rows of links are no entities to it. */
  #pending(seen: ReadonlySet<object> = NOBODY): Written[] {
    const { identityMap, compiled } = this.#workspace;
    const { added, deleted } = this.#work;
    const items: Written[] = [];
    const add = (entities: Iterable<object>, kind: Written['kind']): void => {
      for (const entity of entities)
        if (!seen.has(entity)) items.push({ meta: metaOfEntity(entity), entity, kind, changes: NO_CHANGES });
    };
    add(added, 'created');
    for (const [meta, entities] of identityMap.entries()) {
      const { diff } = compiled.codec(meta);
      for (const entity of entities) {
        const row = State.row(entity);
        if (row === null || seen.has(entity) || deleted.has(entity) || diff(entity, row) === null) continue;
        items.push({ meta, entity, kind: 'updated', changes: this.#changesOf(meta, entity) });
      }
    }
    add(deleted, 'deleted');
    return items;
  }

  #changed(meta: ModelMeta, entity: object): readonly FieldMeta[] {
    const { diff } = this.#workspace.compiled.codec(meta);
    return (diff(entity, State.row(entity)!)?.indexes ?? []).map((index) => meta.fields[index]!);
  }

  #changesOf(meta: ModelMeta, entity: object): HookContext['changes'] {
    const codec = this.#workspace.compiled.codec(meta);
    const row = State.row(entity)!;
    const changes: Record<string, FieldChange> = {};
    for (const field of this.#changed(meta, entity))
      changes[field.name] = { from: codec.decodeField(field, row[field.index]), to: readField(entity, field) };
    return changes;
  }

  #tell(event: EntityEvent, { meta, entity, kind, changes }: Written): Promise<void> {
    return callHooks(event, meta, entity, { session: this.#session, created: kind === 'created', changes });
  }

  #context(written: readonly Written[]): Parameters<typeof callSessionHooks>[1] {
    // Named cast: entities are of models, and the sets of a unit of work know them as objects.
    const of = (wanted: Written['kind']): Model[] =>
      written.filter(({ kind }) => kind === wanted).map(({ entity }) => entity as Model);
    return { session: this.#session, created: of('created'), updated: of('updated'), deleted: of('deleted') };
  }
}
