import type * as Vitest from 'vitest';

/** Only in Vitest; in other runners the rest of this entry is of use all the same. */
const found = await import('vitest').catch(() => undefined);

/** The runner that cases are defined in. @throws Error outside of Vitest. */
export function vitest(): typeof Vitest {
  if (found === undefined) throw new Error('conformance() defines cases of Vitest: run it there, with `npx vitest`.');
  return found;
}
