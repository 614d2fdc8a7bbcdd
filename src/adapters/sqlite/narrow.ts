/** Bigints that a number holds exactly, to numbers; in place. */
export function narrow(rows: unknown[][]): unknown[][] {
  for (const row of rows) {
    for (const [i, value] of row.entries()) {
      if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) row[i] = Number(value);
    }
  }
  return rows;
}
