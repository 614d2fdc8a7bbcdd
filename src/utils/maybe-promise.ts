/** A value now, or later. Synchronous drivers answer now, and pay for no promise on the way. */
export type MaybePromise<T> = T | Promise<T>;

/** Narrow a `MaybePromise`. Any thenable counts, as it does for `await`. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** `value.then(next)`, but at once where `value` is not a promise. */
export function chain<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value);
}
