/** For every file of conformance cases: without its server they are skipped, and what they made on it is dropped. */
import { afterAll, beforeEach, inject } from 'vitest';

import { dropTestDatabases } from './database.ts';
import { serverUrl } from './test-database.ts';

const database = inject('database');
const isMissing = database !== 'sqlite' && serverUrl(database) === undefined;

beforeEach((context) => {
  if (isMissing) context.skip(`this run has no ${database}`);
});

afterAll(dropTestDatabases);
