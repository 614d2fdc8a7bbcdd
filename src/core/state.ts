import type { EntityGroup } from './loader.ts';

/** A row as the driver gave it, in the order of `meta.fields`: the snapshot that changes are measured against. */
export type Row = readonly unknown[];

/** Loaded relations of one entity, by `relation.index`: an entity, null, or a collection. */
export type Links = unknown[];

/** Returns its argument, so that a subclass's private fields land on an object that exists already. */
class Stamp {
  constructor(entity: object) {
    return entity;
  }
}

/**
 * The private state of an entity: three private fields, stamped on the plain object. Nothing of it shows in
 * `console.log`, spread, JSON or `toEqual`; reading it costs a property load, not a `WeakMap`.
 */
export class State extends Stamp {
  #row: Row | null;
  #group: EntityGroup | null;
  #links: Links | null;

  constructor(entity: object, row: Row | null, group: EntityGroup | null) {
    super(entity);
    this.#row = row;
    this.#group = group;
    this.#links = null;
  }

  /** Whether the value is an entity at all. */
  static is(value: unknown): value is object {
    return typeof value === 'object' && value !== null && #row in value;
  }

  /** The row last read or written; null for what is new or not loaded. */
  static row(entity: object): Row | null {
    return (entity as State).#row;
  }

  static setRow(entity: object, row: Row | null): void {
    (entity as State).#row = row;
  }

  /** Where the entity came from and which entities came with it; null for what no session knows. */
  static group(entity: object): EntityGroup | null {
    return (entity as State).#group;
  }

  static setGroup(entity: object, group: EntityGroup | null): void {
    (entity as State).#group = group;
  }

  static links(entity: object): Links | null {
    return (entity as State).#links;
  }

  static setLinks(entity: object, links: Links | null): void {
    (entity as State).#links = links;
  }

  static link(entity: object, index: number): unknown {
    return (entity as State).#links?.[index];
  }

  static setLink(entity: object, index: number, value: unknown): void {
    ((entity as State).#links ??= [])[index] = value;
  }
}
