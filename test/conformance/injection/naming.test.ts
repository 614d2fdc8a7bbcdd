import { describe } from 'vitest';

import { NAMING } from './naming.ts';
import { everyPayload } from './every-payload.ts';

describe('X1: X2: Q13: names, numbers and options of queries are known ones, or refused', () => {
  everyPayload(NAMING);
});
