import { describe } from 'vitest';

import { SETTINGS } from './settings.ts';
import { everyPayload } from './every-payload.ts';

describe('X1: X2: A3: what a database, a session or a transaction is told is a known option, or refused', () => {
  everyPayload(SETTINGS);
});
