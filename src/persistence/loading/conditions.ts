import { fieldPath } from '../../core/ast/expressions.ts';
import type { Expression, ListParam, OrderNode } from '../../core/ast/expressions.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../../core/metadata.ts';
import { path } from '../../query/nodes.ts';

/** Rows whose field has one of these values. */
export function inList(field: FieldMeta, values: readonly unknown[]): Expression {
  return { kind: 'inList', operand: fieldPath(field), list: listOf(field, values) };
}

/** Values of a field, bound as one. */
export function listOf({ type, model, name }: FieldMeta, values: readonly unknown[]): ListParam {
  return { kind: 'list', values, type, label: { model: model.name, field: name } };
}

/** Of links, those whose target a scope does not hide: it may be at hand all the same. */
export function visible(toTarget: RelationMeta): Expression[] {
  const { target, targetField } = toTarget;
  if (!target.restricted) return [];
  return [{ kind: 'isNull', operand: path([toTarget], targetField), negated: true }];
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
