import { DefinitionError, f, model } from 'blazeorm';
import { expect, it } from 'vitest';

import { errorOf } from '../../support/database.ts';

it.each<[unknown, string]>([
  [60_000, 'takes cache as an object, not an integer. Write cache: { ttl: 60_000 }, in milliseconds.'],
  [{ ttl: 1, tags: [] }, "has no option 'cache.tags'. It has ttl and sensitive."],
  [{}, 'takes cache.ttl as a whole number of milliseconds from 1 to 2147483647.'],
  [{ ttl: 0 }, 'takes cache.ttl as a whole number of milliseconds from 1 to 2147483647.'],
  [{ ttl: 1.5 }, 'takes cache.ttl as a whole number of milliseconds from 1 to 2147483647.'],
  [{ ttl: Infinity }, 'takes cache.ttl as a whole number of milliseconds from 1 to 2147483647.'],
  [{ ttl: '1' }, 'takes cache.ttl as a whole number of milliseconds from 1 to 2147483647.'],
  [{ ttl: 1, sensitive: 'yes' }, 'takes cache.sensitive as true or false, not a string.'],
])('C1: a model with cache: %o is refused', async (cache, problem) => {
  const error = await errorOf(() => model('note', { id: f.auto() }, { cache: cache as { ttl: number } }));
  expect(error).toBeInstanceOf(DefinitionError);
  expect(error.message).toBe(`model('note', …) ${problem}`);
});
