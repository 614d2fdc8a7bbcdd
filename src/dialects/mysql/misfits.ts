import type { ValueType } from '../../core/value-types.ts';

const TEXTS = new Set<ValueType['kind']>(['string', 'text', 'enum']);
const NUMBERS = new Set<ValueType['kind']>(['int', 'smallInt', 'bigint', 'float', 'decimal']);

/** What a text has to look like, where the server takes others for something that they are not, or rounds them. */
const PATTERNS: Readonly<Partial<Record<ValueType['kind'], string>>> = {
  uuid: '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$',
  int: '^[+-]?[0-9]+$',
  smallInt: '^[+-]?[0-9]+$',
  bigint: '^[+-]?[0-9]+$',
  date: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  time: '^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?$',
};

/**
 * The values of a column that `MODIFY COLUMN` would take though they are none of the new type, as a condition; undefined where the
 * server itself refuses all of them.
 */
export function misfits(from: ValueType, to: ValueType, value: string): string | undefined {
  if (to.kind === 'bool') {
    if (NUMBERS.has(from.kind)) return `${value} NOT IN (0, 1)`;
    return TEXTS.has(from.kind) ? `${value} NOT IN ('0', '1')` : undefined;
  }
  const pattern = TEXTS.has(from.kind) ? PATTERNS[to.kind] : undefined;
  return pattern === undefined ? undefined : `${value} NOT REGEXP '${pattern}'`;
}
