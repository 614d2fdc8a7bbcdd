import type { Executor } from '../adapters/executor.ts';
import type { StatementEvent } from '../adapters/statement-events.ts';
import { StatementRecord } from '../adapters/statement-record.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { ConfigError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { own } from '../utils/own.ts';
import { PerformanceTracker } from '../utils/performance.ts';
import type { NPlusOne, SlowQuery } from '../utils/performance/findings.ts';
import type { Insight, TrackedStatement } from '../utils/performance/statement.ts';
import { NPlusOneError } from '../utils/tracking-errors.ts';
import { explainer } from './explain-slow.ts';
import { canBeKept, remedyFor } from './remedies.ts';
import type { StatementOrigin } from './statement-origin.ts';

/** What is measured and looked for in the statements of a database. */
export interface PerformanceOptions {
  /**
   * What happens where a loop sends one query for each of many things: `log` warns once for each line of the application, when the
   * loop is over; `throw` makes the statement fail with an `NPlusOneError`, for tests; a function is called each time. Default `log`.
   */
  readonly nPlusOne?: 'log' | 'throw' | 'off' | ((finding: NPlusOne) => void);
  /** Called for each slow query, in place of a warning for each kind of them. */
  readonly onSlowQuery?: (slow: SlowQuery) => void;
  /** Ask the database for its plan of a slow SELECT, once for each kind of them, one at a time, on a connection of the pool. */
  readonly explain?: boolean;
  /** Kinds of statements of which figures are kept. Default 1000. */
  readonly maxFingerprints?: number;
}

/** The options of a database that are about performance. */
export interface TrackingOptions {
  /** Measure what statements take and look for what is slow or repeated: `true`, or how. Default: neither. */
  readonly performance?: boolean | PerformanceOptions;
  /**
   * Milliseconds from which a statement is slow. Default: the environment's `BLAZE_SLOW_QUERY_MS`; without it none is.
   */
  readonly slowQueryMs?: number;
}

/** Repetitions from which a loop is suspected, where nothing else is said. */
export const THRESHOLD = 5;
const NAMES = ['nPlusOne', 'onSlowQuery', 'explain', 'maxFingerprints'];
const VARIABLE = 'BLAZE_SLOW_QUERY_MS';

/** What the tracker of a database has to do with it. */
interface Tracked {
  readonly executor: Executor;
  readonly dialect: () => Dialect;
  /** A warning for whoever looks after the program. */
  readonly warn: (code: string, text: string) => void;
}

/**
 * The tracker that the options ask for.
 *
 * @throws ConfigError for options that cannot be.
 */
export function trackerFor(
  options: TrackingOptions & { readonly performanceThreshold?: number },
  { executor, dialect, warn }: Tracked,
  env: Readonly<Record<string, string | undefined>> = process.env,
): PerformanceTracker | undefined {
  const { performance } = options;
  const slowMs = options.slowQueryMs === undefined ? fromEnvironment(env[VARIABLE]) : checkedMs(options.slowQueryMs);
  const given = performance === true ? {} : performance === false ? undefined : checked(performance);
  if (given === undefined && slowMs === undefined) return undefined;
  const { nPlusOne = given === undefined ? 'off' : 'log', onSlowQuery, explain, maxFingerprints } = given ?? {};
  const told = new Set<string>();
  const once = (code: string, place: string, text: string): void => {
    if (told.has(place) || told.size >= MOST_TOLD) return;
    told.add(place);
    warn(code, text);
  };
  // What an application's function throws is no fault of the statement that it is told of.
  const call = <N>(name: string, fn: (notice: N) => void, notice: N): void => {
    try {
      fn(notice);
    } catch {
      once('BLAZE_OBSERVER', name, `The function performance.${name} threw, and this is not reported again.`);
    }
  };
  return new PerformanceTracker({
    insight,
    slowMs,
    nPlusOne: nPlusOne === 'throw' ? 'at once' : nPlusOne === 'off' ? 'never' : 'end',
    threshold: options.performanceThreshold ?? THRESHOLD,
    perSession: given !== undefined,
    ...(maxFingerprints !== undefined && { maxFingerprints }),
    ...(explain === true && { explain: explainer(executor, dialect) }),
    notify: (notice) => {
      if (notice.kind === 'slow query') {
        if (onSlowQuery === undefined) once('BLAZE_SLOW_QUERY', `slow ${notice.fingerprint}`, notice.message);
        else call('onSlowQuery', onSlowQuery, notice);
      } else if (nPlusOne === 'throw') throw NPlusOneError.of([notice]);
      else if (typeof nPlusOne === 'function') call('nPlusOne', nPlusOne, notice);
      else once('BLAZE_N_PLUS_ONE', `${notice.callSite} ${notice.fingerprint}`, notice.message);
    },
  });
}

/** Warnings that one database gives at most. */
const MOST_TOLD = 1_000;

/** What this folder knows of statements that it has made. */
export const insight: Insight = {
  isAsked: (event) => originOf(event) !== undefined,
  remedy: (event) => {
    const made = originOf(event);
    if (made === undefined) return undefined;
    return made.kind === 'raw' ? remedyForRaw(event.sql) : remedyFor(made);
  },
  canBeKept: (event) => {
    const made = originOf(event);
    return made !== undefined && (canBeKept(made) || (made.kind === 'raw' && remedyForRaw(event.sql) !== undefined));
  },
  parameters: (event) => StatementRecord.parameters(event as StatementEvent), // Named cast: the executor's own event.
};

function originOf(event: TrackedStatement): StatementOrigin | undefined {
  return StatementRecord.origin(event as StatementEvent) as StatementOrigin | undefined; // Named casts: from this folder, by the executor.
}

/** Compared with one value, a parameter or a literal. */
const ONE = /[^<>!]=\s*(?:\?|\$\d+|\d|')|\bIN\s*\((?:\?|\$\d+|\d+|'[^']*')\)/i;
const RANGE = /[<>]=?\s*(?:\?|\$\d+|\d|')|\bBETWEEN\b/i;
const PAGED = /\bOFFSET\b|\bFOR\s+(?:NO\s+KEY\s+)?(?:UPDATE|SHARE)\b/i;

/** Of raw SQL only the text is known: rows that are found by one value, and no page of them. */
function remedyForRaw(sql: string): string | undefined {
  if (!ONE.test(sql) || PAGED.test(sql) || (/\bLIMIT\b/i.test(sql) && RANGE.test(sql))) return undefined;
  return 'ask for all of them in one statement';
}

function checked(given: unknown): PerformanceOptions | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null)
    throw new ConfigError("The option 'performance' is true, false or an object of options.", { field: 'performance' });
  const options = own(given as PerformanceOptions); // Named cast: looked at below.
  for (const name of Object.keys(options))
    if (!NAMES.includes(name))
      throw new ConfigError(`The option 'performance' has no '${name}'.`, {
        field: name,
        remedy: suggest(name, NAMES),
      });
  const { nPlusOne, onSlowQuery, explain, maxFingerprints } = options;
  const refuse = (field: string, what: string): never => {
    throw new ConfigError(`The option 'performance.${field}' is ${what}.`, { field });
  };
  if (nPlusOne !== undefined && typeof nPlusOne !== 'function' && !['log', 'throw', 'off'].includes(nPlusOne))
    refuse('nPlusOne', 'one of log, throw and off, or a function');
  if (onSlowQuery !== undefined && typeof onSlowQuery !== 'function') refuse('onSlowQuery', 'a function');
  if (explain !== undefined && typeof explain !== 'boolean') refuse('explain', 'true or false');
  if (maxFingerprints !== undefined && !(Number.isInteger(maxFingerprints) && maxFingerprints > 0))
    refuse('maxFingerprints', 'a whole number from 1');
  return options;
}

function checkedMs(ms: unknown): number {
  if (typeof ms === 'number' && ms >= 0) return ms;
  throw new ConfigError("The option 'slowQueryMs' is a number of milliseconds from 0.", { field: 'slowQueryMs' });
}

function fromEnvironment(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  throw new ConfigError(`The environment variable ${VARIABLE} is a number of milliseconds, as in ${VARIABLE}=200.`);
}
