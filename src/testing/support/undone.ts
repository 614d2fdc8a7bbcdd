/** Ends a transaction whose writes are not to stay: `.catch(onlyUndone)` lets this pass, and nothing else. */
export class Undone extends Error {}

export function onlyUndone(error: unknown): void {
  if (!(error instanceof Undone)) throw error;
}
