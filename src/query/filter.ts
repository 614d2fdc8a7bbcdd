import { conjunction, disjunction, negation } from '../core/ast/expressions.ts';
import type { Expression, Origin, PathExpression } from '../core/ast/expressions.ts';
import type { EmbeddedMeta, FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError, UnknownFieldError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { unreachable } from '../utils/unreachable.ts';
import { compositeCondition } from './composite.ts';
import { entityKey, labelFor } from './entity-key.ts';
import { exactValue, partNamed } from './embedded.ts';
import { conditionNode, ExpressionBuilder, refuseAggregates, refuseWindows } from './expressions.ts';
import { lookup } from './lookup-nodes.ts';
import { Lookup } from './lookups.ts';
import { param, path, relationKey } from './nodes.ts';
import { Condition } from './q.ts';
import { refsOf } from './refs.ts';
import { ROOT } from './roots.ts';

/** Where a filter stands: the model that its names belong to, and the way there from the root. */
interface Place {
  readonly meta: ModelMeta;
  readonly steps: readonly RelationMeta[];
  /** Whose names these are, where the filter stands in a callback of a relation. */
  readonly origin: Origin;
  readonly refs: (() => object) | undefined;
  /** What the columns of a callback are named by here. */
  readonly token: () => Origin;
}

/** Whose columns the callbacks of a filter get: those of a query set, with its annotations. */
export interface FilteredRows {
  readonly make: () => object;
  readonly token: () => symbol;
}

/**
 * A filter in any of its forms (object, `Q`, callback, expression) as a node.
 *
 * @throws UnknownFieldError, InvalidValueError, InvalidQueryError before any SQL is made.
 */
export function parseFilter(meta: ModelMeta, input: unknown, rows?: FilteredRows): Expression {
  return parse({ meta, steps: [], origin: undefined, refs: rows?.make, token: rows?.token ?? root }, input);
}

/** A condition on the rows of a relation, inside of another condition. */
export function parseCondition(meta: ModelMeta, input: unknown, origin: Origin): Expression {
  const node = parse({ meta, steps: [], origin, refs: undefined, token: () => origin ?? ROOT }, input);
  refuseWindows(node, `A condition on ${meta.name}`);
  return node;
}

function parse(place: Place, input: unknown): Expression {
  if (input instanceof Condition) return combine(place, input);
  if (typeof input === 'function') return wholeCondition(place, (input as (refs: object) => unknown)(refsAt(place)));
  if (ExpressionBuilder.is(input)) return wholeCondition(place, input);
  if (isPlain(input))
    return conjunction(entriesOf(place.meta, input).map(([name, value]) => member(place, name, value)));
  throw new InvalidQueryError(
    `A filter of ${place.meta.name} is an object, a Q or a callback, not ${describe(input)}.`,
    { model: place.meta.name },
  );
}

const root = (): Origin => ROOT;

function refsAt({ meta, steps, token, refs }: Place): object {
  return refs?.() ?? refsOf(meta, { steps, origin: token(), parse: parseCondition });
}

function wholeCondition({ meta }: Place, value: unknown): Expression {
  const node = conditionNode(value);
  refuseAggregates(node, `A filter of ${meta.name}`);
  return node;
}

function combine(place: Place, { operator, items }: Condition): Expression {
  const nodes = items.map((item) => parse(place, item));
  switch (operator) {
    case 'and':
      return conjunction(nodes);
    case 'or':
      return disjunction(nodes);
    case 'not':
      return negation(conjunction(nodes));
    default:
      return unreachable(operator);
  }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Names and values; a filter is a plain object, so nothing is inherited. */
function entriesOf(meta: ModelMeta, filter: Readonly<Record<string, unknown>>): [string, unknown][] {
  if (Object.getOwnPropertySymbols(filter).length > 0) {
    throw new InvalidQueryError(`A filter of ${meta.name} has a symbol for a key.`, { model: meta.name });
  }
  return Object.entries(filter);
}

function member(place: Place, name: string, value: unknown): Expression {
  const { meta, steps, origin } = place;
  const field = meta.fieldByName.get(name);
  if (field !== undefined) return column(path(steps, field, origin), field, value);
  const relation = meta.relationByName.get(name);
  if (relation !== undefined) return relation.many ? toMany(place, relation, value) : toOne(place, relation, value);
  const embedded = meta.embeddedByName.get(name);
  if (embedded !== undefined) return embeddedMember(place, embedded, value);
  throw unknownName(meta, name);
}

/** The error for a name that a model does not have. */
export function unknownName(meta: ModelMeta, name: string): UnknownFieldError {
  const names = [...meta.fieldByName.keys(), ...meta.relationByName.keys()];
  return new UnknownFieldError(`${meta.name} has no field '${name}'.`, {
    model: meta.name,
    field: name,
    remedy: suggest(name, names),
  });
}

function column(node: PathExpression, field: FieldMeta, value: unknown): Expression {
  const label = { model: field.model.name, field: field.name };
  if (value === null) return { kind: 'isNull', operand: node, negated: false };
  if (value instanceof Lookup) return lookup(node, label, value);
  if (ExpressionBuilder.is(value))
    return { kind: 'compare', operator: 'eq', left: node, right: ExpressionBuilder.value(value) };
  if (field.type.kind === 'json' && typeof value === 'object') {
    throw new InvalidValueError(`${label.model}.${label.field} is JSON: an object in a filter would be ambiguous.`, {
      ...label,
      remedy: `Write { ${field.name}: exact(value) }.`,
    });
  }
  if (Array.isArray(value) && field.type.kind !== 'array') {
    throw new InvalidValueError(`${label.model}.${label.field} takes one value here, not an array.`, {
      ...label,
      remedy: `Write { ${field.name}: oneOf([…]) }.`,
    });
  }
  return { kind: 'compare', operator: 'eq', left: node, right: param(field.type, value, label) };
}

function toOne(place: Place, relation: RelationMeta, value: unknown): Expression {
  const keys = relationKey(place.steps, relation, place.origin);
  const key = keys[0]!;
  if (keys.length > 1 && (value === null || State.is(value) || value instanceof Lookup || Array.isArray(value)))
    return compositeCondition(relation, keys, value);
  if (value === null) return { kind: 'isNull', operand: key, negated: false };
  if (State.is(value)) {
    const field = relation.owning ? relation.targetField : relation.target.identity;
    return {
      kind: 'compare',
      operator: 'eq',
      left: key,
      right: param(key.type, entityKey(relation, field, value), labelFor(relation)),
    };
  }
  if (value instanceof Lookup) return lookup(key, labelFor(relation), keyLookup(relation, value));
  if (isPlain(value) || value instanceof Condition || typeof value === 'function') {
    return parse({ ...place, meta: relation.target, steps: [...place.steps, relation], refs: undefined }, value);
  }
  if (keys.length > 1) return compositeCondition(relation, keys, value);
  if (ExpressionBuilder.is(value))
    return { kind: 'compare', operator: 'eq', left: key, right: ExpressionBuilder.value(value) };
  return { kind: 'compare', operator: 'eq', left: key, right: param(key.type, value, labelFor(relation)) };
}

/** A lookup on a relation speaks of its key: entities in it become theirs. */
function keyLookup(relation: RelationMeta, given: Lookup<unknown>): Lookup<unknown> {
  const field = relation.owning ? relation.targetField : relation.target.identity;
  const toKey = (value: unknown): unknown => (State.is(value) ? entityKey(relation, field, value) : value);
  return new Lookup(
    given.name,
    Array.isArray(given.value) ? given.value.map(toKey) : toKey(given.value),
    given.negated,
  );
}

function toMany(place: Place, relation: RelationMeta, value: unknown): Expression {
  const { origin, steps } = place;
  const inner = Symbol(relation.name);
  const some = (where: Expression): Expression => ({
    kind: 'related',
    origin,
    inner,
    steps,
    relation,
    quantifier: 'some',
    where,
  });
  if (State.is(value))
    return some(conjunction(relation.target.key.map((key) => isEntity(relation, key, value, inner))));
  if (value instanceof Lookup) {
    const { name, negated } = value;
    if (name !== 'some' && name !== 'none' && name !== 'every') {
      throw new InvalidQueryError(
        `${relation.model.name}.${relation.name} is a relation to many: use some(), none() or every(), not ${name}().`,
        labelFor(relation),
      );
    }
    const where = value.value === undefined ? undefined : parseCondition(relation.target, value.value, inner);
    const node: Expression = { kind: 'related', origin, inner, steps, relation, quantifier: name, where };
    return negated ? negation(node) : node;
  }
  if (isPlain(value) || value instanceof Condition || typeof value === 'function')
    return some(parseCondition(relation.target, value, inner));
  throw new InvalidValueError(
    `${relation.model.name}.${relation.name} is a relation to many and takes a filter, an entity, some(), none() or every(), not ${describe(value)}.`,
    labelFor(relation),
  );
}

function isEntity(relation: RelationMeta, key: FieldMeta, entity: object, origin: Origin): Expression {
  return {
    kind: 'compare',
    operator: 'eq',
    left: path([], key, origin),
    right: param(key.type, entityKey(relation, key, entity), labelFor(relation)),
  };
}

function embeddedMember(place: Place, embedded: EmbeddedMeta, value: unknown): Expression {
  const { meta, steps, origin } = place;
  if (value === null)
    return conjunction(
      embedded.fields.map((field) => ({ kind: 'isNull', operand: path(steps, field, origin), negated: false })),
    );
  if (value instanceof Lookup)
    return exactValue(meta, embedded, value, (field, part) => column(path(steps, field, origin), field, part));
  if (!isPlain(value))
    throw new InvalidValueError(`${meta.name}.${embedded.name} takes an object of its parts, not ${describe(value)}.`, {
      model: meta.name,
      field: embedded.name,
    });
  return conjunction(
    entriesOf(meta, value).map(([part, inner]) => {
      const field = partNamed(meta, embedded, part);
      return column(path(steps, field, origin), field, inner);
    }),
  );
}
