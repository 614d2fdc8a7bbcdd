import { typeOf } from '../core/ast/expressions.ts';
import type { CaseExpression, Expression } from '../core/ast/expressions.ts';
import type { CaseFunction } from '../core/types/index.ts';
import { alternatives } from './alternatives.ts';
import { conditionNode, ExpressionBuilder } from './expressions.ts';

interface Branch {
  readonly when: Expression;
  readonly value: unknown;
}

/** A choice under construction. It is an expression at any time: NULL where no condition is true. */
class CaseBuilder extends ExpressionBuilder {
  readonly #branches: readonly Branch[];

  constructor(branches: readonly Branch[]) {
    super(choice(branches, undefined), 'The query');
    this.#branches = branches;
  }

  when(condition: unknown, value: unknown): CaseBuilder {
    return new CaseBuilder([...this.#branches, { when: conditionNode(condition), value }]);
  }

  otherwise(value: unknown): ExpressionBuilder {
    return value === null ? this : new ExpressionBuilder(choice(this.#branches, value), 'The query');
  }
}

function choice(branches: readonly Branch[], otherwise: unknown): CaseExpression {
  const given = branches.map(({ value }) => value);
  const { nodes, type } = alternatives(otherwise === undefined ? given : [...given, otherwise], 'caseWhen()');
  return Object.freeze({
    kind: 'case',
    branches: branches.map(({ when }, i) => ({ when, then: nodes[i]! })),
    otherwise: otherwise === undefined ? undefined : nodes.at(-1)!,
    type,
    nullable: otherwise === undefined || nodes.some((node) => typeOf(node).nullable),
  });
}

/**
 * The value of the first condition that is true; NULL where none is, unless `otherwise` says what.
 *
 * @throws InvalidQueryError for values of different types.
 * @example
 * ```ts ignore
 * caseWhen(p.views.gte(1000), 'hot').when(p.views.gte(100), 'warm').otherwise('cold')
 * ```
 */
export const caseWhen = ((condition: unknown, value: unknown) =>
  new CaseBuilder([{ when: conditionNode(condition), value }])) as unknown as CaseFunction; // Named cast: types follow from phantom members.
