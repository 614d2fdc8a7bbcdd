import type { Schema, ViewSchema } from '../core/ast/schema.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { Registry } from '../core/registry.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { MariaDBDialect } from '../dialects/mysql/mariadb.ts';
import { MySQLDialect } from '../dialects/mysql/mysql.ts';
import { PostgresDialect } from '../dialects/postgres/postgres.ts';
import { SQLiteDialect } from '../dialects/sqlite/sqlite.ts';
import { planView } from '../query/views.ts';
import { InvalidQueryError, UnsupportedError } from '../utils/errors.ts';
import { schemaOf, viewSchemaOf } from './of-models.ts';
import { tableOf } from './tables.ts';
import { viewsInOrder } from './views.ts';

/** The schema of models, with views in the words of every database that has them. */
export function neutralSchemaOf(models: readonly unknown[], dialect: Dialect): Schema {
  const own = schemaOf(models, dialect);
  if (own.views.length === 0) return own;
  const dialects = [new SQLiteDialect(), new PostgresDialect(), new MySQLDialect(), new MariaDBDialect()];
  const metas = viewsInOrder(new Registry(models).models.map(tableOf));
  const views = own.views.map((view, i): ViewSchema => {
    const meta = metas[i]!;
    // A text without values is what its author wrote, for the database that he has: the others read it otherwise, or not at all.
    if (isText(meta)) return view;
    const sql = dialects.flatMap((other) => {
      const text = other.id === dialect.id ? view.sql : textFor(meta, other);
      return typeof text === 'string' ? [[other.id, text] as const] : [];
    });
    const [first] = sql;
    const isSame = sql.length === dialects.length && sql.every(([, text]) => text === first![1]);
    return { ...view, sql: isSame ? first![1] : Object.fromEntries(sql) };
  });
  return { ...own, views };
}

function isText(meta: ModelMeta): boolean {
  const query = planView(meta)?.query;
  return query?.kind === 'raw' && query.parts.every(({ kind }) => kind === 'text');
}

/** A view in the SQL of another database; `undefined` where that has no words for it, which keeps nobody from using this one. */
function textFor(meta: ModelMeta, dialect: Dialect): ViewSchema['sql'] | undefined {
  try {
    return viewSchemaOf(meta, dialect).sql;
  } catch (error) {
    // SQL of the application's own may hold what is a placeholder elsewhere.
    if (error instanceof UnsupportedError || error instanceof InvalidQueryError) return undefined;
    throw error;
  }
}
