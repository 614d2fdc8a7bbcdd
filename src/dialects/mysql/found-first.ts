import type { ColumnExpression, Expression } from '../../core/ast/expressions.ts';
import type { DeleteStatement, UpdateStatement } from '../../core/ast/statements.ts';
import type { FieldMeta, ModelMeta } from '../../core/metadata.ts';
import { partsOf } from '../../core/relation-keys.ts';

/**
 * The condition of a write, so that which rows are written is known before the first of them is. MySQL and MariaDB look at row
 * after row, and write one before they look at the next: a foreign key that a delete sets to NULL, or a row that it takes
 * along, would then count as if it had been so from the start.
 */
export function foundFirst({ kind, model, alias, where }: UpdateStatement | DeleteStatement): Expression | undefined {
  if (where === undefined || alias === undefined || where.kind === 'inQuery') return where;
  const keys =
    kind === 'delete' ? model.relations.filter(({ owning, onDelete }) => owning && SETTING.has(onDelete)) : [];
  const changing = new Set(keys.flatMap(({ sourceField }) => partsOf(sourceField)).map((field) => field.column));
  if (!dependsOn(where, alias, changing)) return where;
  const columns = model.key.map((field) => column(alias, field));
  const query = {
    kind: 'select' as const,
    distinct: false,
    columns: columns.map((expression) => ({ expression, as: undefined })),
    from: { schema: model.schema, table: model.table, alias },
    joins: [],
    where,
    groupBy: [],
    having: undefined,
    orderBy: [],
    limit: undefined,
    offset: undefined,
    lock: undefined,
  };
  return { kind: 'inQuery', operands: columns, query };
}

const SETTING = new Set<ModelMeta['relations'][number]['onDelete']>(['set null', 'set default']);

function column(alias: string, { column: name, type }: FieldMeta): ColumnExpression {
  return { kind: 'column', alias, column: name, type, nullable: false };
}

/** Whether a condition reads other rows than the one that it is about, or one of these columns. */
function dependsOn(node: unknown, alias: string, columns: ReadonlySet<string>): boolean {
  if (Array.isArray(node)) return node.some((item) => dependsOn(item, alias, columns));
  if (typeof node !== 'object' || node === null || !('kind' in node)) return false;
  const given = node as Expression; // Named cast: what has a kind in an expression is one, or none of the kinds below.
  if (given.kind === 'case') {
    const parts = given.branches.flatMap(({ when, then }) => [when, then]);
    return dependsOn([...parts, given.otherwise], alias, columns);
  }
  if (given.kind === 'exists' || given.kind === 'subquery' || given.kind === 'inQuery') return true;
  if (given.kind === 'column') return given.alias === alias && columns.has(given.column);
  if (given.kind === 'param' || given.kind === 'search') return false;
  return Object.values(given).some((item) => dependsOn(item, alias, columns));
}

/** Whether rows are chosen by those of another table, or by a list. */
export function hasSubquery(where: Expression | undefined): boolean {
  switch (where?.kind) {
    case 'inList':
    case 'inQuery':
    case 'exists':
      return true;
    case 'and':
    case 'or':
      return where.items.some(hasSubquery);
    case 'not':
      return hasSubquery(where.operand);
    default:
      return false;
  }
}
