import { AsyncLocalStorage } from 'node:async_hooks';

const ids = new AsyncLocalStorage<string>();
/** Whether anybody has ever given one: until then nobody pays for the look. */
let given = false;

/**
 * Run a function whose statements carry this id, in events, logs and traces: that of the request that they are for.
 *
 * @example
 * ```ts
 * import { Database, withCorrelationId } from 'blazeorm';
 *
 * export const handle = (db: Database, requestId: string) =>
 *   withCorrelationId(requestId, () => db.transaction((session) => session.sql`SELECT 1`));
 * ```
 */
export function withCorrelationId<T>(id: string, fn: () => T): T {
  given = true;
  return ids.run(id, fn);
}

/** The id of the running scope. */
export function correlationId(): string | undefined {
  return given ? ids.getStore() : undefined;
}
