import type { Expression } from '../core/ast/expressions.ts';
import { sameKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta, ScopeMeta } from '../core/metadata.ts';
import { InvalidQueryError, InvalidValueError } from '../utils/errors.ts';
import type { ScopeConditions } from './scope-conditions.ts';
import type { FieldChange, QueryRequest } from './state.ts';

type Written = Extract<QueryRequest, { kind: 'update' | 'delete' | 'insertFrom' }>;

/** A field that has to have a value, because a scope with `check` says so. */
export interface Pin {
  readonly scope: ScopeMeta;
  readonly field: FieldMeta;
  readonly value: unknown;
}

/**
 * What rows that are written have to be, by the scopes with `check` that are in force. `demand`: as `inForce` has it.
 *
 * @throws InvalidQueryError for one whose condition is more than equalities of the model's own columns and values.
 */
export function pinsOf(scopes: ScopeConditions, meta: ModelMeta, demand = true): readonly Pin[] {
  if (!meta.scopes.some(({ check }) => check)) return [];
  return scopes
    .inForce(meta, demand)
    .filter(({ check }) => check)
    .flatMap((scope) => equalities(scopes.conditionBy(meta, scope), meta, scope));
}

function equalities(node: Expression, meta: ModelMeta, scope: ScopeMeta): Pin[] {
  if (node.kind === 'and') return node.items.flatMap((item) => equalities(item, meta, scope));
  const operand = node.kind === 'compare' ? node.left : node.kind === 'isNull' ? node.operand : undefined;
  if (operand?.kind === 'path' && operand.steps.length === 0) {
    const { field } = operand;
    if (node.kind === 'isNull' && !node.negated) return [{ scope, field, value: null }];
    if (node.kind === 'compare' && node.operator === 'eq' && node.right.kind === 'param')
      return [{ scope, field, value: node.right.value }];
  }
  throw new InvalidQueryError(
    `The scope '${scope.name}' of ${meta.name} has check: true, and more in its condition than equalities of columns and values.`,
    { model: meta.name, field: scope.name, remedy: 'Take the check out of its options.' },
  );
}

/** Whether a value is the one that a pin wants. */
export function meets({ field, value }: Pin, given: unknown): boolean {
  if (value === null) return given === null || given === undefined;
  return given !== null && sameKey(field, given, value);
}

/** The error for a row that a session may not write. */
export function unmet(meta: ModelMeta, { scope, field }: Pin): InvalidValueError {
  return new InvalidValueError(
    `${meta.name}.${field.name} is not what the scope '${scope.name}' of this session demands.`,
    {
      model: meta.name,
      field: field.name,
      remedy: `Write it in a session with another value for the scope, or with { unscoped: ['${scope.name}'] }.`,
    },
  );
}

/**
 * What a set writes, by the scopes of its session: `unscoped()` says what a query reads, and no more.
 *
 * @throws InvalidValueError for rows that a scope with `check` does not leave in the session.
 */
export function checkWritten(scopes: ScopeConditions, request: Written): void {
  if (request.kind === 'update') checkChanges(scopes, request.state.meta, request.changes);
  if (request.kind === 'insertFrom') checkInserted(scopes, request.into, request.changes);
}

/** A row that exists keeps what is not changed, so a session without a value for a scope demands none. */
function checkChanges(scopes: ScopeConditions, meta: ModelMeta, changes: readonly FieldChange[]): void {
  if (!meta.restricted) return;
  for (const pin of pinsOf(scopes, meta, false)) {
    const change = changes.find(({ field }) => field === pin.field)?.value;
    if (change === undefined) continue;
    const known = change.kind === 'param' || change.kind === 'literal';
    if (!known || !meets(pin, change.value)) throw unmet(meta, pin);
  }
}

/** What is computed may be anything: it is refused where one value is demanded. */
function checkInserted(scopes: ScopeConditions, meta: ModelMeta, changes: readonly FieldChange[]): void {
  if (!meta.restricted) return;
  for (const pin of pinsOf(scopes, meta)) {
    const { field, scope } = pin;
    const change = changes.find((item) => item.field === field)?.value;
    if (change === undefined) {
      const isNull = field.generation === undefined && field.generatedAs === undefined;
      if (!isNull || !meets(pin, null)) throw unmet(meta, pin);
    } else if (change.kind !== 'param' && change.kind !== 'literal') {
      throw new InvalidValueError(
        `insertFrom() computes ${meta.name}.${field.name}, and the scope '${scope.name}' of this session demands one value.`,
        {
          model: meta.name,
          field: field.name,
          remedy: `Give that value itself, or insert in a session with { unscoped: ['${scope.name}'] }.`,
        },
      );
    } else if (!meets(pin, change.value)) throw unmet(meta, pin);
  }
}

/**
 * Rows that exist already are found by a unique key, whatever hides them: so they are taken only where that key itself says
 * that they can be seen.
 *
 * @throws InvalidQueryError
 */
export function refuseHiddenConflicts(scopes: ScopeConditions, meta: ModelMeta, by: readonly FieldMeta[]): void {
  if (!meta.restricted) return;
  const pins = pinsOf(scopes, meta);
  const open = scopes.inForce(meta).find((scope) => {
    const own = pins.filter((pin) => pin.scope === scope);
    return own.length === 0 || !own.every(({ field }) => by.includes(field));
  });
  if (open === undefined) return;
  throw new InvalidQueryError(
    `bulkCreate() of ${meta.name} could take a row that exists and that the scope '${open.name}' hides.`,
    {
      model: meta.name,
      field: open.name,
      remedy: `Say .unscoped('${open.name}') where such rows are meant, too.`,
    },
  );
}
