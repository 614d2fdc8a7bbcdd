import type { ModelMeta } from '../core/metadata.ts';
import { ForeignKeyViolationError, IntegrityError } from '../utils/errors.ts';

/**
 * The error of a constraint in the words of the model that was written: table and columns become model and fields.
 * What the database did not name (SQLite names no table for checks and foreign keys) is the model's own.
 */
export function nameModel(error: unknown, meta: ModelMeta): unknown {
  if (!(error instanceof IntegrityError) || (error.model !== undefined && error.model !== meta.table)) return error;
  const fields = fieldsOf(error, meta);
  const Named = error.constructor as new (message: string, details: object) => IntegrityError;
  const what = fields === undefined ? meta.name : fields.map((field) => `${meta.name}.${field}`).join(', ');
  return new Named(`${error.message.replace(/\.$/, '')} (${what}).`, {
    model: meta.name,
    field: fields?.length === 1 ? fields[0] : undefined,
    fields,
    constraint: error.constraint,
    sql: error.sql,
    cause: error.cause,
  });
}

function fieldsOf(error: IntegrityError, meta: ModelMeta): readonly string[] | undefined {
  if (error.fields !== undefined)
    return error.fields.map((column) => meta.fields.find((field) => field.column === column)?.name ?? column);
  if (error.constraint === 'PRIMARY') return meta.primaryKey;
  const index = meta.indexes.find(({ name }) => name === error.constraint);
  if (index !== undefined) return index.columns.map(({ field }) => field.name);
  const owning = meta.relations.filter((relation) => relation.owning);
  return error instanceof ForeignKeyViolationError && owning.length === 1 && error.sql?.startsWith('DELETE') !== true
    ? [owning[0]!.name]
    : undefined;
}
