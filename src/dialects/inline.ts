import { disjunction } from '../core/ast/expressions.ts';
import type { Expression, InListExpression } from '../core/ast/expressions.ts';
import type { CompiledStatement } from './dialect.ts';

/** The text of a condition with its values written out, for databases whose placeholders are question marks. */
export function inlined({ sql, slots }: CompiledStatement, literal: (value: unknown) => string): string {
  let position = 0;
  // Placeholders are the only question marks outside of quoted text.
  return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\?/g, (token) => {
    if (token !== '?') return token;
    const { bound, encode } = slots[position++]!;
    return literal(encode(bound.kind === 'list' ? bound.values : bound.value));
  });
}

/** A list spelled out, where a constraint takes no subquery. */
export function spelledOut({ operand, list }: InListExpression): Expression {
  const { type, label } = list;
  return disjunction(
    list.values.map((value) => ({
      kind: 'compare',
      operator: 'eq',
      left: operand,
      right: { kind: 'param', value, type, nullable: false, label },
    })),
  );
}
