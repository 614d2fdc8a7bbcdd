import type { Dialect } from '../dialects/dialect.ts';
import { qualified } from '../dialects/schemas.ts';
import type { Rebuild } from './rebuild.ts';

/** The statements that make a table anew, for a script; triggers and indexes that no model knows are no part of it. */
export function rebuildSql({ before, after, sources }: Rebuild, dialect: Dialect): string[] {
  const fresh = { ...after, name: `_blaze_new_${after.name}`, indexes: [] };
  const columns = [...sources.keys()].map((name) => dialect.quote(name)).join(', ');
  return [
    ...dialect.ddl({ kind: 'createTable', table: fresh, ifNotExists: false }),
    `INSERT INTO ${qualified(dialect, fresh)} (${columns}) SELECT ${[...sources.values()].join(', ')} FROM ${qualified(dialect, before)}`,
    ...dialect.ddl({ kind: 'dropTable', table: before, ifExists: false }),
    'PRAGMA legacy_alter_table = ON',
    ...dialect.ddl({ kind: 'renameTable', table: fresh, to: after.name }),
    'PRAGMA legacy_alter_table = OFF',
    ...after.indexes
      .filter(({ fullText }) => fullText === undefined)
      .flatMap((index) => dialect.ddl({ kind: 'createIndex', table: after, index, ifNotExists: false })),
  ];
}
