/** What query sets are made of, where they stand inside of another query. Types only. */

/** What a query set holds, as a list of values: keys of entities, values of a column. */
export declare const MEMBER: unique symbol;

/** A query whose rows are values `V`: of one column, or entities with such a key. */
export interface MembersOf<out V> {
  readonly [MEMBER]: V;
}
