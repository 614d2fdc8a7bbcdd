/** What a database has, in its own words, to be compared with what another one has. */
import type { Database } from 'blazeorm';

import { engineOf } from '../../src/persistence/database.ts';

type Row = Readonly<Record<string, unknown>>;

/** Tables with columns, indexes, constraints; views. Without the table of migrations. */
export async function pictureOf(db: Database): Promise<unknown> {
  const session = db.session();
  switch (engineOf(db).adapter.dialect.id) {
    case 'sqlite':
      return session.sql`
        SELECT type, name, tbl_name, sql FROM sqlite_schema
        WHERE tbl_name NOT IN ('blaze_migration', 'sqlite_sequence') ORDER BY type, name`;
    case 'postgres':
      return {
        columns: await session.sql`
          SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, ordinal_position
          FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'blaze_migration'
          ORDER BY table_name, column_name`,
        indexes: await session.sql`
          SELECT indexname, indexdef, indisvalid FROM pg_indexes JOIN pg_index ON indexrelid = indexname::regclass
          WHERE schemaname = 'public' AND tablename <> 'blaze_migration' ORDER BY indexname`,
        constraints: await session.sql`
          SELECT conname, pg_get_constraintdef(oid) AS text FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace AND conrelid <> 'blaze_migration'::regclass ORDER BY conname`,
      };
    case 'mysql':
    case 'mariadb': {
      const tables = await session.sql<{ name: string }>`
        SELECT table_name AS name FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name <> 'blaze_migration' ORDER BY table_name`;
      const texts: string[] = [];
      for (const { name } of tables) {
        const [row] = (await session.sql`SHOW CREATE TABLE ${session.sql.id(name)}`) as Row[];
        texts.push(String(row!['Create Table'] ?? row!['Create View']).replace(/ AUTO_INCREMENT=\d+/, ''));
      }
      return texts;
    }
  }
}
