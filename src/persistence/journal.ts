import type { ChangingCollection, EntityGroup } from '../core/loader.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import type { Told } from '../core/told.ts';
import type { Written } from './written.ts';

/** Attributes by name, as they were. */
type Values = Readonly<Record<string, unknown>>;

/** One thing that was done to memory, and what it takes to undo it. */
export type Deed = Inserted | Updated | Touched;

/** New entities that one step inserted. `values`: the attributes that the flush or the database filled in. */
export interface Inserted {
  readonly kind: 'inserted';
  readonly meta: ModelMeta;
  readonly entities: readonly object[];
  readonly values: readonly Values[];
}

/** Stored entities that one step updated, with the rows that they had. */
export interface Updated {
  readonly kind: 'updated';
  readonly meta: ModelMeta;
  readonly entities: readonly object[];
  readonly rows: readonly Row[];
  readonly values: readonly Values[];
}

/** One entity that was deleted, evicted or read again. */
export interface Touched {
  readonly kind: 'touched';
  readonly meta: ModelMeta;
  readonly entity: object;
  readonly row: Row | null;
  readonly group: EntityGroup | null;
  /** Of what was expired: its links to one, by `relation.index`. */
  readonly links?: readonly unknown[];
}

/** An entity with unwritten changes, as it was: its attributes, and its links to one by `relation.index`. */
export interface Unwritten {
  readonly values: Readonly<Record<string, unknown>>;
  readonly links: readonly unknown[] | null;
  /** References by unique fields that were given an entity. */
  readonly told: Told | undefined;
}

/** What was unwritten when a transaction began. */
export interface JournalStart {
  readonly unwritten: ReadonlyMap<object, Unwritten>;
  readonly added: ReadonlySet<object>;
  readonly deleted: ReadonlySet<object>;
  readonly collections: ReadonlySet<ChangingCollection>;
}

const EMPTY: JournalStart = { unwritten: new Map(), added: new Set(), deleted: new Set(), collections: new Set() };

/**
 * What one transaction, or one savepoint, has done to memory: enough to put everything back. Undone from the last
 * deed to the first, so an entity that was written twice goes back to where it was when the transaction began.
 */
export class Journal {
  readonly deeds: Deed[] = [];
  /** What puts each back: to what it was first, and then what has come to last since. */
  readonly collections = new Map<ChangingCollection, (() => void)[]>();
  /** What flushes have written, for the hooks of the end. */
  readonly written: Written[] = [];
  readonly start: JournalStart;
  /** The entities of the deeds that have been read for this so far. */
  #concerned: WeakSet<object> | undefined;
  #read = 0;

  constructor(start: JournalStart = EMPTY) {
    this.start = start;
  }

  touch(meta: ModelMeta, entity: object): void {
    this.deeds.push({ kind: 'touched', meta, entity, row: State.row(entity), group: State.group(entity) });
  }

  /** The same of an entity that is to forget what it knows. */
  touchExpired(meta: ModelMeta, entity: object): void {
    const links = State.links(entity)?.map((link, index) =>
      meta.relations.some((r) => r.index === index && r.many) ? undefined : link,
    );
    this.deeds.push({
      kind: 'touched',
      meta,
      entity,
      row: State.row(entity),
      group: State.group(entity),
      links: links ?? [],
    });
  }

  touchCollection(collection: ChangingCollection): void {
    if (!this.collections.has(collection)) this.collections.set(collection, [collection.snapshot()]);
  }

  /** Shows in a collection what the database has done. */
  change(collection: ChangingCollection, show: () => void): void {
    this.touchCollection(collection);
    show();
  }

  /** The same where a change that waits to be written is in its place: it shows when that is given up. */
  changeBeneath(collection: ChangingCollection, _show: () => void): void {
    this.touchCollection(collection);
  }

  /** Whether a rollback puts a collection back to what it was before something that it does not take back. */
  outlives(_collection: ChangingCollection): boolean {
    return false;
  }

  /**
   * A transaction was committed, and some of what waits has not been written: what its collections were before is out of date,
   * so a rollback leaves them to be read again.
   */
  outdate({ collections }: Journal): void {
    for (const collection of collections.keys()) this.collections.set(collection, [() => collection.forget()]);
  }

  /** Whether a rollback would put back something of an entity. */
  concerns(entity: object): boolean {
    for (; this.#read < this.deeds.length; this.#read++) {
      const deed = this.deeds[this.#read]!;
      const concerned = (this.#concerned ??= new WeakSet());
      if (deed.kind === 'touched') concerned.add(deed.entity);
      else for (const written of deed.entities) concerned.add(written);
    }
    return this.#concerned?.has(entity) === true || this.start.unwritten.has(entity);
  }

  /** A savepoint was released: what it did now belongs to the transaction around it. */
  absorb(inner: Journal): void {
    for (const deed of inner.deeds) this.deeds.push(deed);
    for (const item of inner.written) this.written.push(item);
    for (const [collection, steps] of inner.collections)
      if (!this.collections.has(collection)) this.collections.set(collection, steps);
  }
}

/**
 * Of what was done outside of a transaction: no rollback takes it back. Collections that a `rollback()` will put back to what they
 * were before then show it all the same.
 */
export class LastingJournal extends Journal {
  readonly #around: Journal;

  /** `around`: what has been done to memory since the last write. */
  constructor(around: Journal) {
    super();
    this.#around = around;
  }

  override change(collection: ChangingCollection, show: () => void): void {
    show();
    if (this.outlives(collection)) this.changeBeneath(collection, show);
  }

  override changeBeneath(collection: ChangingCollection, show: () => void): void {
    this.#around.touchCollection(collection);
    this.#around.collections.get(collection)!.push(show);
  }

  override outlives(collection: ChangingCollection): boolean {
    return this.#around.collections.has(collection);
  }
}
