import type { SelectStatement } from '../core/ast/expressions.ts';
import type { DeleteStatement, InsertFromStatement, UpdateStatement } from '../core/ast/statements.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import type { ValueType } from '../core/value-types.ts';

/** Where the columns of one entity stand in a row. */
export interface Segment {
  readonly meta: ModelMeta;
  /** Fields that are read. */
  readonly fields: readonly FieldMeta[];
  /** Where each of them stands in the row. */
  readonly positions: readonly number[];
  /** The column that is NULL exactly when a joined row is missing; undefined where it cannot be. */
  readonly presence: number | undefined;
  /** The segment that this one is joined to, and by which relation; none for the root. */
  readonly parent: Segment | undefined;
  readonly relation: RelationMeta | undefined;
  /** Where classes share the table: the same for each class, by the value of the discriminator. */
  readonly variants: ReadonlyMap<unknown, Segment> | undefined;
}

/** A computed value of an entity row. */
export interface ExtraColumn {
  readonly name: string;
  readonly position: number;
  readonly type: ValueType;
  /** Whether it is a whole number that may be greater than those of its type. */
  readonly mayOverflow: boolean;
}

/** How a row becomes entities. */
export interface EntityShape {
  /** Whether entities that the session has already are overwritten. */
  readonly fresh: boolean;
  readonly segments: readonly Segment[];
  readonly annotations: readonly ExtraColumn[];
  /** What the rows are sorted by, where that is asked for: it is no part of an entity. */
  readonly keys: readonly ExtraColumn[];
}

/** How a row becomes plain values. */
export interface ValueShape {
  readonly columns: readonly ExtraColumn[];
}

/** What the planner makes of a request. */
export type Plan =
  | {
      readonly kind: 'entities';
      readonly statement: SelectStatement;
      readonly shape: EntityShape;
      readonly reads: ReadonlySet<ModelMeta>;
    }
  | {
      readonly kind: 'values';
      readonly statement: SelectStatement;
      readonly shape: ValueShape;
      readonly reads: ReadonlySet<ModelMeta>;
    }
  | { readonly kind: 'update'; readonly statement: UpdateStatement; readonly reads: ReadonlySet<ModelMeta> }
  | { readonly kind: 'insertFrom'; readonly statement: InsertFromStatement; readonly reads: ReadonlySet<ModelMeta> }
  | { readonly kind: 'delete'; readonly statement: DeleteStatement; readonly reads: ReadonlySet<ModelMeta> };
