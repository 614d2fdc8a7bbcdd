/** The type of `f`. */
import type { FetchMode } from '../fetch-mode.ts';
import type { Cascade } from '../metadata.ts';
import type { ColumnBuilders, FlagsOf, NullableOption, ReferentialAction } from './columns.ts';
import type { TargetFunction } from './entity.ts';
import type { ReverseOne, ToMany, ToOne, ToOneBy } from './relations.ts';

/** Options of `f.foreignKey` and `f.oneToOne`. */
export interface ForeignKeyOptions {
  readonly nullable?: boolean;
  /** The key for a new entity that gives none. */
  readonly default?: KeyDefault | (() => KeyDefault);
  /** What happens to this row when the target's is deleted; `'no action'` by default. */
  readonly onDelete?: ReferentialAction;
  readonly onUpdate?: ReferentialAction;
  /** A unique field of the target to refer to, in place of its primary key. */
  readonly to?: string;
  /**
   * For a target with a composite key: the fields of this model that hold it, in its order. They are columns of their own,
   * which relations may share, and which may be part of this model's key. With one of them NULL a row refers to nothing.
   *
   * @example f.foreignKey(() => OrderLine, { fields: ['orderId', 'line'] })
   */
  readonly fields?: readonly string[];
  /** The name of the key column, where it is not `author_id` for `author`. */
  readonly column?: string;
  readonly index?: boolean;
  readonly unique?: boolean;
  /** The key is this model's primary key, too. */
  readonly primaryKey?: boolean;
  readonly comment?: string;
  readonly renamedFrom?: string;
  /** How it is loaded on demand, whatever the session says. */
  readonly fetchMode?: FetchMode;
}

/** Options of `f.manyToMany`. */
export interface ManyToManyOptions {
  /** The model of the link rows, where they have columns of their own. */
  readonly through?: TargetFunction;
  /** The name of the link table. */
  readonly table?: string;
  /** How it is loaded on demand, whatever the session says. */
  readonly fetchMode?: FetchMode;
}

/** Options of `f.reverse` and `f.reverseOne`. */
export interface ReverseOptions {
  /**
   * What the session does with the entities at the other end, beside what the database does by `onDelete`. `'delete'`: they are
   * deleted with this one. `'delete-orphan'`: also when they are taken out of the relation and come to no other.
   */
  readonly cascade?: Cascade;
  /** How it is loaded on demand, whatever the session says. */
  readonly fetchMode?: FetchMode;
}

interface FieldsOption {
  readonly fields: readonly string[];
}

interface NoFields {
  readonly fields?: undefined;
}

interface ToOption {
  readonly to: string;
}

type KeyDefault = string | number | bigint;

type NullOf<O> = O extends NullableOption ? null : never;
type ToOf<O> = O extends ToOption ? O['to'] : 'pk';

/**
 * The builders of fields: the type of `f`.
 *
 * @example class Post extends model('post', { id: f.auto(), author: f.foreignKey(() => Author) }) {}
 */
export interface FieldBuilders extends ColumnBuilders {
  /** A relation to one. Gives two attributes: `author` and `authorId`. */
  foreignKey<T extends TargetFunction, const O extends ForeignKeyOptions & NoFields>(
    target: T,
    options?: O,
  ): ToOne<T, NullOf<O>, FlagsOf<O>, ToOf<O>>;
  foreignKey<T extends TargetFunction, const O extends ForeignKeyOptions & FieldsOption>(
    target: T,
    options: O,
  ): ToOneBy<T, NullOf<O>, O['fields'][number]>;
  /** A foreign key that is unique. */
  oneToOne<T extends TargetFunction, const O extends ForeignKeyOptions & NoFields>(
    target: T,
    options?: O,
  ): ToOne<T, NullOf<O>, FlagsOf<O>, ToOf<O>>;
  oneToOne<T extends TargetFunction, const O extends ForeignKeyOptions & FieldsOption>(
    target: T,
    options: O,
  ): ToOneBy<T, NullOf<O>, O['fields'][number]>;
  /** A relation to many, through a table of links. */
  manyToMany<T extends TargetFunction>(target: T, options?: ManyToManyOptions): ToMany<T>;
  /** The other side of a foreign key or many-to-many relation `via` of the target. */
  reverse<T extends TargetFunction, const Via extends string>(
    target: T,
    via: Via,
    options?: ReverseOptions,
  ): ToMany<T, Via>;
  /** The other side of a one-to-one relation `via` of the target. */
  reverseOne<T extends TargetFunction>(target: T, via: string, options?: ReverseOptions): ReverseOne<T>;
}
