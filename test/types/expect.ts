/** Are two types the same, not only assignable to each other? */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if `value` has exactly the type `Expected`. @example same<string>()(post.title) */
export declare function same<Expected>(): <Actual>(
  value: Actual,
  ...mismatch: Equal<Expected, Actual> extends true ? [] : [expected: Expected, actual: Actual]
) => void;
