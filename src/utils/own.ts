/**
 * The same without what it inherits: who merged JSON into `Object.prototype` gives no option, and confirms nothing.
 */
export function own<T extends object>(options: T): T {
  return Object.assign(Object.create(null) as object, options) as T;
}
