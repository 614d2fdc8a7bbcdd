/** The database of this run over a way on which requests fail when they are told to. */
import { inject } from 'vitest';

import { freshUrl } from '../../../src/testing/support/database.ts';
import type { FaultyWay } from './fault.ts';
import { FaultyDriver } from './sqlite.ts';
import { FaultyWire } from './wire/faulty-wire.ts';
import { mysql } from './wire/mysql.ts';
import { postgres } from './wire/postgres.ts';

/** Nobody needs an empty database in memory to have been there before. */
export async function openFaultyWay(): Promise<FaultyWay> {
  if (inject('database') === 'sqlite') return new FaultyDriver();
  const url = await freshUrl();
  return FaultyWire.before(url, url.startsWith('postgres') ? postgres : mysql);
}
