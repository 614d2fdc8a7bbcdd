import { ConfigError } from '../index.ts';
import { vitest } from './runner.ts';
import { useTarget } from './target.ts';
import type { ConformanceTarget } from './target.ts';

/** Every file of cases, by area and name. A file defines its cases when it is imported. */
export const FILES = {
  'loading/fetch-mode': () => import('./conformance/loading/fetch-mode.test.ts'),
  'loading/many-parents': () => import('./conformance/loading/many-parents.test.ts'),
  'loading/not-loaded': () => import('./conformance/loading/not-loaded.test.ts'),
  'loading/paths': () => import('./conformance/loading/paths.test.ts'),
  'loading/prefetch': () => import('./conformance/loading/prefetch.test.ts'),
  'loading/refusals': () => import('./conformance/loading/refusals.test.ts'),
  'loading/unwritten': () => import('./conformance/loading/unwritten.test.ts'),
  'loading/whole': () => import('./conformance/loading/whole.test.ts'),
  'models/composite-keys': () => import('./conformance/models/composite-keys.test.ts'),
  'models/composite-shared': () => import('./conformance/models/composite-shared.test.ts'),
  'models/constraints': () => import('./conformance/models/constraints.test.ts'),
  'models/custom': () => import('./conformance/models/custom.test.ts'),
  'models/embedded': () => import('./conformance/models/embedded.test.ts'),
  'models/generated': () => import('./conformance/models/generated.test.ts'),
  'models/indexes': () => import('./conformance/models/indexes.test.ts'),
  'models/inheritance': () => import('./conformance/models/inheritance.test.ts'),
  'models/keys': () => import('./conformance/models/keys.test.ts'),
  'models/refusals': () => import('./conformance/models/refusals.test.ts'),
  'models/scope-names': () => import('./conformance/models/scope-names.test.ts'),
  'models/scope-writes': () => import('./conformance/models/scope-writes.test.ts'),
  'models/scopes': () => import('./conformance/models/scopes.test.ts'),
  'models/views': () => import('./conformance/models/views.test.ts'),
  'observability/events': () => import('./conformance/observability/events.test.ts'),
  'observability/n-plus-one': () => import('./conformance/observability/n-plus-one.test.ts'),
  'observability/statistics': () => import('./conformance/observability/statistics.test.ts'),
  'query/aggregates': () => import('./conformance/query/aggregates.test.ts'),
  'query/arrays': () => import('./conformance/query/arrays.test.ts'),
  'query/bounded': () => import('./conformance/query/bounded.test.ts'),
  'query/case': () => import('./conformance/query/case.test.ts'),
  'query/cast': () => import('./conformance/query/cast.test.ts'),
  'query/computed': () => import('./conformance/query/computed.test.ts'),
  'query/computed-groups': () => import('./conformance/query/computed-groups.test.ts'),
  'query/date-parts': () => import('./conformance/query/date-parts.test.ts'),
  'query/explain': () => import('./conformance/query/explain.test.ts'),
  'query/functions': () => import('./conformance/query/functions.test.ts'),
  'query/grouping': () => import('./conformance/query/grouping.test.ts'),
  'query/having': () => import('./conformance/query/having.test.ts'),
  'query/in-bulk': () => import('./conformance/query/in-bulk.test.ts'),
  'query/insert-from': () => import('./conformance/query/insert-from.test.ts'),
  'query/json': () => import('./conformance/query/json.test.ts'),
  'query/locks': () => import('./conformance/query/locks.test.ts'),
  'query/long-names': () => import('./conformance/query/long-names.test.ts'),
  'query/lookups': () => import('./conformance/query/lookups.test.ts'),
  'query/outer-columns': () => import('./conformance/query/outer-columns.test.ts'),
  'query/overflow': () => import('./conformance/query/overflow.test.ts'),
  'query/pages': () => import('./conformance/query/pages.test.ts'),
  'query/pages-by-windows': () => import('./conformance/query/pages-by-windows.test.ts'),
  'query/placeholders': () => import('./conformance/query/placeholders.test.ts'),
  'query/prepared': () => import('./conformance/query/prepared.test.ts'),
  'query/recursive': () => import('./conformance/query/recursive.test.ts'),
  'query/regex': () => import('./conformance/query/regex.test.ts'),
  'query/repeated': () => import('./conformance/query/repeated.test.ts'),
  'query/results': () => import('./conformance/query/results.test.ts'),
  'query/search': () => import('./conformance/query/search.test.ts'),
  'query/set-operations': () => import('./conformance/query/set-operations.test.ts'),
  'query/sql-text': () => import('./conformance/query/sql-text.test.ts'),
  'query/stored-numbers': () => import('./conformance/query/stored-numbers.test.ts'),
  'query/streams': () => import('./conformance/query/streams.test.ts'),
  'query/subqueries': () => import('./conformance/query/subqueries.test.ts'),
  'query/taken-otherwise': () => import('./conformance/query/taken-otherwise.test.ts'),
  'query/truth': () => import('./conformance/query/truth.test.ts'),
  'query/upsert': () => import('./conformance/query/upsert.test.ts'),
  'query/windows': () => import('./conformance/query/windows.test.ts'),
  'query/writes': () => import('./conformance/query/writes.test.ts'),
  'session/adding': () => import('./conformance/session/adding.test.ts'),
  'session/batched-deletes': () => import('./conformance/session/batched-deletes.test.ts'),
  'session/cascades': () => import('./conformance/session/cascades.test.ts'),
  'session/caught-errors': () => import('./conformance/session/caught-errors.test.ts'),
  'session/changed-codes': () => import('./conformance/session/changed-codes.test.ts'),
  'session/changes': () => import('./conformance/session/changes.test.ts'),
  'session/commit-order': () => import('./conformance/session/commit-order.test.ts'),
  'session/concurrent-changes': () => import('./conformance/session/concurrent-changes.test.ts'),
  'session/deleting': () => import('./conformance/session/deleting.test.ts'),
  'session/durable': () => import('./conformance/session/durable.test.ts'),
  'session/expire': () => import('./conformance/session/expire.test.ts'),
  'session/explain-flush': () => import('./conformance/session/explain-flush.test.ts'),
  'session/failures': () => import('./conformance/session/failures.test.ts'),
  'session/handed-over': () => import('./conformance/session/handed-over.test.ts'),
  'session/history': () => import('./conformance/session/history.test.ts'),
  'session/hook-failures': () => import('./conformance/session/hook-failures.test.ts'),
  'session/hooks': () => import('./conformance/session/hooks.test.ts'),
  'session/identity': () => import('./conformance/session/identity.test.ts'),
  'session/load-strategy': () => import('./conformance/session/load-strategy.test.ts'),
  'session/loading': () => import('./conformance/session/loading.test.ts'),
  'session/many-rows': () => import('./conformance/session/many-rows.test.ts'),
  'session/many-to-many': () => import('./conformance/session/many-to-many.test.ts'),
  'session/merge': () => import('./conformance/session/merge.test.ts'),
  'session/pending-owners': () => import('./conformance/session/pending-owners.test.ts'),
  'session/refused-values': () => import('./conformance/session/refused-values.test.ts'),
  'session/rejoined': () => import('./conformance/session/rejoined.test.ts'),
  'session/round-trips': () => import('./conformance/session/round-trips.test.ts'),
  'session/set-beside-rows': () => import('./conformance/session/set-beside-rows.test.ts'),
  'session/set-default': () => import('./conformance/session/set-default.test.ts'),
  'session/set-unloaded': () => import('./conformance/session/set-unloaded.test.ts'),
  'session/set-writes': () => import('./conformance/session/set-writes.test.ts'),
  'session/set-writes-pending': () => import('./conformance/session/set-writes-pending.test.ts'),
  'session/stopped': () => import('./conformance/session/stopped.test.ts'),
  'session/through-rows': () => import('./conformance/session/through-rows.test.ts'),
  'session/transactions': () => import('./conformance/session/transactions.test.ts'),
  'session/validation': () => import('./conformance/session/validation.test.ts'),
  'session/withdrawn': () => import('./conformance/session/withdrawn.test.ts'),
  'types/foreign-rows': () => import('./conformance/types/foreign-rows.test.ts'),
  'types/matrix': () => import('./conformance/types/matrix.test.ts'),
} satisfies Record<string, () => Promise<unknown>>;

type FileName = keyof typeof FILES;
type AreaOf<Name> = Name extends `${infer Area}/${string}` ? Area : never;

/** A part of the suite: an area, or one file of it. */
export type ConformanceArea = FileName | AreaOf<FileName>;

export interface ConformanceOptions {
  /** Which parts run; all of them unless said. */
  readonly areas?: readonly ConformanceArea[];
}

let named: string | undefined;

/**
 * Defines the conformance cases of the session and the query layer, the same that this package runs on each of its databases, for
 * another adapter or database. Each case states the whole SQL of its dialect and the whole result.
 *
 * Call it at the top of a Vitest file, once: cases hold on to their database by file.
 *
 * @throws ConfigError where it is called twice in a file, or outside of Vitest, or an area does not exist.
 * @example
 * ```ts
 * // conformance.test.ts
 * import { conformance } from 'blazeorm/testing';
 *
 * conformance(
 *   { name: 'my database', dialect: 'sqlite', createDatabase: () => ({ url: 'sqlite::memory:' }) },
 *   { areas: ['session', 'query/lookups'] },
 * );
 * ```
 */
export function conformance(target: ConformanceTarget, { areas }: ConformanceOptions = {}): void {
  if (named !== undefined)
    throw new ConfigError(`conformance() is called once in a test file, and has been for '${named}'.`, {
      remedy: `Give '${target.name}' a test file of its own.`,
    });
  const { describe } = vitest();
  const wanted = filesOf(areas);
  named = target.name;
  useTarget(target);
  for (const name of wanted)
    describe(`${target.name} · ${name}`, { timeout: 30_000 }, async () => {
      await define(name);
    });
}

function filesOf(areas: readonly ConformanceArea[] | undefined): FileName[] {
  const names = Object.keys(FILES) as FileName[];
  const holds = (area: string, name: FileName): boolean => name === area || name.startsWith(`${area}/`);
  for (const area of areas ?? [])
    if (!names.some((name) => holds(area, name)))
      throw new ConfigError(`The conformance suite has no area '${area}'.`, {
        field: 'areas',
        remedy: `There are: ${areasOf(names).join(', ')}, and of these ${names.join(', ')}.`,
      });
  return areas === undefined ? names : names.filter((name) => areas.some((area) => holds(area, name)));
}

const areasOf = (names: readonly FileName[]): string[] => [...new Set(names.map((name) => name.split('/')[0]!))];

/** What needs a package that is not there is skipped, and says so. */
async function define(name: FileName): Promise<void> {
  try {
    await FILES[name]();
  } catch (error) {
    const missing = /Cannot find package '([^']+)'/.exec((error as Error).message)?.[1];
    if (missing === undefined) throw error;
    vitest().it.skip(`needs the package ${missing}, which is not installed`);
  }
}
