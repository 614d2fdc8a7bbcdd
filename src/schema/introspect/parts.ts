import type { Expression, RawExpression } from '../../core/ast/expressions.ts';
import type { ColumnSchema } from '../../core/ast/schema.ts';
import type { ReferentialAction } from '../../core/metadata.ts';
import type { ValueType } from '../../core/value-types.ts';

/** Parts of a schema that the readers of all databases make in the same way. */

const BOOL: ValueType = Object.freeze({ kind: 'bool' });

/** A condition or value that the database told as a text. */
export function rawExpression(text: string): Expression {
  const raw: RawExpression = { kind: 'raw', parts: [{ kind: 'text', text }], type: BOOL, nullable: true };
  return Object.freeze(raw);
}

const NUMBERS = new Set<ValueType['kind']>(['int', 'smallInt', 'bigint', 'float', 'decimal']);

/** SQL of a default: a plain value where it is a literal of one, and the column's type has such; else the text. */
export function defaultOf(sql: string, { kind }: ValueType): NonNullable<ColumnSchema['default']> | null {
  const word = sql.toLowerCase();
  if (word === 'null') return null;
  if (kind === 'bool') return word === '1' || word === 'true' ? true : word === '0' || word === 'false' ? false : sql;
  return NUMBERS.has(kind) && NUMBER.test(sql) && sql.length <= EXACT_DIGITS ? Number(sql) : sql;
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;
/** Of a number as JavaScript has it. */
const EXACT_DIGITS = 15;

const ACTIONS = new Set<string>(['cascade', 'restrict', 'set null', 'set default']);

/** `SET NULL` as `set null`. */
export function actionOf(text: string): ReferentialAction {
  const action = text.toLowerCase();
  return ACTIONS.has(action) ? (action as ReferentialAction) : 'no action';
}

/** A text as SQL, as all databases read it that take a backslash for one. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
