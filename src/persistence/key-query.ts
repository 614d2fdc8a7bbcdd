import { fieldPath } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type { ModelMeta } from '../core/metadata.ts';
import type { ScopeConditions } from '../query/scope-conditions.ts';
import type { QueryRequest } from '../query/state.ts';
import { initialState } from '../query/state.ts';

type Key = readonly unknown[];

/** A query for the rows of these keys, each a list of the values of the key's fields. */
export function rowsByKey(meta: ModelMeta, keys: readonly Key[], scopes: ScopeConditions): QueryRequest {
  return {
    kind: 'entities',
    state: { ...initialState(meta, scopes), where: [keysCondition(meta, keys)], order: [], byKey: keys },
  };
}

/** The condition that names these rows: by one list for a single key, part by part for a composite one. */
function keysCondition(meta: ModelMeta, keys: readonly Key[]): Expression {
  const label = (field: string): { model: string; field: string } => ({ model: meta.name, field });
  const [only] = meta.key;
  if (meta.key.length === 1) {
    const values = keys.map(([value]) => value);
    return {
      kind: 'inList',
      operand: fieldPath(only!),
      list: { kind: 'list', values, type: only!.type, label: label(only!.name) },
    };
  }
  const rows = keys.map((key): Expression => ({
    kind: 'and',
    items: meta.key.map((field, i) => ({
      kind: 'compare',
      operator: 'eq',
      left: fieldPath(field),
      right: { kind: 'param', value: key[i], type: field.type, nullable: false, label: label(field.name) },
    })),
  }));
  return rows.length === 1 ? rows[0]! : { kind: 'or', items: rows };
}
