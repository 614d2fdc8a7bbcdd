/** For every file of conformance cases: the database of this run. Without its server they are skipped. */
import { afterAll, beforeEach, expect, inject, vi } from 'vitest';

import { statementChannel } from '../../src/index.ts';
import { areWritesHeard, isHeard } from '../../src/core/listeners.ts';
import { beginFile } from '../../src/testing/support/this-file.ts';
import { useTarget } from '../../src/testing/target.ts';
import type { SqlName } from '../../src/testing/target.ts';
import { createTestDatabase, serverUrl } from './test-database.ts';
import type { SqlServerName } from './test-database.ts';

const name = inject('database') as SqlServerName | 'sqlite';
const isMissing = name !== 'sqlite' && serverUrl(name) === undefined;
const dialect: SqlName = name === 'postgres15' ? 'postgres' : name;

beginFile();
useTarget({
  name,
  dialect,
  // Where the server is missing every case is skipped, and what they share may as well be in memory.
  createDatabase: () => (name === 'sqlite' || isMissing ? { url: 'sqlite::memory:' } : createTestDatabase(name)),
});

// The next file runs in the same process.
afterAll(() => {
  expect({
    'hooks that nobody took back': areWritesHeard() || isHeard('afterLoad'),
    'somebody who still hears statements': statementChannel.hasSubscribers,
    'a time that stands still': vi.isFakeTimers(),
  }).toEqual({
    'hooks that nobody took back': false,
    'somebody who still hears statements': false,
    'a time that stands still': false,
  });
});

beforeEach((context) => {
  if (isMissing) context.skip(`this run has no ${name}`);
});
