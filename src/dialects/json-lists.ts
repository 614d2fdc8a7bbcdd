import type { ValueType } from '../core/value-types.ts';

/** A list as JSON text, for a database that makes rows of it: one parameter, whatever its length. */
export function encodeList(type: ValueType, encode: (value: unknown) => unknown): (values: unknown) => string {
  if (type.kind === 'binary')
    return (values) =>
      JSON.stringify(
        (values as readonly Uint8Array[]).map((value) => Buffer.from(value).toString('hex').toUpperCase()),
      );
  return (values) => jsonList((values as readonly unknown[]).map(encode));
}

/** Rows of driver values as JSON text. */
export function encodeRows(rows: readonly (readonly unknown[])[]): string {
  return `[${rows.map(jsonList).join(',')}]`;
}

function jsonList(values: readonly unknown[]): string {
  let json = '[';
  for (const value of values) json += `${json.length > 1 ? ',' : ''}${jsonValue(value)}`;
  return `${json}]`;
}

/** JSON.stringify refuses bigints; databases read whole numbers of 64 bits. Bytes go as hex. */
function jsonValue(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('hex').toUpperCase()}"`;
  return JSON.stringify(value);
}
