/** Whom the first `.load()` of a relation loads for: all that came from the same query, this one alone, or nobody. */
export type FetchMode = 'peers' | 'one' | 'raise';

/** The ways to load on demand. */
export const FETCH_MODES: readonly FetchMode[] = ['peers', 'one', 'raise'];

export function isFetchMode(value: unknown): value is FetchMode {
  return FETCH_MODES.some((mode) => mode === value);
}
