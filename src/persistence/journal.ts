import type { ChangingCollection, EntityGroup } from '../core/loader.ts';
import type { ModelMeta } from '../core/metadata.ts';
import type { Row } from '../core/state.ts';

/** What a stored entity was before a flush touched it. */
export interface Before {
  readonly meta: ModelMeta;
  readonly row: Row | null;
  readonly group: EntityGroup | null;
  /** Attributes that the flush or the database filled in, as they were. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** New entities that one step inserted, and the attributes that it filled in, as they were. */
export interface InsertedBatch {
  readonly meta: ModelMeta;
  readonly entities: readonly object[];
  readonly values: readonly Readonly<Record<string, unknown>>[];
}

/** An entity with unwritten changes, as it was: its attributes, and its links to one by `relation.index`. */
export interface Unwritten {
  readonly values: Readonly<Record<string, unknown>>;
  readonly links: readonly unknown[] | null;
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
 * What one transaction, or one savepoint, has done to memory: enough to put everything back. First touch wins, so an
 * entity that is written twice goes back to where it was when the transaction began.
 */
export class Journal {
  readonly entities = new Map<object, Before>();
  readonly inserted: InsertedBatch[] = [];
  readonly collections = new Map<ChangingCollection, () => void>();
  readonly start: JournalStart;

  constructor(start: JournalStart = EMPTY) {
    this.start = start;
  }

  touch(entity: object, before: Before): void {
    if (!this.entities.has(entity)) this.entities.set(entity, before);
  }

  touchCollection(collection: ChangingCollection): void {
    if (!this.collections.has(collection)) this.collections.set(collection, collection.snapshot());
  }

  /** A savepoint was released: what it did now belongs to the transaction around it. */
  absorb(inner: Journal): void {
    for (const [entity, before] of inner.entities) this.touch(entity, before);
    this.inserted.push(...inner.inserted);
    for (const [collection, restore] of inner.collections) if (!this.collections.has(collection)) this.collections.set(collection, restore);
  }
}
