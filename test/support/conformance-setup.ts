/** For every file of conformance cases: the database of this run. Without its server they are skipped. */
import { beforeEach, inject } from 'vitest';

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

beforeEach((context) => {
  if (isMissing) context.skip(`this run has no ${name}`);
});
