import type { ValueType } from '../core/value-types.ts';
import { unreachable } from '../utils/unreachable.ts';

type Custom = Extract<ValueType, { kind: 'custom' }>;

/** What `f.…` is told of a type; the builder has the name of the type's kind. */
export interface FieldCall {
  /** The first argument, where there is one: the texts of an enum, the field that an array is of, a type of the database's own. */
  readonly argument:
    | { readonly kind: 'texts'; readonly texts: readonly string[] }
    | { readonly kind: 'field'; readonly type: ValueType }
    | { readonly kind: 'custom'; readonly type: Custom }
    | undefined;
  readonly options: Readonly<Record<string, number>>;
}

/** The call of `f` that says a type, for whoever writes code: migrations and models of a live database. */
export function fieldCall(type: ValueType): FieldCall {
  switch (type.kind) {
    case 'string':
      return plain(type.maxLength === undefined ? {} : { maxLength: type.maxLength });
    case 'decimal':
      return plain({ precision: type.precision, scale: type.scale });
    case 'enum':
      return { argument: { kind: 'texts', texts: type.values }, options: {} };
    case 'array':
      return { argument: { kind: 'field', type: type.of }, options: {} };
    case 'custom':
      return { argument: { kind: 'custom', type }, options: {} };
    case 'int':
    case 'smallInt':
    case 'bigint':
    case 'float':
    case 'text':
    case 'uuid':
    case 'bool':
    case 'date':
    case 'time':
    case 'datetime':
    case 'json':
    case 'binary':
      return plain({});
    default:
      return unreachable(type);
  }
}

function plain(options: FieldCall['options']): FieldCall {
  return { argument: undefined, options };
}
