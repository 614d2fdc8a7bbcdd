import { isHeard, isOfSessions, listen, listenersOf, listenToSessions, sessionListeners } from '../core/listeners.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { Entity } from '../core/model.ts';
import type {
  EntityEvent,
  EntityHook,
  FlushContext,
  HookContext,
  Model,
  SessionEvent,
  SessionHook,
} from '../core/types/index.ts';
import { isPromise } from '../utils/maybe-promise.ts';

interface Hooks {
  /** About what one flush, or one transaction, wrote. */
  on(event: SessionEvent, hook: SessionHook): () => void;
  /** About each entity of any model. */
  on(event: Exclude<EntityEvent, SessionEvent>, hook: EntityHook<Model>): () => void;
}

/**
 * Callbacks for all models and sessions; `Post.on(…)` is for one model and those that extend it. `on` gives a function that
 * takes the callback back.
 *
 * @example
 * ```ts
 * import { hooks } from 'blazeorm';
 * export const stop = hooks.on('afterCommit', ({ created, deleted }) => console.log(created.length, deleted.length));
 * ```
 */
export const hooks: Hooks = Object.freeze({
  on: (event: EntityEvent | SessionEvent, hook: unknown): (() => void) =>
    isOfSessions(event) ? listenToSessions(event, hook) : listen(Entity, event, hook),
});

/** Call the hooks of one entity, one after the other; the first error ends it. */
export async function callHooks(
  event: EntityEvent,
  { modelClass }: ModelMeta,
  entity: object,
  context: HookContext,
): Promise<void> {
  if (!isHeard(event) || modelClass === undefined) return;
  for (const hook of listenersOf(modelClass, event)) {
    const result = hook(entity, context);
    if (isPromise(result)) await result;
  }
}

/** Call the hooks of a session. */
export async function callSessionHooks(event: SessionEvent, context: FlushContext): Promise<void> {
  for (const hook of sessionListeners(event)) await hook(context);
}
