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
  | 'datePart'
  | 'search'
  | 'jsonPath'
  | 'hasKey'
  | 'jsonContains'
  | 'arrayContains'
  | 'arrayOverlaps'
  | 'arrayLength'
  | 'some'
  | 'none'
  | 'every';

/** A test of a value of type `V`, such as `gt(3)` or `icontains('x')`. Made only by the lookup functions. */
export interface LookupOf<out V> {
  readonly [LOOKUP]: V;
}

/** A value inside of JSON that can be compared with. */
export type JsonScalar = string | number | boolean | null;

/** What a lookup of JSON's parts tests: any JSON, whatever its type. */
export declare const JSON_PARTS: unique symbol;

/** Any JSON value, for lookups that look into it. */
export interface JsonParts {
  readonly [JSON_PARTS]: true;
}

/** What a lookup of an array's items tests. */
export declare const ARRAY_PARTS: unique symbol;

/** Any array of items `V`, for lookups that look into it. */
export interface ArrayParts<out V> {
  readonly [ARRAY_PARTS]: V;
}
