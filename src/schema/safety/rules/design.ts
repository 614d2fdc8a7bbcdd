import type { ColumnSchema, TableName } from '../../../core/ast/schema.ts';
import type { Remark } from '../finding.ts';
import { columnName } from '../words.ts';

/** Types that are regretted later, by the words of the application's own columns. */
const REGRETTED: readonly {
  readonly type: RegExp;
  readonly rule: string;
  readonly why: string;
  readonly remedy: string;
}[] = [
  {
    type: /^(?:char|character|bpchar)\b(?!\s*varying)/i,
    rule: 'padded text',
    why: 'is filled with spaces',
    remedy: 'Use f.string() or f.text().',
  },
  {
    type: /^(?:small|big)?serial\b/i,
    rule: 'serial',
    why: 'has a sequence that is owned and granted apart from it',
    remedy: 'Use f.auto(), an identity column.',
  },
  {
    type: /^json$/i,
    rule: 'plain json',
    why: 'cannot be compared: SELECT DISTINCT and GROUP BY of it fail',
    remedy: 'Use f.json(), which is jsonb.',
  },
  {
    type: /^timestamp(?:\s*\(\d+\))?(?:\s+without.*)?$/i,
    rule: 'time without zone',
    why: 'does not say which moment it means',
    remedy: 'Use f.datetime(), which is timestamptz.',
  },
];

/** Whether each row gets a number of its own when the column comes. */
export function isSerial({ type }: ColumnSchema): boolean {
  return type.kind === 'custom' && /^(?:small|big)?serial\b/i.test(ownType(type));
}

function ownType({ columnType }: Extract<ColumnSchema['type'], { kind: 'custom' }>): string {
  return typeof columnType === 'string' ? columnType : (columnType['postgres'] ?? '');
}

/** What is said of a new column, and keeps nobody from adding it. */
export function columnAdvice(table: TableName, { name, type, identity }: ColumnSchema): Remark[] {
  const advice = (rule: string, why: string, remedy: string): Remark => ({
    rule,
    severity: 'advice',
    what: `${columnName(table, name)} ${why}.`,
    grows: false,
    remedy,
  });
  if (identity && (type.kind === 'int' || type.kind === 'smallInt'))
    return [advice('small key', 'runs out of numbers at 2 147 483 647', 'Use f.bigAuto().')];
  if (type.kind !== 'custom') return [];
  return REGRETTED.filter((other) => other.type.test(ownType(type))).map(({ rule, why, remedy }) =>
    advice(rule, why, remedy),
  );
}
