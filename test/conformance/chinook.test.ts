/** The main job on each database: the same rows in, the same reports out, to the letter. */
import { describe, expect, it } from 'vitest';

import { runDemo } from '../../examples/chinook/demo.ts';
import { engine, freshUrl } from '../support/database.ts';

describe('the Chinook example', () => {
  it('K3: loads the same rows and gives the same reports as on SQLite', async () => {
    const [here, onSqlite] = [await runDemo(await freshUrl(), {}), await runDemo('sqlite::memory:', {})];
    expect(here.alreadyLoaded).toBe(false);
    expect(here.loaded).toEqual(onSqlite.loaded);
    expect(JSON.stringify(here.reports)).toBe(JSON.stringify(onSqlite.reports));
    // Databases behind a network get batches.
    expect(here.statements['load']! <= (engine === 'sqlite' ? 15_607 : 200)).toBe(true);
  });
});
