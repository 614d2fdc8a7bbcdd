import type { Schema, ViewSchema } from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { MariaDBDialect } from '../dialects/mysql/mariadb.ts';
import { MySQLDialect } from '../dialects/mysql/mysql.ts';
import { PostgresDialect } from '../dialects/postgres/postgres.ts';
import { SQLiteDialect } from '../dialects/sqlite/sqlite.ts';
import { UnsupportedError } from '../utils/errors.ts';
import { keyOf } from './creation-order.ts';
import { schemaOf } from './of-models.ts';

/** The schema of models, with views in the words of every database that has them. */
export function neutralSchemaOf(models: readonly unknown[], dialect: Dialect): Schema {
  const own = schemaOf(models, dialect);
  if (own.views.length === 0) return own;
  const others = [new SQLiteDialect(), new PostgresDialect(), new MySQLDialect(), new MariaDBDialect()];
  const texts = others.map((other) => [other.id, viewsFor(models, other)] as const);
  const views = own.views.map((view): ViewSchema => {
    const sql = texts.flatMap(([id, byKey]) => {
      const text = byKey.get(keyOf(view));
      return text === undefined ? [] : [[id, text] as const];
    });
    const [first] = sql;
    return {
      ...view,
      sql:
        sql.length === others.length && sql.every(([, text]) => text === first![1])
          ? first![1]
          : Object.fromEntries(sql),
    };
  });
  return { ...own, views };
}

function viewsFor(models: readonly unknown[], dialect: Dialect): ReadonlyMap<string, string> {
  try {
    return new Map(
      schemaOf(models, dialect).views.flatMap((view) =>
        typeof view.sql === 'string' ? [[keyOf(view), view.sql]] : [],
      ),
    );
  } catch (error) {
    // What one database lacks keeps nobody from using another.
    if (error instanceof UnsupportedError) return new Map();
    throw error;
  }
}
