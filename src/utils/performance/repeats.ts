import { callSite } from './call-site.ts';
import { Chain } from './chain.ts';
import type { Figures } from './figures.ts';
import { nPlusOneMessage } from './findings.ts';
import type { NPlusOne } from './findings.ts';
import type { Insight, TrackedStatement } from './statement.ts';

/** Kinds of statements that are watched in a session at a time. */
const WATCHED = 200;
/** So often the stack is looked at for one kind of statement: a loop that goes on is the same loop. */
const LOOKS = 50;
const SAME = 'it asked for the same each time: ask once and keep what it gave';

/** A repetition while it runs. */
export interface Repetition {
  readonly repeated: Repeated;
  readonly same: boolean;
  readonly remedy: string | undefined;
  /** Where on the stack the application was. */
  site: string | undefined;
}

/** One line of the application that repeats a statement. */
interface Site {
  readonly callSite: string | undefined;
  times: number;
  sameValues: boolean;
  remedy: string | undefined;
  event: TrackedStatement;
}

/** One kind of statement in one chain. */
interface Repeated {
  readonly figures: Figures;
  readonly chain: number;
  readonly first: TrackedStatement;
  /** How many writes the session had sent by then. */
  readonly writes: number;
  readonly sites: Map<string | undefined, Site>;
  looks: number;
  /** The last one that was seen, when no more looks are taken. */
  last: Site | undefined;
}

/**
 * Looks for one query for each of many things in what a session sends: queries of one kind, from one line of the application, one
 * closely after the other or side by side. The stack is looked at from the second on, and no more than so often.
 */
export class Repeats {
  readonly #insight: Insight;
  readonly #threshold: number;
  /** Told when a line has repeated a statement so often. */
  readonly #reached: (finding: () => NPlusOne) => void;
  readonly #chain = new Chain();
  readonly #repeated = new Map<Figures, Repeated>();
  #writes = 0;

  constructor(insight: Insight, threshold: number, reached: (finding: () => NPlusOne) => void) {
    this.#insight = insight;
    this.#threshold = threshold;
    this.#reached = reached;
  }

  begins(event: TrackedStatement, figures: Figures | undefined): Repetition | undefined {
    this.#chain.begins(event.startedAt);
    if (figures === undefined) return undefined;
    if (figures.kind !== 'read') {
      this.#writes++;
      return undefined;
    }
    if (!this.#insight.isAsked(event)) return undefined;
    const repeated = this.#repeated.get(figures);
    if (repeated === undefined || repeated.chain !== this.#chain.number) return this.#begin(event, figures);
    const remedy = this.#insight.remedy(event);
    const { first } = repeated;
    const same = event.sql === first.sql && equal(this.#insight.parameters(event), this.#insight.parameters(first));
    // What was asked before a write may have another answer after it.
    if (same && repeated.writes !== this.#writes) return this.#begin(event, figures);
    if (remedy === undefined && !(same && this.#insight.canBeKept(event))) return undefined;
    return { repeated, same, remedy, site: repeated.looks < LOOKS ? callSite() : undefined };
  }

  ended(event: TrackedStatement, repetition: Repetition | undefined): void {
    this.#chain.ended(event.startedAt + event.durationMs);
    if (repetition === undefined) return;
    const { repeated, same, remedy } = repetition;
    const site = this.#siteOf(repetition, event);
    site.times++;
    site.sameValues &&= same;
    site.remedy ??= remedy;
    site.event = event;
    if (site.callSite !== undefined) repeated.figures.sentBy(site.callSite);
    if (site.times === this.#threshold) this.#reached(() => findingOf(repeated, site));
  }

  /** Whether nothing runs, and nothing has for a while. */
  isOver(at: number): boolean {
    return this.#chain.isOver(at);
  }

  #begin(event: TrackedStatement, figures: Figures): undefined {
    // The oldest of very many is of no interest any more.
    if (this.#repeated.size >= WATCHED) this.#repeated.delete(this.#repeated.keys().next().value!);
    const { number: chain } = this.#chain;
    this.#repeated.set(figures, {
      figures,
      chain,
      first: event,
      writes: this.#writes,
      sites: new Map(),
      looks: 0,
      last: undefined,
    });
    return undefined;
  }

  #siteOf({ repeated, site: seen, same, remedy }: Repetition, event: TrackedStatement): Site {
    if (repeated.looks >= LOOKS && repeated.last !== undefined) return repeated.last;
    repeated.looks++;
    const where = seen ?? callSite();
    let site = repeated.sites.get(where);
    if (site === undefined) {
      // Nobody looked where the first one came from: from where the second one did.
      const counted = repeated.sites.size === 0 && (same || this.#insight.remedy(repeated.first) !== undefined);
      site = { callSite: where, times: counted ? 1 : 0, sameValues: true, remedy, event };
      repeated.sites.set(where, site);
    }
    repeated.last = site;
    return site;
  }
}

function findingOf({ figures: { fingerprint } }: Repeated, site: Site): NPlusOne {
  const { times, callSite: where, sameValues, event } = site;
  const remedy = sameValues || site.remedy === undefined ? SAME : site.remedy;
  const about = { times, fingerprint, callSite: where, remedy };
  return {
    kind: 'n+1',
    message: nPlusOneMessage(about),
    ...about,
    sameValues,
    model: event.subject?.model,
    relation: event.subject?.relation,
    session: event.session,
    correlationId: event.correlationId,
  };
}

/** Whether two statements have the same values. Lists are compared by what is in them, bytes are not. */
function equal(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every((value, i) => {
    const other = b[i];
    return Array.isArray(value) && Array.isArray(other) ? equal(value, other) : Object.is(value, other);
  });
}
