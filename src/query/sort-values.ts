import type { Expression } from '../core/ast/expressions.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { DefinitionError } from '../utils/errors.ts';
import { expressionNode, refuseAggregates, refuseWindows } from './expressions.ts';
import { parseCondition } from './filter.ts';
import { OrderKey } from './order-key.ts';
import { refsOf } from './refs.ts';

/** A value that rows are sorted by. */
export interface SortValue {
  readonly expression: Expression;
  readonly descending: boolean;
}

/**
 * What a callback of an index gives: an expression of a model's columns, or one with a direction, `p.title.lower().desc()`.
 *
 * @param name Of the index, for messages.
 * @throws DefinitionError for what is no such callback, or says where NULL is sorted.
 */
export function parseSortValue(meta: ModelMeta, input: unknown, name: string): SortValue {
  const place = `${meta.name}: '${name}'`;
  if (typeof input !== 'function') throw new DefinitionError([`${place} is sorted by fields and callbacks.`]);
  const refs = refsOf(meta, { origin: undefined, steps: [], parse: parseCondition });
  const given = (input as (columns: object) => unknown)(refs);
  const order = given instanceof OrderKey ? OrderKey.node(given) : undefined;
  if (order?.nulls !== undefined)
    throw new DefinitionError([`${place} says where NULL is sorted, which an index cannot.`], {
      model: meta.name,
      constraint: name,
    });
  const expression = order?.expression ?? expressionNode(given, `The index '${name}'`);
  refuseAggregates(expression, place);
  refuseWindows(expression, place);
  return { expression, descending: order?.descending ?? false };
}
