import type { Migration, Operation } from './operations/operation.ts';

/** `0003_add_post_views` */
export function nextName(all: readonly Migration[], name: string): string {
  const numbers = all.map((migration) => Number(/^\d+/.exec(migration.name)?.[0] ?? 0));
  return `${String(Math.max(0, ...numbers) + 1).padStart(4, '0')}_${name}`;
}

const LONGEST = 48;

/** What the first operations say, as Django does. */
export function nameOf(operations: readonly Operation[], isFirst: boolean): string {
  if (isFirst) return 'initial';
  const parts: string[] = [];
  for (const operation of operations) {
    const part = partOf(operation);
    if (parts.length > 0 && [...parts, part].join('_').length > LONGEST) return `${parts.join('_')}_and_more`;
    parts.push(part);
  }
  return parts.join('_');
}

function partOf(operation: Operation): string {
  const words = wordsOf(operation).join('_').toLowerCase();
  return words
    .replaceAll(/[^a-z\d]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, LONGEST);
}

function wordsOf(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'createTable':
      return [operation.table.name];
    case 'dropTable':
      return ['drop', operation.table.name];
    case 'renameTable':
      return ['rename', operation.table.name, operation.to];
    case 'addColumn':
    case 'alterColumn':
      return [operation.kind === 'addColumn' ? 'add' : 'alter', operation.table.name, operation.column.name];
    case 'dropColumn':
      return ['drop', operation.table.name, operation.column];
    case 'renameColumn':
      return ['rename', operation.table.name, operation.from, operation.to];
    case 'addForeignKey':
      return ['add', operation.key.name];
    case 'addCheck':
      return ['add', operation.check.name];
    case 'addIndex':
      return ['add', operation.index.name];
    case 'dropConstraint':
    case 'dropIndex':
      return ['drop', operation.name];
    case 'createView':
      return ['view', operation.view.name];
    case 'dropView':
      return ['drop', operation.view.name];
    default:
      return ['table' in operation ? operation.table.name : 'change'];
  }
}
