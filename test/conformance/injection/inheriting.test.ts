import { describe } from 'vitest';

import { everyPayload } from './every-payload.ts';
import { INHERITING } from './inheriting.ts';

describe('X1: X2: M10: classes that share a table take values as values', () => {
  everyPayload(INHERITING);
});
