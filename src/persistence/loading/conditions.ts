import { fieldPath } from '../../core/ast/expressions.ts';
import type { Expression, OrderNode } from '../../core/ast/expressions.ts';
import type { KeyMeta, ModelMeta, RelationMeta } from '../../core/metadata.ts';
import { partsOf } from '../../core/relation-keys.ts';
import { keyAmong } from '../../query/key-lists.ts';
import { path } from '../../query/nodes.ts';

/** Rows whose key has one of these values. */
export function keyIn(key: KeyMeta, values: readonly unknown[]): Expression {
  return keyAmong(key, values, fieldPath);
}

/** Of links, those whose target a scope does not hide: it may be at hand all the same. */
export function visible(toTarget: RelationMeta): Expression[] {
  const { target, targetField } = toTarget;
  if (!target.restricted) return [];
  return [{ kind: 'isNull', operand: path([toTarget], partsOf(targetField)[0]!), negated: true }];
}

/** By this, NULLs first. */
export function ascending(expression: Expression): OrderNode {
  return { expression, descending: false, nulls: undefined };
}

/** The model's own ordering, and the key where it leaves rows equal. */
export function modelOrdering(steps: readonly RelationMeta[], target: ModelMeta): OrderNode[] {
  const own = target.ordering.map(({ field, descending }): OrderNode => ({
    expression: path(steps, field),
    descending,
    nulls: undefined,
  }));
  return [...own, ...target.key.map((field) => ascending(path(steps, field)))];
}

/** By the key alone. */
export function keyOrdering(target: ModelMeta): OrderNode[] {
  return target.key.map((field) => ascending(fieldPath(field)));
}
