import { AsyncLocalStorage } from 'node:async_hooks';

import { ConfigError, QueryCountError, statementChannel } from '../index.ts';
import type { StatementEvent } from '../index.ts';
import { describe } from '../core/value-types.ts';
import { shownSql } from '../persistence/shown-sql.ts';

/**
 * Runs a function, and fails unless it sends exactly so many statements: those of all databases that are sent by what the function
 * calls, and by nothing beside it. What begins and ends transactions and savepoints does not count; a batch counts once.
 *
 * @returns what the function returns.
 * @throws QueryCountError with the statements that were sent, without values; ConfigError for what is no number, or no function.
 * @example
 * ```ts
 * import { Database, f, model } from 'blazeorm';
 * import { expectQueries } from 'blazeorm/testing';
 * class Tag extends model('tag', { id: f.auto(), name: f.string() }) {}
 * const db = await Database.connect('sqlite::memory:', { models: [Tag] });
 * await db.createAll();
 * const tags = await expectQueries(1, () => db.session().query(Tag));
 * console.log(tags.length);
 * ```
 */
export async function expectQueries<T>(count: number, fn: () => T | PromiseLike<T>): Promise<T> {
  if (!Number.isInteger(count) || count < 0)
    throw new ConfigError(`expectQueries() takes how many statements are expected, from 0, not ${notCount(count)}.`, {
      remedy: 'Write expectQueries(2, () => …).',
    });
  if (typeof fn !== 'function')
    throw new ConfigError(`expectQueries() takes a function that sends them, not ${describe(fn)}.`, {
      remedy: 'Write expectQueries(2, () => …): what is called before is not counted.',
    });
  const here = new AsyncLocalStorage<true>();
  const sent: string[] = [];
  const listen = (message: unknown): void => {
    const event = message as StatementEvent; // Named cast: what the channel is for.
    if (!here.getStore() || event.kind === 'control') return;
    sent.push(event.runs === 1 ? shownSql(event) : `${event.runs}× ${shownSql(event)}`);
  };
  statementChannel.subscribe(listen);
  try {
    // Awaited inside, since a query set is sent when it is awaited.
    const result = await here.run(true, async () => await fn());
    if (sent.length === count) return result;
  } finally {
    statementChannel.unsubscribe(listen);
  }
  const list = sent.map((sql, i) => `\n${i + 1}. ${sql}`).join('');
  throw new QueryCountError(
    `${statements(count)} ${count === 1 ? 'was' : 'were'} expected, and ${sent.length} sent${list === '' ? '.' : `:${list}`}`,
  );
}

/** What stands in place of a number that could be. */
export const notCount = (count: unknown): string => (Number.isInteger(count) ? 'this one' : describe(count));

function statements(count: number): string {
  return count === 1 ? '1 statement' : `${count} statements`;
}
