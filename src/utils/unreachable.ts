/**
 * The `default` of a `switch` over a closed union: the compiler proves that it cannot be reached.
 *
 * @throws TypeError if it is reached all the same (a forged node).
 */
export function unreachable(value: never): never {
  throw new TypeError(`Unreachable case: ${String((value as { kind?: string } | null)?.kind ?? typeof value)}`);
}
