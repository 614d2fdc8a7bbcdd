import type { Expression } from '../../../core/ast/expressions.ts';
import type { ColumnSchema, TableName } from '../../../core/ast/schema.ts';
import { shortName } from '../../../utils/naming.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Stage } from '../finding.ts';
import { abilitiesOf } from '../words.ts';

/** The check that stands in for NOT NULL until that can be had without looking at the rows. */
export function presenceOf(
  table: TableName,
  column: ColumnSchema,
): { readonly name: string; readonly condition: Expression } {
  const { name, type } = column;
  const operand = { kind: 'column', alias: '', column: name, type, nullable: true } as const;
  return { name: shortName(`${table.name}_${name}_present`), condition: { kind: 'isNull', operand, negated: true } };
}

/**
 * A column that is nullable becomes required: what it needs before, and what it is done with in the end. Where checks can come
 * late, one of them is validated first, and NOT NULL then believes it (PostgreSQL 12 and later).
 */
export function required(
  place: Place,
  table: TableName,
  to: ColumnSchema,
): { readonly before: readonly Stage[]; readonly last: readonly Operation[] } {
  const altered = (column: ColumnSchema): Operation => ({
    kind: 'alterColumn',
    table,
    column,
    fill: undefined,
    using: undefined,
  });
  if (!abilitiesOf(place).lateChecks) return { before: [], last: [altered(to)] };
  const check = presenceOf(table, to);
  // Without its default for a moment, with which it would look for rows to fill.
  const bare = { ...to, default: undefined };
  return {
    before: [
      { operations: [{ kind: 'addCheck', table, check, notValid: true }] },
      { operations: [{ kind: 'validateConstraint', table, name: check.name }] },
    ],
    last: [
      altered(bare),
      { kind: 'dropConstraint', table, name: check.name },
      ...(to.default === undefined ? [] : [altered(to)]),
    ],
  };
}

/** A stage of its own, once that has been done which comes first. */
export function alone(operation: Operation, first?: string): readonly Stage[] {
  return [{ operations: [] }, { operations: [operation], first }];
}

/** A table as those say it who write migrations. */
export function tableLike({ schema, name }: TableName): string | { readonly schema: string; readonly name: string } {
  return schema === undefined ? name : { schema, name };
}
