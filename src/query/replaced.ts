import type { Expression } from '../core/ast/expressions.ts';
import { unreachable } from '../utils/unreachable.ts';
import { childrenOf } from './walk.ts';

/**
 * An expression with others in the place of some of its parts: of those for which `instead` has an answer. What aggregates and
 * windows are of stays as it is, and so does what a subquery holds.
 */
export function replaced(node: Expression, instead: (node: Expression) => Expression | undefined): Expression {
  const other = instead(node);
  if (other !== undefined) return other;
  if (node.kind === 'aggregate' || node.kind === 'window') return node;
  const parts = childrenOf(node);
  const others = parts.map((part) => replaced(part, instead));
  return others.every((part, i) => part === parts[i]) ? node : withParts(node, others);
}

/** The same node over other parts; they come in the order of `childrenOf`. */
function withParts(node: Expression, parts: readonly Expression[]): Expression {
  const [first, second, third] = parts as [Expression, Expression, Expression]; // Named cast: as many as the kind has.
  switch (node.kind) {
    case 'compare':
    case 'arithmetic':
      return { ...node, left: first, right: second };
    case 'compareRows':
      return { ...node, left: parts.slice(0, node.left.length), right: parts.slice(node.left.length) };
    case 'and':
    case 'or':
      return { ...node, items: parts };
    case 'not':
    case 'isNull':
    case 'search':
    case 'arrayTest':
    case 'inList':
    case 'json':
    case 'jsonContains':
    case 'cast':
      return { ...node, operand: first };
    case 'nested':
      // Named cast: what is looked for in a set has a type, whatever stands in its place.
      return { ...node, operand: first as typeof node.operand };
    case 'inQuery':
      return { ...node, operands: parts };
    case 'between':
      return { ...node, operand: first, low: second, high: third };
    case 'match':
      return { ...node, operand: first, pattern: second };
    case 'call':
      return { ...node, args: parts };
    case 'case':
      return {
        ...node,
        branches: node.branches.map((_, i) => ({ when: parts[2 * i]!, then: parts[2 * i + 1]! })),
        otherwise: parts[2 * node.branches.length],
      };
    case 'raw': {
      const rest = parts.values();
      return {
        ...node,
        parts: node.parts.map((part) =>
          part.kind === 'text' || part.kind === 'identifier' ? part : rest.next().value!,
        ),
      };
    }
    case 'jsonElement':
    case 'aggregate':
    case 'window':
    case 'path':
    case 'column':
    case 'param':
    case 'literal':
    case 'related':
    case 'relatedAggregate':
    case 'subquery':
    case 'exists':
      return node;
    default:
      return unreachable(node);
  }
}
