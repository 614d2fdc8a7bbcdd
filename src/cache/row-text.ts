/** Rows of driver values as text, exact both ways. */

export type Rows = unknown[][];

/**
 * Rows as JSON. What JSON has no word for is a list of a letter and a text: `["n", "…"]` a bigint, `["b", "…"]` bytes,
 * `["f", "…"]` a number that is none, `["d", "…"]` a date; `["a", […]]` a list.
 *
 * @returns undefined for rows with a value of another kind: these are not kept.
 */
export function rowsToText(rows: Rows): string | undefined {
  let exact = true;
  const encoded = rows.map((row) =>
    row.map((value) => {
      const text = encode(value);
      if (text === undefined) exact = false;
      return text;
    }),
  );
  return exact ? JSON.stringify(encoded) : undefined;
}

/** Values as text, another for each list of values. Undefined as above. */
export function valuesToText(values: readonly unknown[]): string | undefined {
  return rowsToText([[...values]]);
}

/** @throws TypeError, SyntaxError for a text that `rowsToText` does not write, or rows of another width. */
export function textToRows(text: string, width: number | undefined): Rows {
  const rows: unknown = JSON.parse(text);
  if (!Array.isArray(rows)) throw new TypeError('These are no rows.');
  for (const row of rows as unknown[]) {
    if (!Array.isArray(row) || (width !== undefined && row.length !== width)) throw new TypeError('This is no row.');
    for (let i = 0; i < row.length; i++) if (typeof row[i] === 'object' && row[i] !== null) row[i] = decode(row[i]);
  }
  return rows as Rows;
}

function encode(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : ['f', Object.is(value, -0) ? '-0' : String(value)];
    case 'bigint':
      return ['n', String(value)];
    case 'object':
      if (value === null) return null;
      if (value instanceof Uint8Array)
        return ['b', Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')];
      if (value instanceof Date) return ['d', String(value.getTime())];
      return Array.isArray(value) ? encodeList(value) : undefined;
    default:
      return undefined;
  }
}

function encodeList(values: readonly unknown[]): unknown {
  const items = values.map(encode);
  return items.includes(undefined) ? undefined : ['a', items];
}

function decode(tagged: unknown): unknown {
  if (!Array.isArray(tagged) || tagged.length !== 2) throw new TypeError('This is no value.');
  const [tag, text] = tagged as [unknown, unknown];
  if (tag === 'a' && Array.isArray(text))
    return text.map((item: unknown) => (typeof item === 'object' && item !== null ? decode(item) : item));
  if (typeof text !== 'string') throw new TypeError('This is no value.');
  switch (tag) {
    case 'n':
      return BigInt(text);
    case 'b':
      return Buffer.from(text, 'base64');
    case 'f':
      return Number(text);
    case 'd':
      return new Date(Number(text));
    default:
      throw new TypeError('This is no value.');
  }
}
