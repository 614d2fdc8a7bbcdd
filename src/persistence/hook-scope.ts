import { AsyncLocalStorage } from 'node:async_hooks';
import { SessionStateError } from '../utils/errors.ts';

/** A session whose hooks an async scope is in, and those around it: a hook may use another session, which has hooks too. */
interface HookScope {
  readonly of: object;
  readonly outer: HookScope | undefined;
}

const current = new AsyncLocalStorage<HookScope>();

/** Run rules and hooks of a session. */
export function inHooksOf<T>(of: object, run: () => T): T {
  return current.run({ of, outer: current.getStore() }, run);
}

/** Whether the running scope is in hooks of a session, however many of other sessions are in between. */
export function isInHooksOf(of: object): boolean {
  for (let scope = current.getStore(); scope !== undefined; scope = scope.outer) if (scope.of === of) return true;
  return false;
}

/** What hooks may not ask for: it would wait for them. */
export function insideHook(asked: 'flush' | 'transaction'): SessionStateError {
  return new SessionStateError(`A ${asked} was asked for inside a hook of a flush: it would wait for itself.`, {
    remedy: 'Change, add or delete entities: the flush that is under way, or the next one, writes them.',
  });
}
