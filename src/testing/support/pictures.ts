/** Pictures of memory and database, to compare before and after. */
import { ConfigError } from '../../index.ts';
import type { Collection, Database, Model, Session } from '../../index.ts';

/** What a collection holds, loaded at run time, whatever its type knows of that. */
export function items<M extends Model, Via extends string>(collection: Collection<M, Via>): M[] {
  return [...(collection as unknown as Iterable<M>)];
}

/** The own attributes of an entity. */
export function plain(entity: object | null | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entity ?? {}));
}

/** Every row of every table, as the database has it. */
export async function rowsOf(db: Database): Promise<Record<string, Record<string, unknown>[]>> {
  const session = db.session();
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const { name, table, key } of db.registry.models) {
    if (key.length === 0)
      throw new ConfigError(`Rows of ${name} are in no order that a picture could have.`, {
        model: name,
        remedy: 'Leave views out of the models of this database.',
      });
    const rows = await session.sql`SELECT * FROM ${session.sql.id(table)} ORDER BY 1, 2`;
    if (rows.length > 0) tables[table] = rows;
  }
  await session.close();
  return tables;
}

interface Relation {
  readonly name: string;
  readonly many: boolean;
}

/** An entity as a program sees it: its state, its own values, and what its relations hold, as far as it is at hand. */
export function pictureOf(session: Session, entities: readonly object[]): unknown[] {
  const name = (item: unknown): unknown => {
    if (item === null) return null;
    const index = entities.indexOf(item as object);
    return index >= 0 ? `#${index}` : `${(item as object).constructor.name} ${String((item as { pk?: unknown }).pk)}`;
  };
  return entities.map((entity) => {
    const { relations } = (entity.constructor as unknown as { meta: { relations: readonly Relation[] } }).meta;
    const linked: Record<string, unknown> = {};
    for (const relation of relations) {
      const value = (entity as Record<string, unknown>)[relation.name];
      if (!relation.many) linked[relation.name] = name(value);
      else if ((value as { isLoaded: boolean }).isLoaded)
        linked[relation.name] = [...(value as Iterable<object>)].map(name);
      else linked[relation.name] = 'not loaded';
    }
    return {
      model: entity.constructor.name,
      state: session.state(entity as never),
      values: structuredClone(plain(entity)),
      linked,
    };
  });
}
