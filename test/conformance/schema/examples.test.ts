/** The law of migrations for the examples: what is applied leaves no difference; up, down and up again give the same schema. */
import { describe, expect, it } from 'vitest';

import { diffSchemas, MigrationEngine, replay, schemaOf } from 'blazeorm/schema';
import type { Migration } from 'blazeorm/schema';

import { models as blog } from '../../../examples/blog/models.ts';
import { models as chinook } from '../../../examples/chinook/models.ts';
import { models as library } from '../../../examples/library/models.ts';
import { freshUrl } from '../../support/database.ts';
import { LiveDatabase } from '../../support/live-schema.ts';

const EXAMPLES: readonly (readonly [string, readonly unknown[]])[] = [
  ['blog', blog],
  ['library', library],
  ['Chinook', Object.values(chinook)],
];

describe('the examples', () => {
  it.each(EXAMPLES)('G2: G3: G7: the tables of the %s come, go, and come again', async (_name, models) => {
    const db = await LiveDatabase.connect(await freshUrl());
    try {
      const live = db as LiveDatabase;
      const wanted = schemaOf(models, live.dialect);
      const operations = diffSchemas(replay([]), wanted, live.dialect);
      const first: Migration = {
        kind: 'migration',
        name: '0001_initial',
        checksum: '',
        after: [],
        replaces: [],
        operations,
      };
      expect(diffSchemas(replay([first]), wanted, live.dialect)).toEqual([]);
      const engine = new MigrationEngine(live, [first]);
      const seen = () => live.introspect({ except: ['blaze_migration'] });
      const empty = await seen();
      await engine.migrate();
      const whole = await seen();
      expect(diffSchemas(whole, wanted, live.dialect, { stored: true })).toEqual([]);
      await engine.rollback({ force: true });
      expect(await seen()).toEqual(empty);
      await engine.migrate();
      expect(await seen()).toEqual(whole);
    } finally {
      await db.close();
    }
  });
});
