import { conjunction, disjunction } from '../core/ast/expressions.ts';
import type { Expression, ListParam, ParamExpression } from '../core/ast/expressions.ts';
import type { FieldMeta, KeyMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';

/** Many values of a key: of one field a list that is bound as one, of several rows of parameters. */
export type KeyList = ListParam | KeyRows;

export interface KeyRows {
  readonly kind: 'rows';
  readonly rows: readonly (readonly ParamExpression[])[];
}

/** Composite keys in one statement at most: one condition each. Single ones are one list, however many. */
export const KEYS_AT_ONCE = 256;

/** Values of a key, to be bound. They are known to be right. */
export function keyList(key: KeyMeta, values: readonly unknown[]): KeyList {
  if (key.parts === undefined) {
    const { type, model, name } = key;
    return { kind: 'list', values, type, label: { model: model.name, field: name } };
  }
  const tuples = [...(values as readonly (readonly unknown[])[])];
  // The last one is said again until there are a power of two, so that few statements serve any number of keys.
  while ((tuples.length & (tuples.length - 1)) !== 0) tuples.push(tuples.at(-1)!);
  return { kind: 'rows', rows: tuples.map((tuple) => key.parts.map((part, i) => bound(part, tuple[i]))) };
}

function bound({ type, model, name }: FieldMeta, value: unknown): ParamExpression {
  return { kind: 'param', value, type, nullable: false, label: { model: model.name, field: name } };
}

/** Whether the columns of a key, in its order, have one of these values. */
export function amongKeys(columns: readonly Expression[], list: KeyList): Expression {
  if (list.kind === 'list') return { kind: 'inList', operand: columns[0]!, list };
  return disjunction(
    list.rows.map((row) =>
      conjunction(columns.map((left, i) => ({ kind: 'compare', operator: 'eq', left, right: row[i]! }))),
    ),
  );
}

/** Rows whose key is one of these values; `columnOf` gives the expression of each field. */
export function keyAmong(
  key: KeyMeta,
  values: readonly unknown[],
  columnOf: (field: FieldMeta) => Expression,
): Expression {
  return amongKeys(partsOf(key).map(columnOf), keyList(key, values));
}
