import type { Source } from './introspect/source.ts';
import { rowsOf, textOf } from './introspect/source.ts';

/** Something that a database has: what it is known by, and the statement that takes it away. */
export interface Found {
  readonly key: string;
  readonly drop: string;
}

/** What a database is made of, in an order in which it can be dropped. */
export interface Contents {
  /** Every table, view, type, function … that somebody has made. */
  readonly found: (source: Source, schemas: readonly string[]) => Promise<readonly Found[]>;
  /** Around what is dropped. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Schemas, extensions, relations, functions and types of this database, each with what hangs on it
 * (https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-OBJECT-TABLE).
 */
const POSTGRES_OBJECTS = `WITH own AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
  o (rank, class, id) AS (
    SELECT 1, 'pg_namespace'::regclass, oid FROM own
    UNION ALL SELECT 2, 'pg_extension'::regclass, oid FROM pg_extension
    UNION ALL SELECT 3, 'pg_class'::regclass, oid FROM pg_class
      WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relnamespace IN (SELECT oid FROM own)
    UNION ALL SELECT 4, 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace IN (SELECT oid FROM own)
    UNION ALL SELECT 5, 'pg_type'::regclass, t.oid FROM pg_type AS t LEFT JOIN pg_class AS c ON c.oid = t.typrelid
      WHERE t.typtype IN ('e', 'd', 'r', 'c') AND coalesce(c.relkind, 'c') = 'c' AND t.typnamespace IN (SELECT oid FROM own)
  )
  SELECT o.class::text || ' ' || o.id, 'DROP ' || upper(i.type) || ' IF EXISTS ' || i.identity || ' CASCADE'
  FROM o, LATERAL pg_identify_object(o.class, o.id, 0) AS i
  WHERE NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = o.class AND d.objid = o.id AND d.deptype IN ('e', 'i'))
  ORDER BY o.rank, o.id`;

const mysqlObjects = (schemas: readonly string[]): string => {
  const here = (column: string): string => `(${column} = DATABASE()${schemas.map(() => ` OR ${column} = ?`).join('')})`;
  return `SELECT CASE table_type WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, table_schema, table_name
      FROM information_schema.tables WHERE ${here('table_schema')}
    UNION ALL SELECT routine_type, routine_schema, routine_name FROM information_schema.routines WHERE ${here('routine_schema')}
    UNION ALL SELECT 'EVENT', event_schema, event_name FROM information_schema.events WHERE ${here('event_schema')}`;
};

const MYSQL: Contents = {
  async found(source, schemas) {
    const rows = await rowsOf(source, mysqlObjects(schemas), [...schemas, ...schemas, ...schemas]);
    return rows.map(([kind, schema, name]) => {
      const object = `${textOf(kind)} ${source.dialect.quote(textOf(schema), textOf(name))}`;
      return {
        key: object,
        drop: `DROP ${textOf(kind)} IF EXISTS ${source.dialect.quote(textOf(schema), textOf(name))}`,
      };
    });
  },
  before: ['SET FOREIGN_KEY_CHECKS = 0'],
  after: ['SET FOREIGN_KEY_CHECKS = 1'],
};

/** How each database tells what is in it. */
export const CONTENTS: Readonly<Record<Source['dialect']['id'], Contents>> = {
  postgres: {
    found: async (source) =>
      (await rowsOf(source, POSTGRES_OBJECTS)).map(([key, drop]) => ({ key: textOf(key), drop: textOf(drop) })),
    before: [],
    after: [],
  },
  mysql: MYSQL,
  mariadb: MYSQL,
  sqlite: {
    // The tables of a virtual one go with it; views first, because a table cannot go that a broken one reads.
    found: async (source) =>
      (
        await rowsOf(
          source,
          `SELECT type, name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY type = 'table', type = 'virtual', name`,
        )
      ).map(([type, name]) => {
        const object = `${type === 'view' ? 'VIEW' : 'TABLE'} ${source.dialect.quote(textOf(name))}`;
        return { key: object, drop: `DROP ${object.replace(' ', ' IF EXISTS ')}` };
      }),
    before: ['PRAGMA foreign_keys = OFF'],
    after: ['PRAGMA foreign_keys = ON'],
  },
};

/** Drop what is in a database and was not there before. */
export async function dropNew(source: Source, before: readonly Found[], schemas: readonly string[]): Promise<void> {
  const { executor, connection, dialect } = source;
  const contents = CONTENTS[dialect.id];
  const known = new Set(before.map(({ key }) => key));
  const fresh = (await contents.found(source, schemas)).filter(({ key }) => !known.has(key));
  for (const sql of contents.before) await executor.script(connection, sql);
  try {
    for (const { drop } of fresh) await executor.script(connection, drop);
  } finally {
    for (const sql of contents.after) await executor.script(connection, sql);
  }
}
