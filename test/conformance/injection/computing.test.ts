import { describe } from 'vitest';

import { COMPUTING } from './computing.ts';
import { everyPayload } from './every-payload.ts';

describe('X1: X2: Q6: Q16: what is computed, and said about a query, is plain data, or refused', () => {
  everyPayload(COMPUTING);
});
