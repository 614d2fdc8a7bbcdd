import type { ValueType } from '../../core/value-types.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import { unreachable } from '../../utils/unreachable.ts';
import type { Dialect } from '../dialect.ts';

/** What decides how types are written, beside the type itself. */
export interface TypeContext {
  /** The database, for messages and for the types of custom columns. */
  readonly name: string;
  readonly collation: string;
  /** Whether JSON is a type of its own, and not text that is checked. */
  readonly jsonType: boolean;
}

/** In what MySQL and MariaDB differ, beside their features. */
export interface MySQLFlavour extends Dialect {
  readonly types: TypeContext;
  /**
   * Whether a write with a subquery in its condition has to look like a join: MariaDB runs the subquery for each row of the
   * table otherwise, and locks them all (https://mariadb.com/kb/en/semi-join-subquery-optimizations/).
   */
  readonly joinsOnWrite: boolean;
  /** A match of a regular expression. */
  regex(subject: string, pattern: string, insensitive: boolean): string;
  /** The words for a shared lock on the rows of one table in a join. */
  shareLock(alias: string): string;
  /** A statement that does not look at the rows of foreign keys; the connection does again afterwards. */
  withoutKeyChecks(sql: string): string[];
}

/** What an index can hold of a text whose length nobody said; an index takes 3072 bytes. */
const INDEXED_LENGTH = 255;
/** Characters of four bytes in the longest row. */
const MAX_VARCHAR = 16_383;

/** The name of a column's type in DDL. Texts of any length cannot stand in an index, so there they have a limit. */
export function columnType(type: ValueType, indexed: boolean, context: TypeContext): string {
  switch (type.kind) {
    case 'int':
      return 'int';
    case 'smallInt':
      return 'smallint';
    case 'bigint':
    case 'date':
      return type.kind;
    case 'float':
      return 'double';
    case 'bool':
      return 'tinyint(1)';
    case 'string': {
      const length = type.maxLength ?? (indexed ? INDEXED_LENGTH : Infinity);
      return length > MAX_VARCHAR ? 'longtext' : `varchar(${length})`;
    }
    case 'text':
      return indexed ? `varchar(${INDEXED_LENGTH})` : 'longtext';
    case 'enum':
      return `varchar(${INDEXED_LENGTH})`;
    case 'decimal':
      return decimalType(type, context);
    case 'uuid':
      return UUID;
    case 'time':
      return 'time(6)';
    case 'datetime':
      // What a Date holds.
      return 'datetime(3)';
    case 'json':
    case 'array':
      return 'json';
    case 'binary':
      return indexed ? `varbinary(${INDEXED_LENGTH})` : 'longblob';
    case 'custom':
      return customType(type, context);
    default:
      return unreachable(type);
  }
}

const UUID = 'char(36) CHARACTER SET ascii COLLATE ascii_bin';

function decimalType(
  { precision, scale }: { readonly precision: number; readonly scale: number },
  { name }: TypeContext,
): string {
  if (precision > 65 || scale > 30)
    throw new UnsupportedError(`${name} has decimals of at most 65 digits, 30 of them after the point.`, {
      feature: 'decimals of more than 65 digits',
    });
  return `decimal(${precision}, ${scale})`;
}

function customType({ columnType: given }: Extract<ValueType, { kind: 'custom' }>, { name }: TypeContext): string {
  if (typeof given === 'string') return given;
  return given[name.toLowerCase()] ?? given['mysql'] ?? 'longtext';
}

/** The type as which a value is bound where no column says it; undefined where the value itself says enough. */
export function castType(type: ValueType, { jsonType }: Pick<TypeContext, 'jsonType'>): string | undefined {
  switch (type.kind) {
    case 'float':
      return 'double';
    case 'decimal':
      return `decimal(${Math.min(type.precision, 65)}, ${Math.min(type.scale, 30)})`;
    case 'date':
      return 'date';
    case 'time':
      return 'time(6)';
    case 'datetime':
      return 'datetime(3)';
    case 'json':
    case 'array':
      return jsonType ? 'json' : undefined;
    default:
      return undefined;
  }
}

/** The type of a column of JSON_TABLE: texts of any length, because longer ones would be cut or become NULL. */
export function listType(type: ValueType, context: TypeContext): string {
  switch (type.kind) {
    case 'int':
    case 'smallInt':
    case 'bigint':
      return 'bigint';
    case 'bool':
      return 'tinyint';
    case 'uuid':
      return UUID;
    case 'float':
    case 'decimal':
    case 'date':
    case 'time':
    case 'datetime':
      return castType(type, context)!;
    case 'json':
      // As columns of JSON are where that is text.
      return `longtext CHARACTER SET utf8mb4 COLLATE ${context.jsonType ? context.collation : 'utf8mb4_bin'}`;
    default:
      return `longtext CHARACTER SET utf8mb4 COLLATE ${context.collation}`;
  }
}
