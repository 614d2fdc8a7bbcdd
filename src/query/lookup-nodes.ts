import { negation } from '../core/ast/expressions.ts';
import type { DatePart, Expression, JsonExpression, ParamLabel, Typed } from '../core/ast/expressions.ts';
import { describe, invalidValue } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError } from '../utils/errors.ts';
import { arrayLength, arrayTest } from './arrays.ts';
import { datePart, yearRange } from './date-parts.ts';
import { ExpressionBuilder } from './expressions.ts';
import { hasKey, jsonAs, jsonAt, jsonContains, jsonIs, jsonLike } from './json.ts';
import { Lookup } from './lookups.ts';
import { among, Nestable } from './nested.ts';
import { isTextual, list, param } from './nodes.ts';
import { searchFor } from './search.ts';

/** A lookup of a field, or of a part of one, as a condition. */
export function lookup(
  node: Expression & Typed,
  label: ParamLabel,
  { name, value, negated }: Lookup<unknown>,
): Expression {
  const positive = positiveLookup(node, label, name, value);
  return negated ? negation(positive) : positive;
}

function positiveLookup(
  node: Expression & Typed,
  label: ParamLabel,
  name: Lookup<unknown>['name'],
  value: unknown,
): Expression {
  const { type } = node;
  switch (name) {
    case 'jsonPath': {
      const { path, test } = value as PathTest;
      return jsonTest(jsonAt(node, path, label), label, test);
    }
    case 'hasKey':
      return hasKey(node, value, label);
    case 'jsonContains':
      return jsonContains(node, value, label);
    case 'datePart': {
      const { part, test } = value as PartTest;
      const computed = datePart(part, node, label);
      return (part === 'year' ? yearRange(node, test, label) : undefined) ?? valueTest(computed, label, test);
    }
    case 'search':
      return searchFor(node, value, label);
    case 'arrayContains':
      return arrayTest('contains', node, value, label);
    case 'arrayOverlaps':
      return arrayTest('overlaps', node, value, label);
    case 'arrayLength':
      return valueTest(arrayLength(node, label), label, value);
    case 'exact':
      if (value === null) return { kind: 'isNull', operand: node, negated: false };
      return { kind: 'compare', operator: 'eq', left: node, right: right(node, label, value) };
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { kind: 'compare', operator: name, left: node, right: right(node, label, value) };
    case 'between': {
      const [low, high] = value as readonly [unknown, unknown];
      return { kind: 'between', operand: node, low: right(node, label, low), high: right(node, label, high) };
    }
    case 'oneOf': {
      const set = Nestable.set(value);
      if (set !== undefined) return among(node, set, label);
      return { kind: 'inList', operand: node, list: list(type, value, label) };
    }
    case 'isNull':
      if (typeof value !== 'boolean')
        throw new InvalidValueError(
          `isNull() on ${label.model}.${label.field} takes true or false, not ${describe(value)}.`,
          label,
        );
      return { kind: 'isNull', operand: node, negated: !value };
    case 'iexact':
      return match(node, label, 'exact', true, value);
    case 'contains':
      return match(node, label, 'contains', false, value);
    case 'icontains':
      return match(node, label, 'contains', true, value);
    case 'startsWith':
      return match(node, label, 'startsWith', false, value);
    case 'istartsWith':
      return match(node, label, 'startsWith', true, value);
    case 'endsWith':
      return match(node, label, 'endsWith', false, value);
    case 'iendsWith':
      return match(node, label, 'endsWith', true, value);
    case 'regex':
      return match(node, label, 'regex', false, value);
    case 'iregex':
      return match(node, label, 'regex', true, value);
    case 'some':
    case 'none':
    case 'every':
      throw new InvalidQueryError(
        `${name}() is for relations to many, and ${label.model}.${label.field} is a column.`,
        label,
      );
    default:
      name satisfies never;
      throw new InvalidQueryError(`There is no lookup of this name for ${label.model}.${label.field}.`, {
        ...label,
        remedy: 'Use the functions that the package exports, such as gte(3).',
      });
  }
}

/** A lookup or a plain value as a test of something that is computed. */
function valueTest(node: Expression & Typed, label: ParamLabel, test: unknown): Expression {
  return lookup(node, label, test instanceof Lookup ? test : new Lookup('exact', test));
}

/** What `year` and its like were given. */
interface PartTest {
  readonly part: DatePart;
  readonly test: unknown;
}

/** What `jsonPath` was given. */
interface PathTest {
  readonly path: unknown;
  readonly test: unknown;
}

/** A test of a part of JSON: as what the values of the test are. */
function jsonTest(node: JsonExpression, label: ParamLabel, test: unknown): Expression {
  if (!(test instanceof Lookup)) return jsonIs(node, test, label);
  const { name, value, negated } = test;
  if (IN_JSON.has(name)) return lookup(node, label, test);
  if (name === 'exact' && value === null)
    return negated ? negation(jsonIs(node, null, label)) : jsonIs(node, null, label);
  const [sample] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (Array.isArray(value) && value.length === 0) return lookup(jsonAs(node, 'text'), label, test);
  if (sample === null)
    throw invalidValue(label.model, label.field, `is compared with null inside of JSON by exact(null) alone`);
  return lookup(jsonLike(node, sample, label) as JsonExpression, label, test);
}

/** Lookups of JSON as such, whatever its type. */
const IN_JSON = new Set<Lookup<unknown>['name']>(['isNull', 'hasKey', 'jsonContains', 'jsonPath']);

function right(node: Expression & Typed, label: ParamLabel, value: unknown): Expression {
  return ExpressionBuilder.is(value) ? ExpressionBuilder.value(value) : param(node.type, value, label);
}

function match(
  node: Expression & Typed,
  label: ParamLabel,
  operator: 'exact' | 'contains' | 'startsWith' | 'endsWith' | 'regex',
  insensitive: boolean,
  value: unknown,
): Expression {
  if (!isTextual(node.type)) {
    throw new InvalidQueryError(
      `${label.model}.${label.field} is not text: ${insensitive ? 'i' : ''}${operator} does not apply to it.`,
      label,
    );
  }
  return { kind: 'match', operator, insensitive, operand: node, pattern: param({ kind: 'text' }, value, label) };
}
