import { inject } from 'vitest';

import type { DatabaseName } from './services.ts';

export * from '../../src/testing/support/database.ts';

/** The database of this run: each in the conformance cases, SQLite in all other tests. */
export const engine: DatabaseName = (inject('database') as DatabaseName | undefined) ?? 'sqlite';
