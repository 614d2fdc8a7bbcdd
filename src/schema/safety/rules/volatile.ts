import type { ColumnSchema } from '../../../core/ast/schema.ts';
import type { DialectId } from '../../../dialects/dialect.ts';

/** Functions whose value is the same for all rows of a statement. */
const SAME_FOR_ALL = new Set([
  'now',
  'current_timestamp',
  'current_date',
  'current_time',
  'localtimestamp',
  'localtime',
  'statement_timestamp',
  'transaction_timestamp',
  'current_user',
  'current_setting',
]);
/** Functions of another value for each row. */
const OTHER_FOR_EACH = new Set(['uuid', 'rand', 'uuid_short', 'random_bytes', 'sysdate', 'nextval']);

/**
 * Whether a default makes the database write every row that is there, instead of remembering one value for all of them. A function
 * that is not known is taken for one of another value for each row, as PostgreSQL takes one that is not declared otherwise.
 */
export function isComputed(id: DialectId, { default: value, type }: ColumnSchema): boolean {
  if (typeof value !== 'string') return false;
  const text = value.replaceAll(/'(?:[^']|'')*'/g, "''").trim();
  const called = [...text.matchAll(/([a-z_]\w*)\s*\(/gi)].map(([, name]) => name!.toLowerCase());
  switch (id) {
    case 'postgres':
      return called.some((name) => !SAME_FOR_ALL.has(name) && !TYPES.has(name));
    case 'mysql':
      // Whatever stands in brackets is computed for each row: all but a plain text, where its type is not that of long ones.
      return text !== "''" || type.kind === 'text' || (type.kind === 'string' && type.maxLength === undefined);
    case 'mariadb':
      return called.some((name) => OTHER_FOR_EACH.has(name));
    default:
      return false;
  }
}

/** Words before brackets that call nothing. */
const TYPES = new Set(['varchar', 'numeric', 'decimal', 'timestamp', 'timestamptz', 'time', 'char', 'bit', 'cast']);
