import { expect, it } from 'vitest';

import { Database } from 'blazeorm';

import { healthOf } from '../../../src/adapters/health.ts';

it('A1: health() asks the database, and says what is wrong instead of failing', async () => {
  const db = await Database.connect('sqlite::memory:');
  const [up] = await db.health();
  expect(up).toEqual({
    role: 'primary',
    server: 'sqlite::memory:',
    up: true,
    ms: expect.any(Number),
    error: undefined,
  });
  await db.close();
  const [down] = await db.health();
  expect(down).toMatchObject({ role: 'primary', up: false, error: { code: 'E_CONNECTION' } });
});

it('A1: a server that does not answer in time is not up', async () => {
  const health = await healthOf('primary', 'somewhere', 1, () => new Promise(() => undefined));
  expect(health).toMatchObject({
    up: false,
    error: { code: 'E_CONNECTION', message: 'The server did not answer within 1 ms.' },
  });
});
