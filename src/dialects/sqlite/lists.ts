import type { ValueType } from '../../core/value-types.ts';

/** A list as JSON text for `json_each`: one parameter, whatever its length. */
export function encodeList(type: ValueType, encode: (value: unknown) => unknown): (values: unknown) => string {
  if (type.kind === 'binary')
    return (values) =>
      JSON.stringify(
        (values as readonly Uint8Array[]).map((value) => Buffer.from(value).toString('hex').toUpperCase()),
      );
  return (values) => {
    let json = '[';
    for (const value of values as readonly unknown[]) {
      const stored = encode(value);
      // JSON.stringify refuses bigints; SQLite reads whole numbers of 64 bits.
      json += `${json.length > 1 ? ',' : ''}${typeof stored === 'bigint' ? stored : JSON.stringify(stored)}`;
    }
    return `${json}]`;
  };
}
