import type { ValueType } from '../core/value-types.ts';

/** Whether values of one type go into columns of the other, and compare with what is there. Of custom types nobody can say. */
export function sameFamily(a: ValueType, b: ValueType): boolean {
  return family(a.kind) === family(b.kind) || a.kind === 'custom' || b.kind === 'custom';
}

/** Whether columns of two queries can stand in one: their values are read alike. */
export function sameColumn(a: ValueType, b: ValueType): boolean {
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.scale === b.scale;
  if (a.kind === 'array' && b.kind === 'array') return sameColumn(a.of, b.of);
  return alike(a.kind) === alike(b.kind);
}

function alike(kind: ValueType['kind']): string {
  return kind === 'smallInt' ? 'int' : family(kind) === 'text' ? 'text' : kind;
}

function family(kind: ValueType['kind']): string {
  if (['int', 'smallInt', 'bigint', 'float', 'decimal'].includes(kind)) return 'number';
  return kind === 'string' || kind === 'text' || kind === 'enum' ? 'text' : kind;
}
