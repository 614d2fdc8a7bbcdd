import { typeOf } from '../core/ast/expressions.ts';
import type { CompareExpression, Expression, ParamExpression, SelectStatement } from '../core/ast/expressions.ts';
import type { FieldMeta } from '../core/metadata.ts';
import type { ValueType } from '../core/value-types.ts';
import { isWhole } from './functions.ts';
import { mayBeNull } from './nullability.ts';
import { QueryCompiler } from './query-compiler.ts';

/**
 * For servers on which a parameter has no type of its own: beside a column it takes the column's, anywhere else it is
 * cast, so that a number is never read as text.
 */
export abstract class TypedCompiler extends QueryCompiler {
  /** A placeholder as a value of this type. */
  protected abstract cast(sql: string, type: ValueType): string;
  /** Whether a value needs no cast beside a column. */
  protected abstract takesTypeOf(type: ValueType, column: ValueType): boolean;

  protected override param(node: ParamExpression, encode: (value: unknown) => unknown): string {
    return this.cast(this.writer.bind(node, encode), node.type);
  }

  /** A value that takes its type from a column beside it. */
  protected override beside(node: Expression, column: Expression): string {
    return node.kind === 'param' && column.kind === 'column' && this.takesTypeOf(node.type, column.type)
      ? this.bare(node)
      : this.operand(node);
  }

  protected bare(node: ParamExpression): string {
    return this.writer.bind(node, this.encoder(node.type));
  }

  protected override assigned(field: FieldMeta, value: Expression): string {
    // The text of 2.5 says no whole number; the float does, rounded.
    const rounds = isWhole(field.type) && typeOf(value).type.kind === 'float';
    return value.kind === 'param' && !rounds
      ? this.writer.bind(value, this.encoder(field.type))
      : this.expression(value);
  }

  /** In the list of a query a parameter stands beside no column. */
  protected override inserted(field: FieldMeta, value: Expression): string {
    return value.kind === 'param' ? this.param(value, this.encoder(field.type)) : super.inserted(field, value);
  }

  protected override compare(node: CompareExpression): string {
    const { operator, left, right } = node;
    const [a, b] = [this.beside(left, right), this.beside(right, left)];
    if (operator === 'ne' && (mayBeNull(left) || mayBeNull(right))) return this.distinct(a, b);
    const sign = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' }[operator];
    return `${a} ${sign} ${b}`;
  }

  protected override between(operand: Expression, low: Expression, high: Expression): string {
    return `${this.operand(operand)} BETWEEN ${this.beside(low, operand)} AND ${this.beside(high, operand)}`;
  }

  /** Each parameter is another, so an expression with one is equal to none but itself: it is named by its position. */
  protected override groupKey(item: Expression, query: SelectStatement): string {
    return this.position(item, query) ?? super.groupKey(item, query);
  }

  /** The position of an expression in the result, if it is there and no plain column. */
  protected position(item: Expression, query: Pick<SelectStatement, 'columns'>): string | undefined {
    const index = item.kind === 'column' ? -1 : query.columns.findIndex(({ expression }) => expression === item);
    return index < 0 ? undefined : String(index + 1);
  }
}
