import type { Expression } from '../core/ast/expressions.ts';
import { unreachable } from '../utils/unreachable.ts';

/** Whether an expression may be NULL, as far as its own structure tells. */
export function mayBeNull(node: Expression): boolean {
  switch (node.kind) {
    case 'column':
    case 'param':
    case 'literal':
    case 'arithmetic':
    case 'call':
    case 'case':
    case 'cast':
    case 'window':
    case 'json':
    case 'aggregate':
    case 'subquery':
    case 'raw':
    case 'path':
    case 'relatedAggregate':
    case 'nested':
      return node.nullable;
    case 'compare':
      return node.operator !== 'ne' && (mayBeNull(node.left) || mayBeNull(node.right));
    case 'and':
    case 'or':
      return node.items.some(mayBeNull);
    case 'between':
      return [node.operand, node.low, node.high].some(mayBeNull);
    case 'match':
      return mayBeNull(node.operand) || mayBeNull(node.pattern);
    case 'jsonContains':
    case 'jsonElement':
      return true;
    case 'search':
    case 'arrayTest':
    case 'inList':
      return mayBeNull(node.operand);
    case 'inQuery':
      return node.operands.some(mayBeNull) || node.query.columns.some(({ expression }) => mayBeNull(expression));
    case 'compareRows':
    case 'not':
    case 'isNull':
    case 'exists':
    case 'related':
      return false;
    default:
      return unreachable(node);
  }
}
