import type { FetchMode } from './types/index.ts';

/** The ways to load on demand. */
export const FETCH_MODES: readonly FetchMode[] = ['peers', 'one', 'raise'];

export function isFetchMode(value: unknown): value is FetchMode {
  return FETCH_MODES.some((mode) => mode === value);
}
