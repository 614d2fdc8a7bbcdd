import { describe } from 'vitest';

import { WRITING } from './writing.ts';
import { everyPayload } from './every-payload.ts';

describe('X1: X2: M3: what is written is plain data, or refused', () => {
  everyPayload(WRITING);
});
