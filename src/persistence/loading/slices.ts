/** Left for the rest of a statement: its text, and what else is compared. */
const REST = 65_536;
/** The most that a number, a date or a UUID takes as text, with quotes and a comma. */
const SMALL = 45;

/**
 * Keys in as many lists as a server takes them in, which goes by the bytes of a statement. Mostly that is one. What is found by
 * the keys of one list is sorted within it, so rows of one owner have to be asked for by one key.
 */
export function slicesOf(keys: readonly unknown[], maxBytes: number | undefined): (readonly unknown[])[] {
  if (maxBytes === undefined || keys.length === 0) return [keys];
  const most = Math.max(maxBytes - REST, maxBytes / 2);
  const slices: unknown[][] = [];
  let slice: unknown[] = [];
  let bytes = 0;
  for (const key of keys) {
    const size = bytesOf(key);
    if (bytes + size > most && slice.length > 0) {
      slices.push(slice);
      slice = [];
      bytes = 0;
    }
    slice.push(key);
    bytes += size;
  }
  return [...slices, slice];
}

/** At most: no unit of a text has more than three bytes, or six where JSON spells it out; bytes go as hex. */
function bytesOf(key: unknown): number {
  if (typeof key === 'string') return /[\p{Cc}"\\]/u.test(key) ? key.length * 6 + 3 : key.length * 3 + 3;
  return key instanceof Uint8Array ? key.byteLength * 2 + 3 : SMALL;
}
