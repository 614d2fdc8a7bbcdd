/** Bigints that a number holds exactly, to numbers, and buffers to plain arrays of bytes; in place. */
export function narrow(rows: unknown[][]): unknown[][] {
  for (const row of rows) {
    for (const [i, value] of row.entries()) {
      if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) row[i] = Number(value);
      else if (Buffer.isBuffer(value)) row[i] = new Uint8Array(value);
    }
  }
  return rows;
}
