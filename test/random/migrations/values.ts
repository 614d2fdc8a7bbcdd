/** Values of rows: those of one row and one type are the same everywhere, so that keys find what they refer to. */
/** The value of a row, counted from 0, in a column of a kind. Small whole numbers, also as texts, so that other types can hold it. */
export function valueOf(kind: string, row: number): unknown {
  const n = row + 1;
  switch (kind) {
    case 'smallInt':
    case 'int':
    case 'float':
      return n;
    case 'bigint':
      return BigInt(n);
    case 'decimal':
    case 'string':
    case 'text':
      return String(n);
    case 'enum':
      return ['red', 'green', 'blue'][row % 3];
    case 'bool':
      return row % 2 === 0;
    case 'date':
      return `2024-02-0${n}`;
    case 'datetime':
      return new Date(Date.UTC(2024, 1, n, 12, 30, 15, 250));
    case 'time':
      return `10:00:0${n}`;
    case 'uuid':
      return `0190a000-0000-7000-8000-00000000000${n}`;
    case 'json':
      return { n };
    case 'binary':
      return new Uint8Array([n, 0, 255]);
    case 'array':
      return [String(n), null];
    default:
      throw new Error(`No row has a value of ${kind}`);
  }
}

/** A value as what it means, whatever the type of its column is by now. */
export function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'boolean') return String(Number(value));
  if (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)) return String(Number(value));
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return value === null || value === undefined ? null : String(value as string | number | bigint);
}
