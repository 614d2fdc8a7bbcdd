import type { ChangingCollection, EntityGroup } from '../core/loader.ts';
import type { ModelMeta } from '../core/metadata.ts';
import type { Row } from '../core/state.ts';

/** What an entity was before a flush touched it. */
export interface Before {
  readonly meta: ModelMeta;
  readonly row: Row | null;
  readonly group: EntityGroup | null;
  /** Attributes that the flush or the database filled in, as they were. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly kind: 'inserted' | 'updated' | 'deleted';
}

/** What was unwritten when a transaction began. */
export interface JournalStart {
  /** Values of entities that had unwritten changes. */
  readonly dirty: ReadonlyMap<object, Readonly<Record<string, unknown>>>;
  readonly added: ReadonlySet<object>;
  readonly deleted: ReadonlySet<object>;
  readonly collections: ReadonlySet<ChangingCollection>;
}

const EMPTY: JournalStart = { dirty: new Map(), added: new Set(), deleted: new Set(), collections: new Set() };

/**
 * What one transaction, or one savepoint, has done to memory: enough to put everything back. First touch wins, so an
 * entity that is written twice goes back to where it was when the transaction began.
 */
export class Journal {
  readonly entities = new Map<object, Before>();
  readonly collections = new Map<ChangingCollection, () => void>();
  readonly start: JournalStart;

  constructor(start: JournalStart = EMPTY) {
    this.start = start;
  }

  touch(entity: object, before: Before): void {
    if (!this.entities.has(entity)) this.entities.set(entity, before);
  }

  /** Attributes that the database filled in, noted after the fact. */
  amend(entity: object, values: Readonly<Record<string, unknown>>): void {
    const before = this.entities.get(entity);
    if (before !== undefined) this.entities.set(entity, { ...before, values: { ...values, ...before.values } });
  }

  touchCollection(collection: ChangingCollection): void {
    if (!this.collections.has(collection)) this.collections.set(collection, collection.snapshot());
  }

  /** A savepoint was released: what it did now belongs to the transaction around it. */
  absorb(inner: Journal): void {
    for (const [entity, before] of inner.entities) this.touch(entity, before);
    for (const [collection, restore] of inner.collections) if (!this.collections.has(collection)) this.collections.set(collection, restore);
  }
}
