import type { DialectId } from '../../../dialects/dialect.ts';
import type { SqlParser } from './deed.ts';
import { mysqlDeeds } from './mysql.ts';
import type { MySQLNode } from './mysql.ts';
import { postgresDeeds } from './postgres.ts';
import type { PostgresTree } from './postgres.ts';

/** What reads SQL of the application's own; undefined where the package for it is not installed. */
export async function loadSqlParser(id: DialectId): Promise<SqlParser | undefined> {
  switch (id) {
    case 'postgres':
      return postgresParser();
    case 'mysql':
    case 'mariadb':
      return mysqlParser();
    case 'sqlite':
      // Nothing is refused there.
      return undefined;
  }
}

/** PostgreSQL's own parser, as WebAssembly. */
async function postgresParser(): Promise<SqlParser | undefined> {
  const found = (await imported('libpg-query')) as
    | { readonly parse: (sql: string) => Promise<unknown>; readonly parseSync: (sql: string) => unknown }
    | undefined;
  if (found === undefined) return undefined;
  // The first parse waits for the module; those after it need not.
  await found.parse('SELECT 1');
  return (sql) => {
    const tree = attempt(() => found.parseSync(sql)) as PostgresTree | undefined;
    return tree === undefined ? undefined : postgresDeeds(tree);
  };
}

/** Of the two that read MySQL's SQL each knows what the other does not. */
async function mysqlParser(): Promise<SqlParser | undefined> {
  const modules = await Promise.all(['mysql', 'mariadb'].map((name) => imported(`node-sql-parser/build/${name}.js`)));
  const parsers = modules.flatMap((found) =>
    found === undefined
      ? []
      : [
          new (
            found as { readonly default: { readonly Parser: new () => { astify(sql: string): unknown } } }
          ).default.Parser(),
        ],
  );
  if (parsers.length === 0) return undefined;
  return (sql) => {
    for (const parser of parsers) {
      const tree = attempt(() => parser.astify(sql)) as MySQLNode | readonly MySQLNode[] | undefined;
      if (tree !== undefined) return mysqlDeeds(Array.isArray(tree) ? tree : [tree as MySQLNode]);
    }
    return undefined;
  };
}

/** An optional package; undefined where it is not installed. */
async function imported(name: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** What cannot be read is a finding, not an error. */
function attempt(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
