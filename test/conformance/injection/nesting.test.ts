import { describe } from 'vitest';

import { everyPayload } from './every-payload.ts';
import { NESTING } from './nesting.ts';

describe('X1: X2: Q6: Q16: prepared queries, trees and queries inside of expressions take values as values', () => {
  everyPayload(NESTING);
});
