/** Lookups as types: the class is in `query/lookups.ts`, which `core` may not import. */

/** The value type that a lookup tests; a symbol, so that no object from outside can look like a lookup. */
export declare const LOOKUP: unique symbol;

/** Every lookup there is. */
export type LookupName =
  | 'exact'
  | 'iexact'
  | 'contains'
  | 'icontains'
  | 'startsWith'
  | 'istartsWith'
  | 'endsWith'
  | 'iendsWith'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'between'
  | 'oneOf'
  | 'isNull'
  | 'regex'
  | 'iregex'
  | 'some'
  | 'none'
  | 'every';

/** A test of a value of type `V`, such as `gt(3)` or `icontains('x')`. Made only by the lookup functions. */
export interface LookupOf<out V> {
  readonly [LOOKUP]: V;
}
