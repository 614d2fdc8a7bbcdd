import { describe } from 'vitest';

import { COMBINING } from './combining.ts';
import { everyPayload } from './every-payload.ts';

describe('X1: X2: Q6: Q8: queries inside of queries take queries and names, or refuse', () => {
  everyPayload(COMBINING);
});
