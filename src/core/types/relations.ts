/** Relations as types: what `f.foreignKey()` and its siblings return. */
import type { Flag } from './columns.ts';
import type { Filter, Many, MaybeRefs, Refs } from './conditions.ts';
import type { EntityOf, Model, Ref, ReverseRef, SHAPE, Target, TargetFunction } from './entity.ts';
import type { ExprFor } from './expressions.ts';
import type { LookupOf } from './lookups.ts';
import type { Collection } from './queryset.ts';

/** What is the same for all relations. See `Column` for the meaning of the phantom members. */
interface Relation {
  readonly '~column': never;
  readonly '~named': never;
  readonly '~relation': string;
  readonly '~writable': string;
  readonly '~generated': never;
}

/**
 * `f.foreignKey` and `f.oneToOne`: a relation to one, with a key column. `Null` is `null` or `never`, `To` the field of the
 * target that the key refers to.
 */
export interface ToOne<
  T extends TargetFunction,
  Null = never,
  Flags extends Flag = never,
  To extends string = 'pk',
> extends Relation {
  readonly kind: 'one';
  readonly '~foreignKey': string;
  readonly '~settable': string;
  readonly '~toOne': string;
  readonly '~required': 'optional' extends Flags ? never : string;
  readonly '~optional': 'optional' extends Flags ? string : never;
  readonly '~model': Target<T>;
  readonly '~shape': Target<T>[typeof SHAPE];
  readonly '~null': Null;
  readonly '~key': KeyColumn<KeyOf<Target<T>, To>, Null>;
  readonly '~primary': 'primary' extends Flags ? KeyOf<Target<T>, To> : never;
  readonly '~keyValue': KeyOf<Target<T>, To>;
  readonly '~value': Ref<Target<T>> | Null;
  readonly '~init': EntityOf<Target<T>> | KeyOf<Target<T>, To> | Null;
  readonly '~set': EntityOf<Target<T>> | KeyOf<Target<T>, To> | Null;
  readonly '~filter':
    | Filter<Target<T>>
    | EntityOf<Target<T>>
    | KeyOf<Target<T>, To>
    | LookupOf<EntityOf<Target<T>> | KeyOf<Target<T>, To>>
    | null;
  readonly '~expr': null extends Null ? MaybeRefs<Target<T>> : Refs<Target<T>>;
  readonly '~maybe': MaybeRefs<Target<T>>;
}

/**
 * `f.foreignKey` and `f.oneToOne` that name fields of their own model, for a composite key: `Names` are these. It has no
 * attribute for its key, and a constructor takes either it or its fields.
 */
export interface ToOneBy<T extends TargetFunction, Null, Names extends string> extends Omit<
  ToOne<T, Null, 'optional'>,
  '~foreignKey' | '~named'
> {
  readonly '~foreignKey': never;
  readonly '~named': Names;
}

type KeyOf<M extends Model, To extends string> = M extends { readonly [X in To]: infer V } ? V : never;

/** The value of a foreign key, `authorId`: a column whose type is the target's key. */
export interface KeyColumn<V, Null> {
  readonly kind: 'column';
  readonly '~value': V | Null;
  readonly '~set': V | Null;
  readonly '~filter': V | Null | LookupOf<V | Null>;
  readonly '~expr': ExprFor<V | Null>;
  readonly '~maybe': ExprFor<V | null>;
}

/** `f.reverseOne`: the other side of a one-to-one relation. */
export interface ReverseOne<T extends TargetFunction> extends Relation {
  readonly kind: 'one';
  readonly '~primary': never;
  readonly '~settable': never;
  readonly '~foreignKey': never;
  readonly '~toOne': string;
  readonly '~required': never;
  readonly '~optional': never;
  readonly '~model': Target<T>;
  readonly '~shape': Target<T>[typeof SHAPE];
  readonly '~null': null;
  readonly '~value': ReverseRef<Target<T>> | null;
  readonly '~init': never;
  readonly '~set': never;
  readonly '~filter': Filter<Target<T>> | EntityOf<Target<T>> | null;
  readonly '~expr': MaybeRefs<Target<T>>;
  readonly '~maybe': MaybeRefs<Target<T>>;
}

/** `f.manyToMany` and `f.reverse`: a relation to many. `Via` is the relation of the target that `reverse` names. */
export interface ToMany<T extends TargetFunction, Via extends string = never> extends Relation {
  readonly kind: 'many';
  readonly '~primary': never;
  readonly '~settable': never;
  readonly '~foreignKey': never;
  readonly '~toOne': never;
  readonly '~required': never;
  readonly '~optional': never;
  readonly '~model': Target<T>;
  readonly '~shape': Target<T>[typeof SHAPE];
  readonly '~via': Via;
  readonly '~value': Collection<Target<T>, Via>;
  readonly '~init': never;
  readonly '~set': never;
  readonly '~filter': Filter<Target<T>> | LookupOf<Many<Target<T>>>;
  readonly '~expr': Many<Target<T>>;
  readonly '~maybe': Many<Target<T>>;
}
