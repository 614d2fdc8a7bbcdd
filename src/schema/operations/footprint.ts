import type { TableName } from '../../core/ast/schema.ts';
import { keyOf } from '../creation-order.ts';
import { unreachable } from '../../utils/unreachable.ts';
import type { DraftIndex, Operation } from './operation.ts';

/** What an operation reads or changes: everything, or of each table some of its parts, by their names, or all of it. */
type Footprint = 'everything' | ReadonlyMap<string, ReadonlySet<string> | 'all'>;

/** Whether two operations do the same in either order. Where that cannot be seen, they do not. */
export function isIndependent(a: Operation, b: Operation): boolean {
  const [first, second] = [footprintOf(a), footprintOf(b)];
  if (first === 'everything' || second === 'everything') return false;
  return [...first].every(([table, parts]) => {
    const others = second.get(table);
    if (others === undefined) return true;
    if (parts === 'all' || others === 'all') return false;
    return [...parts].every((part) => !others.has(part));
  });
}

function footprintOf(operation: Operation): Footprint {
  switch (operation.kind) {
    case 'createTable': {
      const { table } = operation;
      const targets = table.foreignKeys.map((key) => [key.table, columns(key.targets)] as const);
      return footprint(...targets, [table, 'all']);
    }
    case 'renameTable': {
      const { table, to } = operation;
      return footprint([table, 'all'], [{ schema: table.schema, name: to }, 'all']);
    }
    case 'addColumn':
      // A key that is counted up may become the primary key.
      return footprint([operation.table, operation.column.identity ? 'all' : columns([operation.column.name])]);
    case 'alterColumn':
      return footprint([operation.table, columns([operation.column.name])]);
    case 'renameColumn':
      return footprint([operation.table, columns([operation.from, operation.to])]);
    case 'addForeignKey': {
      const { table, key } = operation;
      return footprint([key.table, columns(key.targets)], [table, [...columns(key.columns), `constraint ${key.name}`]]);
    }
    case 'addIndex':
      return footprint([operation.table, indexParts(operation.index)]);
    case 'renameIndex':
      return footprint([operation.table, [operation.from, operation.to].map((name) => `constraint ${name}`)]);
    case 'commentOnTable':
      return footprint([operation.table, ['comment']]);
    case 'dropTable':
    case 'dropColumn':
    case 'alterPrimaryKey':
    case 'addCheck':
    case 'dropConstraint':
    case 'validateConstraint':
    case 'dropIndex':
      return footprint([operation.table, 'all']);
    // What a view or code reads is not looked into.
    case 'createView':
    case 'dropView':
    case 'runSql':
    case 'run':
      return 'everything';
    default:
      return unreachable(operation);
  }
}

function columns(names: readonly string[]): string[] {
  // Names that differ by their case alone are the same on some databases.
  return names.map((name) => `column ${name.toLowerCase()}`);
}

function indexParts({ name, parts, where }: DraftIndex): readonly string[] | 'all' {
  const names = parts.flatMap(({ column }) => (column === undefined ? [] : [column]));
  if (where !== undefined || names.length < parts.length) return 'all';
  return [...columns(names), `constraint ${name}`];
}

function footprint(...given: readonly (readonly [TableName, readonly string[] | 'all'])[]): Footprint {
  const all = new Map<string, Set<string> | 'all'>();
  for (const [table, parts] of given) {
    const before = all.get(keyOf(table)) ?? [];
    all.set(keyOf(table), parts === 'all' || before === 'all' ? 'all' : new Set([...before, ...parts]));
  }
  return all;
}
