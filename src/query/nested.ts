import type {
  Expression,
  NestedExpression,
  NestedQuery,
  ParamLabel,
  PathExpression,
  Typed,
} from '../core/ast/expressions.ts';
import { FALSE, fieldPath, typeOf } from '../core/ast/expressions.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { sameFamily } from './families.ts';
import type { NamedExpression, QueryState, SetState } from './state.ts';

const BOOL: ValueType = Object.freeze({ kind: 'bool' });

/**
 * What can stand inside of another query: query sets and values sets. The field is private, so nothing from outside can pass
 * for one.
 */
export abstract class Nestable {
  readonly #state: QueryState;
  readonly #columns: readonly NamedExpression[] | undefined;

  constructor(state: QueryState, columns?: readonly NamedExpression[]) {
    this.#state = state;
    this.#columns = columns;
  }

  /** What a query set was told; `undefined` for anything else. */
  static set(value: unknown): SetState | undefined {
    if (typeof value !== 'object' || value === null || !(#state in value)) return undefined;
    return { state: value.#state, columns: value.#columns };
  }
}

/** A query set as a part of an expression. */
class Nested implements NestedQuery {
  readonly set: SetState;

  constructor(set: SetState) {
    this.set = set;
  }

  get meta(): ModelMeta {
    return this.set.state.meta;
  }
}

/** What the query set inside of an expression was told. */
export function setOf(query: NestedQuery): SetState {
  if (query instanceof Nested) return query.set;
  throw new TypeError('A query inside of an expression is made by the query layer.');
}

/** Whether a set has rows. @throws InvalidQueryError for a set that locks, loads or has bounds. */
export function existsIn(set: SetState): Expression {
  checkNestable(set.state, 'exists()');
  if (set.state.empty) return FALSE;
  return { kind: 'nested', form: 'exists', operand: undefined, query: new Nested(set), type: BOOL, nullable: false };
}

/** The one value of a set; NULL where it has no rows. @throws InvalidQueryError unless it has one column. */
export function valueOf(set: SetState): NestedExpression {
  checkNestable(set.state, 'subquery()');
  const column = onlyColumn(set, 'subquery()');
  const { type } = typeOf(column.expression);
  const given = set.state.empty ? { ...set, state: { ...set.state, where: [FALSE] } } : set;
  return { kind: 'nested', form: 'value', operand: undefined, query: new Nested(given), type, nullable: true };
}

/**
 * Whether a value is among those of a set: of its column, or the keys of its entities.
 *
 * @throws InvalidQueryError for a set of several columns, of another type, or of entities that the field does not refer to.
 */
export function among(operand: Expression & Typed, set: SetState, label: ParamLabel): Expression {
  checkNestable(set.state, 'oneOf()');
  const values = set.columns === undefined ? keysOf(operand, set.state, label) : set;
  const column = onlyColumn(values, 'oneOf()');
  const { type } = typeOf(column.expression);
  if (!sameFamily(operand.type, type))
    throw new InvalidQueryError(
      `${label.model}.${label.field}, of type ${operand.type.kind}, cannot be among values of type ${type.kind}.`,
      label,
    );
  if (set.state.empty) return FALSE;
  return { kind: 'nested', form: 'in', operand, query: new Nested(values), type: BOOL, nullable: true };
}

/** A set of entities as the values by which the field refers to them: their key, or the column that the relation is to. */
function keysOf(operand: Expression, state: QueryState, label: ParamLabel): SetState {
  const field = operand.kind === 'path' ? referredBy(operand, state.meta, label) : undefined;
  const { meta } = state;
  if (field === undefined && meta.key.length > 1)
    throw new InvalidQueryError(`${meta.name} has a composite key: its entities are no values of one column.`, {
      model: meta.name,
      remedy: 'Use exists() with a condition, or values() of one column.',
    });
  const key = field ?? meta.key[0]!;
  return { state, columns: [{ name: key.name, expression: fieldPath(key) }] };
}

function referredBy({ field }: PathExpression, meta: ModelMeta, label: ParamLabel): FieldMeta | undefined {
  const { relation } = field;
  if (relation === undefined) return undefined;
  if (relation.target === meta) return partsOf(relation.targetField)[0];
  throw new InvalidQueryError(
    `${label.model}.${label.field} refers to ${relation.target.name}, and the set is of ${meta.name}.`,
    { ...label, remedy: 'Name the column that is meant: .valuesList(column, { flat: true }).' },
  );
}

function onlyColumn({ state, columns }: SetState, call: string): NamedExpression {
  if (columns?.length === 1) return columns[0]!;
  throw new InvalidQueryError(
    `${call} takes a query of one column, not ${columns === undefined ? `entities of ${state.meta.name}` : `one of ${columns.length}`}.`,
    { model: state.meta.name, remedy: "Name it: .valuesList('id', { flat: true })." },
  );
}

/** @throws InvalidQueryError for what a query that stands inside of another cannot do. */
export function checkNestable(
  { meta, lock, joined, batched, prefetches, bounds, using, fresh }: QueryState,
  call: string,
): void {
  const refuse = (what: string): InvalidQueryError =>
    new InvalidQueryError(`${call} takes a query that ${what}: this is for the query around it.`, { model: meta.name });
  if (lock !== undefined) throw refuse('locks no rows');
  if (joined.size > 0 || batched.size > 0 || prefetches.length > 0) throw refuse('loads no relations');
  if (bounds !== undefined) throw refuse('has no timeout and no signal');
  if (using !== undefined || fresh) throw refuse('says nothing of servers and fresh rows');
}
