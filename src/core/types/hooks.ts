/** What hooks are told: the callbacks of `Post.on(…)` and `hooks.on(…)`. */
import type { Model } from './entity.ts';
import type { SessionApi } from './session.ts';

/** What a field was, and what it is to be. */
export interface FieldChange {
  readonly from: unknown;
  readonly to: unknown;
}

/** What an entity hook is told beside its entity. */
export interface HookContext {
  readonly session: SessionApi;
  /** Whether the row is new. */
  readonly created: boolean;
  /** Of a row that is updated: the changed fields, by name. */
  readonly changes: Readonly<Record<string, FieldChange>>;
}

/** What a hook about a flush, or the end of a transaction, is told. */
export interface FlushContext {
  readonly session: SessionApi;
  readonly created: readonly Model[];
  readonly updated: readonly Model[];
  readonly deleted: readonly Model[];
}

/** Events in the life of one entity. */
export type EntityEvent =
  | 'beforeValidate'
  | 'afterValidate'
  | 'beforeSave'
  | 'afterSave'
  | 'beforeDelete'
  | 'afterDelete'
  | 'afterLoad'
  | 'afterCommit'
  | 'afterRollback';

/** Events in the life of a session. */
export type SessionEvent = 'beforeFlush' | 'afterFlush' | 'afterCommit' | 'afterRollback';

/** A callback about one entity. What it returns, but a promise, is ignored. */
export type EntityHook<M> = (entity: M, context: HookContext) => unknown;

/** A callback about all that one flush or one transaction wrote. */
export type SessionHook = (context: FlushContext) => unknown;
