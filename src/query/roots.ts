import type { Origin } from '../core/ast/expressions.ts';

/** The token of a query itself, where nothing else was said: the innermost query set that it stands in. */
export const ROOT: Origin = Symbol('query');
