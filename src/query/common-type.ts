import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { decimal, isNumeric, isTextual } from './nodes.ts';

/** The type that holds the values of all of these. @throws InvalidQueryError where there is none. */
export function commonType(types: readonly ValueType[], place: string): ValueType {
  const [first] = types;
  if (types.every((type) => type === first)) return first!;
  if (types.every(isTextual)) return TEXT;
  if (types.every(isNumeric)) {
    refuseMixed(types, place);
    return commonNumber(types);
  }
  const other = types.find(({ kind }) => kind !== first!.kind);
  if (other === undefined) return first!;
  throw differentTypes(place, first!, other);
}

/**
 * Of a float and a number that JavaScript has no number for comes neither the one nor the other.
 *
 * @throws InvalidQueryError where both are there.
 */
export function refuseMixed(types: readonly ValueType[], place: string): void {
  const float = types.find(({ kind }) => kind === 'float');
  const exact = types.find(({ kind }) => kind === 'decimal' || kind === 'bigint');
  if (float !== undefined && exact !== undefined) throw differentTypes(place, exact, float);
}

function differentTypes(place: string, one: ValueType, other: ValueType): InvalidQueryError {
  return new InvalidQueryError(`${place} has values of different types: ${one.kind} and ${other.kind}.`, {
    remedy: 'Turn one into the type of the other with cast().',
  });
}

function commonNumber(types: readonly ValueType[]): ValueType {
  const has = (kind: ValueType['kind']): ValueType | undefined => types.find((type) => type.kind === kind);
  const float = has('float');
  if (float !== undefined) return float;
  const scales = types.map((type) => (type.kind === 'decimal' ? type.scale : -1));
  const scale = Math.max(...scales);
  return scale >= 0 ? decimal(scale) : (has('bigint') ?? has('int') ?? types[0]!);
}

const TEXT: ValueType = Object.freeze({ kind: 'text' });
