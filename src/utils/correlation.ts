import { AsyncLocalStorage } from 'node:async_hooks';
import { InvalidValueError } from './errors.ts';

const MAX_LENGTH = 200;

const current = new AsyncLocalStorage<string>();
/** Whether anybody has ever given one: until then nobody pays for the look. */
let given = false;

/**
 * Run a function under an id, that of the request for example: what it sends to databases, awaited or not, bears the id in logs, events
 * and statistics. An inner call has its own id.
 *
 * A query set is sent when it is awaited: await it inside of the function.
 *
 * Ids come from outside, in headers: a longer one is cut to 200 characters, and what is no character of Unicode is replaced.
 *
 * @param id Any text that is not empty.
 * @returns What the function returns.
 * @throws InvalidValueError for what is no text, or an empty one.
 * @example
 * ```ts
 * import { withCorrelationId } from 'blazeorm';
 * import type { Database } from 'blazeorm';
 *
 * export const handle = (request: Request, db: Database) =>
 *   withCorrelationId(request.headers.get('x-request-id') ?? crypto.randomUUID(), () =>
 *     db.transaction((session) => session.flush()),
 *   );
 * ```
 */
export function withCorrelationId<T>(id: string, fn: () => T): T {
  if (typeof id !== 'string' || id === '')
    throw new InvalidValueError('withCorrelationId() takes a text that is not empty.', {
      remedy: 'Make one with crypto.randomUUID() where a request has none.',
    });
  given = true;
  return current.run(id.slice(0, MAX_LENGTH).toWellFormed(), fn);
}

/** The id of `withCorrelationId` that holds here. */
export function correlationId(): string | undefined {
  return given ? current.getStore() : undefined;
}
