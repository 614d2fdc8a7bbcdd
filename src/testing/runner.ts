import type * as Vitest from 'vitest';

import { ConfigError } from '../index.ts';

/** Only in Vitest; in other runners the rest of this entry is of use all the same. */
const found = await import('vitest').catch(() => undefined);

/** The runner that cases are defined in. @throws ConfigError outside of Vitest. */
export function vitest(): typeof Vitest {
  if (found === undefined)
    throw new ConfigError('conformance() defines cases of Vitest, and this is another runner.', {
      remedy: 'Run it with `npx vitest`.',
    });
  return found;
}
