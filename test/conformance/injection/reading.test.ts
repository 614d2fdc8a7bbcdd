import { describe } from 'vitest';

import { READING } from './reading.ts';
import { everyPayload } from './every-payload.ts';

describe('X1: X2: Q14: values of queries are plain data, or refused', () => {
  everyPayload(READING);
});
