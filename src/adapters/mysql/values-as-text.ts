/** Up to this number of values a statement is prepared: it is likely to come again, and they are soon encoded. */
const FEW = 64;

/**
 * Whether a statement that writes is to carry its values in its text. Where they are many, that takes the driver a tenth
 * of the time that it takes to encode them one by one, and the server keeps no statement of thousands of placeholders.
 *
 * Only values that mean the same there: not bytes, which would be twice as long, nor what a codec of the application's
 * own made an object of.
 */
export function goAsText(values: readonly unknown[]): boolean {
  return values.length > FEW && values.every(isSameAsText);
}

function isSameAsText(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'bigint':
    case 'boolean':
      return true;
    case 'number':
      // A negative zero would lose its sign.
      return Number.isFinite(value) && !Object.is(value, -0);
    default:
      return value === null;
  }
}
