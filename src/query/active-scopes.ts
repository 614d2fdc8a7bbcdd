import { conjunction } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { ModelMeta, ScopeMeta } from '../core/metadata.ts';
import { ScopeValueError } from '../utils/errors.ts';
import { own } from '../utils/own.ts';
import { parseFilter } from './filter.ts';
import type { ScopeConditions } from './scope-conditions.ts';

/** What a session says of the scopes of all models: values by name, and which are not in force. */
export interface ScopeSettings {
  readonly values: Readonly<Record<string, unknown>>;
  readonly off: readonly string[];
}

const NOTHING_SAID: ScopeSettings = { values: own({}), off: [] };

/** Which scopes hold, but for those that are off by name. */
type Hold = 'all' | 'required' | 'none';

/** A condition as it was made for the statement that is being planned. */
interface Made {
  readonly turn: number;
  readonly condition: Expression | undefined;
}

/**
 * The conditions that belong to models and hold wherever these appear in a query, as a session and a query set left them.
 * A query set carries its own in its state; everything that plans or loads asks `conditionOf`, and nothing else.
 */
export class ActiveScopes implements ScopeConditions {
  readonly #settings: ScopeSettings;
  /** Shared by all that come from one session. */
  readonly #session: { turn: number; bypassed: boolean };
  readonly #hold: Hold;
  #made: Map<ModelMeta, Made> | undefined;

  constructor(settings: ScopeSettings = NOTHING_SAID, hold: Hold = 'all', session = { turn: 0, bypassed: false }) {
    this.#settings = settings;
    this.#hold = hold;
    this.#session = session;
  }

  /** Whether a query has seen rows in spite of a scope: what the session holds need not meet them all. */
  get bypassed(): boolean {
    return this.#session.bypassed;
  }

  /** The same, without the scopes named; without any name, without all that are not required. */
  without(names: readonly string[]): ActiveScopes {
    const { values, off } = this.#settings;
    this.#session.bypassed = true;
    const hold = names.length === 0 && this.#hold === 'all' ? 'required' : this.#hold;
    return new ActiveScopes({ values, off: [...off, ...names] }, hold, this.#session);
  }

  /** A statement is going to be planned: callbacks are asked again, because what they say may depend on the time. */
  renew(): void {
    this.#session.turn++;
  }

  /**
   * What holds for every row of a model; `undefined` where nothing does. Made once for each statement, so that its key and
   * its plan speak of the same values.
   *
   * @throws ScopeValueError where the session lacks a value that a scope requires.
   */
  conditionOf(meta: ModelMeta): Expression | undefined {
    if (!meta.restricted) return undefined;
    const { turn } = this.#session;
    const known = this.#made?.get(meta);
    if (known?.turn === turn) return known.condition;
    const scopes = this.inForce(meta).map((scope) => this.conditionBy(meta, scope));
    const conditions = isSubclass(meta) ? [classCondition(meta), ...scopes] : scopes;
    const condition = conditions.length === 0 ? undefined : conjunction(conditions);
    (this.#made ??= new Map()).set(meta, { turn, condition });
    return condition;
  }

  /** The scopes of a model that are in force. @throws ScopeValueError, unless `demand` is false: one without its value is left out. */
  inForce(meta: ModelMeta, demand = true): readonly ScopeMeta[] {
    return meta.scopes.filter((scope) => scope.default && this.#holds(meta, scope, demand));
  }

  /** One scope as a condition, with the value that the session gives. */
  conditionBy(meta: ModelMeta, { name, condition, takesValue }: ScopeMeta): Expression {
    const value = takesValue ? this.#settings.values[name] : undefined;
    return parseFilter(meta, (refs: object) => condition(refs, value));
  }

  #holds(meta: ModelMeta, { name, takesValue, required }: ScopeMeta, demand: boolean): boolean {
    const { values, off } = this.#settings;
    if (off.includes(name) || this.#hold === 'none' || (this.#hold === 'required' && !required)) return false;
    if (!takesValue || values[name] !== undefined) return true;
    if (!required || !demand) return false;
    throw new ScopeValueError(`${meta.name} is read by the scope '${name}' only, and this session gives it no value.`, {
      model: meta.name,
      field: name,
      remedy: `Open the session with { scopes: { ${name}: … } }, or say .unscoped('${name}') where all rows are meant.`,
    });
  }
}

function isSubclass(meta: ModelMeta): boolean {
  return meta.inheritance !== undefined && meta.inheritance.root !== meta;
}

/** Of a table that classes share, the rows of one of them. It holds whatever scopes do. */
function classCondition(meta: ModelMeta): Expression {
  const { discriminator, value } = meta.inheritance!;
  return parseFilter(meta, { [discriminator.name]: value });
}

/** No scope of any model is in force: conditions of scopes see the tables so, and so does what speaks of a row by its key. */
export const UNSCOPED: ScopeConditions = new ActiveScopes(undefined, 'none');
