import type { Expression } from '../core/ast/expressions.ts';
import type { UpdateStatement } from '../core/ast/statements.ts';
import { childrenOf, expressionsIn } from './walk.ts';

type Assignments = UpdateStatement['set'];

/**
 * Assignments in an order in which each reads its columns before they are changed: the same for a database that computes
 * all from the row as it was, as standard SQL has it, and for one that takes them one after another
 * (https://dev.mysql.com/doc/refman/9.0/en/update.html). `circular`: there is no such order, as where two fields change places.
 */
export function inReadingOrder(set: Assignments, alias: string): Pick<UpdateStatement, 'set' | 'circular'> {
  const ordered: Assignments[number][] = [];
  const rest = [...set];
  while (rest.length > 0) {
    const free = rest.findIndex(({ field }) =>
      rest.every((other) => other.field === field || !reads(other.value, alias, field.column)),
    );
    if (free < 0) return { set, circular: true };
    ordered.push(...rest.splice(free, 1));
  }
  return { set: ordered };
}

function reads(node: Expression, alias: string, column: string): boolean {
  if (node.kind === 'column') return node.alias === alias && node.column === column;
  const inside =
    node.kind === 'subquery' || node.kind === 'exists' || node.kind === 'inQuery' ? expressionsIn(node.query) : [];
  return [...childrenOf(node), ...inside].some((child) => reads(child, alias, column));
}
