import { describe } from '../core/value-types.ts';

/**
 * What of a value would be lost on its way into JSON, in words that end "…, not X"; `undefined` if nothing is. A column may
 * be given `{ owner: undefined }` and stores `{}`, but as a condition `{}` is true of every object: what was meant to choose
 * rows would choose all of them.
 */
export function lostInJson(value: unknown): string | undefined {
  let lost: string | undefined;
  JSON.stringify({ value }, (_, inner: unknown) => {
    lost ??= lostItself(inner);
    return lost === undefined ? inner : null;
  });
  return lost === undefined ? undefined : `takes a value of which JSON loses no part, not one with ${lost} in it`;
}

function lostItself(value: unknown): string | undefined {
  const kind = typeof value;
  if (kind === 'undefined' || kind === 'function' || kind === 'symbol') return describe(value);
  if (kind === 'number') return Number.isFinite(value) ? undefined : describe(value);
  // A Map, a Set, a RegExp: `{}` in JSON.
  return kind === 'object' && isEmptyInstance(value as object | null) ? describe(value) : undefined;
}

/** Whether it is of a class and JSON has nothing to say of it. Boxed numbers, texts and booleans are what they hold. */
function isEmptyInstance(value: object | null): boolean {
  if (value === null || Array.isArray(value) || Object.keys(value).length > 0) return false;
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Objects of another realm have a prototype that is not ours, but one without a prototype as well.
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}
