import type { Expression } from '../core/ast/expressions.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { repeats } from './combine.ts';
import type { QueryState } from './state.ts';
import { hasWindow } from './walk.ts';

/** @throws InvalidQueryError for what a window says of an entity that comes twice: it would be two values on one object. */
export function refuseRepeated(state: QueryState, expression: Expression, name: string): void {
  if (!repeats(state) || !hasWindow(expression)) return;
  throw new InvalidQueryError(
    `The annotation '${name}' of ${state.meta.name} looks at a window over a union() with { all: true }: a row that comes twice is one entity.`,
    { model: state.meta.name, remedy: 'Leave { all: true } away, or read the rows with values().' },
  );
}
