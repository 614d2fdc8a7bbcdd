import type { Expression } from '../core/ast/expressions.ts';
import type { ModelMeta, ScopeMeta } from '../core/metadata.ts';

/** The conditions of models that hold in a query, wherever these appear: what a query carries with it and a plan asks. */
export interface ScopeConditions {
  /** Whether a query has seen rows in spite of a scope. */
  readonly bypassed: boolean;
  /** What holds for every row of a model; `undefined` where nothing does. @throws ScopeValueError */
  conditionOf(meta: ModelMeta): Expression | undefined;
  /** A statement is going to be planned: callbacks are asked again, because what they say may depend on the time. */
  renew(): void;
  /** The same, without the scopes named; without any name, without all that are not required. */
  without(names: readonly string[]): ScopeConditions;
  /** The scopes of a model that are in force. @throws ScopeValueError, unless `demand` is false: one without its value is left out. */
  inForce(meta: ModelMeta, demand?: boolean): readonly ScopeMeta[];
  /** One scope as a condition, with the value that the session gives. */
  conditionBy(meta: ModelMeta, scope: ScopeMeta): Expression;
}
