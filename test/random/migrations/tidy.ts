/** What cannot stay in a schema after chance has changed it goes, or becomes what can. */
import { isKeyable, isNumber, isText } from './spec.ts';
import type { CheckSpec, ColumnSpec, IndexSpec, RelationSpec, SchemaSpec, TableSpec } from './spec.ts';

export function tidy(schema: SchemaSpec): SchemaSpec {
  const simple = { ...schema, tables: schema.tables.map(tidyColumns) };
  const linked = {
    ...simple,
    tables: simple.tables.map((table) => ({
      ...table,
      relations: table.relations.filter((relation) => fits(simple, relation)),
      links: table.links.filter(
        ({ target }) =>
          table.key.length === 1 && simple.tables.some(({ id, key }) => id === target && key.length === 1),
      ),
    })),
  };
  return {
    tables: linked.tables.map(tidyParts),
    views: linked.views.flatMap((view) => {
      const table = linked.tables.find(({ id }) => id === view.table);
      if (table === undefined) return [];
      const columns = view.columns.filter(
        (id) => !table.key.includes(id) && table.columns.some((column) => column.id === id),
      );
      return [{ ...view, columns }];
    }),
  };
}

function tidyColumns(table: TableSpec): TableSpec {
  const plain = table.columns.filter(({ generated }) => generated === undefined);
  const canBeComputed = ({ generated }: ColumnSpec): boolean =>
    generated === undefined ||
    plain.some(
      ({ id, type, name }) =>
        id === generated.from &&
        (type === 'int' || type === 'smallInt') &&
        /^[a-z]+\d*$/.test(name) &&
        !WORDS.has(name),
    );
  return {
    ...table,
    columns: table.columns.filter(canBeComputed).map((column) => ({
      ...column,
      ...(table.key.includes(column.id) && { nullable: false, unique: false, index: false, dbDefault: undefined }),
      unique: column.unique && isKeyable(column.type) && !table.key.includes(column.id),
      index: column.index && isKeyable(column.type),
      dbDefault: fitsDefault(column) ? column.dbDefault : undefined,
    })),
  };
}

/** Words that SQL wants in quotes. */
const WORDS = new Set(['user', 'desc', 'check', 'from', 'order', 'group', 'select', 'where', 'to', 'table']);

function fitsDefault({ type, dbDefault }: ColumnSpec): boolean {
  if (typeof dbDefault === 'number') return isNumber(type) && !type.startsWith('decimal');
  if (typeof dbDefault === 'boolean') return type === 'bool';
  return isText(type) || (type === 'enum' && dbDefault === "'green'");
}

function fits(schema: SchemaSpec, { target, to, nullable, onDelete, onUpdate }: RelationSpec): boolean {
  const table = schema.tables.find(({ id }) => id === target);
  const column = table?.columns.find(({ id }) => id === to);
  if (table === undefined || column === undefined) return false;
  if ([onDelete, onUpdate].includes('set null') && !nullable) return false;
  return table.key.length === 1 && (table.key[0] === to || (column.unique && !column.nullable));
}

function tidyParts(table: TableSpec): TableSpec {
  const known = (id: number): ColumnSpec | undefined => table.columns.find((column) => column.id === id);
  const isIndex = ({ parts, where }: IndexSpec): boolean =>
    parts.every(({ column }) => known(column) !== undefined && isKeyable(known(column)!.type)) &&
    (where === undefined || known(where.column) !== undefined);
  const isCheck = ({ column }: CheckSpec): boolean => {
    const found = known(column);
    // MySQL has no checks of keys that it counts up.
    return found !== undefined && !(table.identity && table.key.includes(column));
  };
  const seen = new Set<string>();
  return {
    ...table,
    // Two of one look would have one name.
    indexes: table.indexes.filter((item) => {
      const key = JSON.stringify(item.parts.map(({ column }) => column));
      const isSingle = item.parts.length === 1;
      const twin =
        isSingle && table.columns.some(({ id, unique, index }) => id === item.parts[0]!.column && (unique || index));
      if (!isIndex(item) || seen.has(key) || twin) return false;
      seen.add(key);
      return true;
    }),
    checks: table.checks.filter(isCheck),
  };
}
