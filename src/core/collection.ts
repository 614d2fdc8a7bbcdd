import { belongsTo } from './at-hand.ts';
import { CollectionReader } from './collection-reader.ts';
import { readField, writeField } from './field-values.ts';
import { partsOf } from './relation-keys.ts';
import { InvalidValueError, NoSessionError } from '../utils/errors.ts';
import type { ChangingCollection, PendingLinks, RelationLoader } from './loader.ts';
import type { RelationMeta } from './metadata.ts';
import { collectionNotLoaded } from './references.ts';
import { State } from './state.ts';
import { describe } from './value-types.ts';
import { withArticle } from '../utils/naming.ts';

/**
 * The many side of a relation. Changes are kept here until the unit of work writes them; reading like an array needs
 * the rows, so it throws until they are loaded. The same object before and after.
 */
export class EntityCollection extends CollectionReader implements ChangingCollection {
  /** The entity that the collection belongs to. */
  readonly owner: object;
  readonly relation: RelationMeta;
  #items: object[] | null;
  /** The items as a set, made when one is first added or removed. */
  #members: Set<object> | null = null;
  #added: Set<object> | null = null;
  #removed: Set<object> | null = null;
  /** It was set before it was loaded: what else the database has is taken out by the flush, which has to look for it. */
  #replaces = false;
  /** Where a model stands between the two: how many rows there are for an item beside the first. */
  #doubles: Map<object, number> | null = null;

  constructor(owner: object, relation: RelationMeta) {
    super();
    this.owner = owner;
    this.relation = relation;
    // A new owner has no row, so nothing in the database can belong to it.
    this.#items = State.row(owner) === null && State.group(owner)?.kind !== 'reference' ? [] : null;
  }

  /** Whether the rows are known. */
  get isLoaded(): boolean {
    return this.#items !== null;
  }

  /** Load the rows, for this owner and for every other that came from the same query. */
  async load(): Promise<this> {
    if (this.#items === null) await this.#loader('load').loadRelation(this.owner, this.relation);
    return this;
  }

  /** A query over the rows, to filter or count them in the database. */
  query(): unknown {
    return this.#loader('query').queryRelation(this.owner, this.relation);
  }

  /** Add entities; new ones are saved with the owner. One that is in already stays once. */
  add(...items: object[]): void {
    for (const item of items) this.#check(item);
    for (const item of items) {
      const { inverse } = this.relation;
      if (inverse !== undefined && !inverse.many) assign(item, inverse, this.owner);
      else this.#link(item);
      this.#cascade(item);
    }
  }

  /** Take entities out. What belongs to the owner by a required key cannot be left without one. */
  remove(...items: object[]): void {
    for (const item of items) this.#check(item);
    for (const item of items) {
      const { inverse } = this.relation;
      if (inverse !== undefined && !inverse.many) {
        if (!this.#holds(item)) continue;
        // What is deleted when it is taken out keeps its required key until it is.
        if (this.relation.cascade === 'delete-orphan' && !inverse.nullable) this.noteRemoved(item);
        else assign(item, inverse, null);
      } else {
        this.#unlink(item);
      }
    }
  }

  /**
   * Make these the items: what is missing is added, what is not among them removed. Of what is not loaded the flush finds out
   * which rows these are; until then the items that are known of are all.
   *
   * @throws InvalidValueError where an item could not be without its owner, and which ones there are is not known.
   */
  set(items: Iterable<object>): void {
    const { model, name, target } = this.relation;
    if (typeof (items as Partial<Iterable<object>> | null | undefined)?.[Symbol.iterator] !== 'function')
      throw new InvalidValueError(
        `${model.name}.${name} takes a list of ${target.name} entities, not ${describe(items)}.`,
        {
          model: model.name,
          field: name,
        },
      );
    const wanted = new Set(items);
    for (const item of wanted) this.#check(item);
    const known = this.#items !== null;
    if (!known) this.#replace('set');
    this.remove(...this.loaded().filter((item) => !wanted.has(item)));
    this.add(...wanted);
    // Which of them were there before is not known, so the order is that of the list.
    if (!known) this.#items = [...wanted];
    this.#members = null;
  }

  /** Remove every item: the same as to `set` none. */
  clear(): void {
    if (this.#items === null) this.#replace('clear');
    this.remove(...this.loaded());
  }

  /** Make a new entity, add it, and give it back. */
  create(init: Readonly<Record<string, unknown>>): object {
    const { inverse, target } = this.relation;
    const own = inverse === undefined || inverse.many ? {} : { [inverse.name]: this.owner };
    const item = new (target.modelClass as unknown as new (init: object) => object)({ ...init, ...own });
    if (inverse === undefined || inverse.many) this.add(item);
    else this.#cascade(item);
    return item;
  }

  /** In the console: the items, or a word that they are not loaded. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return this.#items ?? `Collection of ${this.relation.target.name} (not loaded)`;
  }

  /** Not loaded, and to be exactly what follows. */
  #replace(call: string): void {
    const loader = this.#loader(call);
    const { cascade, inverse, link, model, name, target } = this.relation;
    if (link === undefined && inverse?.nullable === false && cascade !== 'delete-orphan')
      throw new InvalidValueError(
        `${model.name}.${name}.${call}() would take out what is not loaded, and ${withArticle(target.name)} cannot be without its ${inverse.name}.`,
        {
          model: model.name,
          field: name,
          remedy: `Delete them, as with ${name}.query().delete(), or say cascade: 'delete-orphan' of the relation.`,
        },
      );
    this.#tell();
    this.#items = loader.membersAtHand(this.owner, this.relation);
    this.#members = null;
    this.#replaces = true;
  }

  /** For the unit of work: whether an entity is no member any more, if the database has it as one. */
  leavesOut(item: object): boolean {
    return this.#replaces && this.#items?.includes(item) !== true;
  }

  /**
   * For the unit of work: what the database has of a collection that was set before it was loaded. What is not among the items
   * is taken out, what is among them needs no row. Gives what takes that back.
   */
  found(stored: Iterable<object>): () => void {
    this.#tell();
    const undo: (() => void)[] = [];
    const listed = new Set(this.#items);
    const missing = new Set(this.relation.link === undefined ? [] : listed);
    for (const item of stored) {
      missing.delete(item);
      if (!listed.has(item)) undo.push(this.#takeOut(item));
      else if (
        this.relation.link !== undefined &&
        this.#removed?.has(item) !== true &&
        this.#added?.delete(item) === true
      )
        undo.push(() => this.#added!.add(item));
    }
    // Of what was a member already when it was set, the link may have gone since.
    for (const item of missing)
      if (this.#added?.has(item) !== true) {
        (this.#added ??= new Set()).add(item);
        undo.push(() => this.#added?.delete(item));
      }
    return () => {
      for (const back of undo.toReversed()) back();
    };
  }

  #takeOut(item: object): () => void {
    const { inverse, link } = this.relation;
    const removed = (this.#removed ??= new Set());
    if (removed.has(item)) return () => undefined;
    const forget = (): void => void this.#removed?.delete(item);
    if (link === undefined) {
      if (!belongsTo(item, inverse!, this.owner)) return () => undefined;
      if (inverse!.nullable) {
        const parts = partsOf(inverse!.sourceField);
        const [keys, linked] = [parts.map((part) => readField(item, part)), State.link(item, inverse!.index)];
        assign(item, inverse!, null);
        return () => {
          forget();
          parts.forEach((part, i) => writeField(item, part, keys[i]));
          State.setLink(item, inverse!.index, linked);
        };
      }
    }
    removed.add(item);
    return forget;
  }

  /** For the loader: the rows as the database has them; changes that wait for a flush are kept. */
  receive(items: readonly object[], doubles?: Map<object, number>): void {
    this.#doubles = doubles ?? null;
    const removed = this.#removed;
    const kept = removed === null ? [...items] : items.filter((item) => !removed.has(item));
    if (this.#added !== null) {
      const present = new Set(kept);
      for (const item of this.#added) if (!present.has(item)) kept.push(item);
    }
    this.#items = kept;
    this.#members = null;
  }

  /** For the accessors: an item came in from the other side. */
  noteAdded(item: object): void {
    this.#tell();
    this.#show(item, true);
    const undone = this.#takenBack?.delete(item) === true;
    if (!undone || this.#lastWordCounts) (this.#added ??= new Set()).add(item);
  }

  /** For the accessors: an item that had been taken out belongs to the owner after all. */
  takeBack(item: object): void {
    if (this.#removed?.has(item) === true || this.leavesOut(item)) this.noteAdded(item);
  }

  /** For the accessors: an item left from the other side. */
  noteRemoved(item: object): void {
    this.#tell();
    this.#show(item, false);
    this.#doubles?.delete(item);
    const undone = this.#added?.delete(item) === true;
    if (!undone || this.#lastWordCounts) (this.#removed ??= new Set()).add(item);
  }

  /**
   * Whether a change is written even if it takes back an earlier one: where the rows are not known, and for links, of which
   * the other side may hold pending changes too. Writing such a link twice does no harm. And where what is taken out is not
   * to be saved: a new entity that was put in before is one of these.
   */
  get #lastWordCounts(): boolean {
    return this.#items === null || this.relation.link !== undefined || this.relation.cascade === 'delete-orphan';
  }

  /**
   * Removals that are taken back when what they are about is added again. Where a model stands between the two, a link is a row
   * with values of its own, and there may be several: that which is removed goes, and that which is added is new.
   */
  get #takenBack(): Set<object> | null {
    return this.relation.link?.implicit === false ? null : this.#removed;
  }

  /** For the unit of work: changes that are not written yet. */
  get pending(): PendingLinks | undefined {
    if ((this.#added?.size ?? 0) === 0 && (this.#removed?.size ?? 0) === 0 && !this.#replaces) return undefined;
    return { added: this.#added ?? new Set(), removed: this.#removed ?? new Set(), replaces: this.#replaces };
  }

  /** For the unit of work: the whole state, to put back if a transaction rolls back. */
  snapshot(): () => void {
    const [items, added, removed] = [
      this.#items === null ? null : [...this.#items],
      this.#added === null ? null : new Set(this.#added),
      this.#removed === null ? null : new Set(this.#removed),
    ];
    const replaces = this.#replaces;
    const doubles = this.#doubles === null ? null : new Map(this.#doubles);
    return () => {
      this.#items = items;
      this.#members = null;
      this.#added = added;
      this.#removed = removed;
      this.#replaces = replaces;
      this.#doubles = doubles;
    };
  }

  /**
   * For the session: the rows are not known any more. Links that wait to be written are given up, on both sides; what the
   * items' own keys say is theirs to say.
   */
  expire(): void {
    this.#tell();
    const { inverse, link } = this.relation;
    if (link !== undefined) {
      if (inverse !== undefined) {
        for (const item of this.#added ?? []) mirrored(item, inverse).mirror(this.owner, false);
        for (const item of this.#removed ?? []) mirrored(item, inverse).mirror(this.owner, true);
      }
      this.#added = null;
      this.#removed = null;
    } else if (inverse?.nullable === false) {
      for (const item of this.#removed ?? []) if (this.#holds(item)) this.#removed!.delete(item);
    }
    this.#items = null;
    this.#members = null;
    this.#replaces = false;
  }

  /**
   * For the unit of work: what the database has is not known any more. What waits to be written stays; what was set as a whole
   * is known.
   */
  unload(): void {
    if (this.#replaces) return;
    this.#items = null;
    this.#members = null;
    this.#doubles = null;
  }

  /** For the unit of work: all that waits is given up, and what the database has is not known. */
  forget(): void {
    if (State.row(this.owner) === null) return;
    this.#items = null;
    this.#members = null;
    this.#added = null;
    this.#removed = null;
    this.#replaces = false;
    this.#doubles = null;
  }

  /** For the unit of work: these changes are written. */
  settle({ added, removed, replaces }: PendingLinks): void {
    if (replaces === true) this.#replaces = false;
    for (const item of added) this.#added?.delete(item);
    for (const item of removed) this.#removed?.delete(item);
  }

  /** For the unit of work: whether any of these is a member, or waits to be one or none. */
  mentions(items: ReadonlySet<object>): boolean {
    for (const list of [this.#items, this.#added, this.#removed])
      for (const item of list ?? []) if (items.has(item)) return true;
    return false;
  }

  /** For the unit of work: these are no more, or not here any more, so nothing is left to be written of them. */
  drop(gone: ReadonlySet<object>): void {
    this.#items = this.#items?.filter((item) => !gone.has(item)) ?? null;
    this.#members = null;
    for (const item of gone) {
      this.#added?.delete(item);
      this.#removed?.delete(item);
      this.#doubles?.delete(item);
    }
  }

  /** For the unit of work: the database has put this into the loaded list, and nothing of it waits. */
  join(item: object): void {
    this.#added?.delete(item);
    this.#removed?.delete(item);
    this.#show(item, true);
  }

  /**
   * For the unit of work: a new item is not saved after all, so it is no member, and no link to it is written. Gives what
   * puts it back, should it be saved again.
   */
  withdraw(item: object): (() => void) | undefined {
    const wasAdded = this.#added?.has(item) === true;
    if (!wasAdded && this.#items?.includes(item) !== true) return undefined;
    this.#tell();
    this.#added?.delete(item);
    this.#show(item, false);
    const { inverse, link } = this.relation;
    return () => {
      // It may have been given another owner since.
      if (link === undefined && State.link(item, inverse!.index) !== this.owner) return;
      this.#tell();
      this.#show(item, true);
      if (wasAdded) (this.#added ??= new Set()).add(item);
    };
  }

  /** Put an item into the loaded list, once, or take it out. */
  #show(item: object, present: boolean): void {
    if (this.#items === null) return;
    this.#members ??= new Set(this.#items);
    if (present === this.#members.has(item)) return;
    if (present) {
      this.#members.add(item);
      this.#items.push(item);
    } else {
      this.#members.delete(item);
      this.#items.splice(this.#items.indexOf(item), 1);
    }
  }

  protected loaded(): object[] {
    if (this.#items === null) throw collectionNotLoaded(this.relation);
    return this.#items;
  }

  #holds(item: object): boolean {
    if (this.#items?.includes(item) === true || this.#added?.has(item) === true) return true;
    return belongsTo(item, this.relation.inverse!, this.owner);
  }

  /** Many-to-many: note the pair on both sides. */
  #link(item: object): void {
    if (this.#items === null ? this.#added?.has(item) === true : this.#items.includes(item)) return;
    this.noteAdded(item);
    const { inverse } = this.relation;
    if (inverse !== undefined) mirrored(item, inverse).mirror(this.owner, true);
  }

  #unlink(item: object): void {
    if (this.#items !== null && !this.#items.includes(item)) return;
    const { inverse, link } = this.relation;
    if (link?.implicit === false) State.group(this.owner)?.loader.unlinked(link, this.owner, item);
    this.noteRemoved(item);
    if (inverse !== undefined) mirrored(item, inverse).mirror(this.owner, false);
  }

  /** The other side of a many-to-many change: shown, but written by the side where it was made. */
  mirror(item: object, joined: boolean): void {
    const overruled = joined ? this.#takenBack : this.#added;
    if (this.#items === null && overruled?.has(item) !== true) return;
    this.#tell();
    overruled?.delete(item);
    // A row more of a pair that has one; or all of its rows go.
    if (!joined) this.#doubles?.delete(item);
    else if (this.relation.link?.implicit === false && this.#items?.includes(item) === true) return this.#double(item);
    this.#show(item, joined);
  }

  #double(item: object): void {
    (this.#doubles ??= new Map()).set(item, (this.#doubles.get(item) ?? 0) + 1);
  }

  /**
   * For rows of the model between the two: one of them, which writes itself, has come or gone. A link that waits here to be
   * written is that row.
   */
  showRow(item: object, joined: boolean): void {
    if (this.#items === null || this.#added?.has(item) === true) return;
    this.#tell();
    this.settleRow(item, joined);
  }

  /** For the unit of work: the database has such a row, or has it no more. */
  settleRow(item: object, joined: boolean): void {
    if (this.#items === null || this.#added?.has(item) === true) return;
    const doubles = this.#doubles?.get(item) ?? 0;
    if (joined && this.#items.includes(item)) this.#double(item);
    else if (joined) this.#show(item, true);
    else if (doubles > 0) this.#doubles!.set(item, doubles - 1);
    else this.#show(item, false);
  }

  /** For the loader: the other side has a change that is not written, where this one says nothing else. */
  showOther(item: object, joined: boolean): void {
    if (!joined && this.#added?.has(item) === true) return;
    this.#tell();
    if (!joined) this.#doubles?.delete(item);
    this.#show(item, joined);
  }

  #tell(): void {
    State.group(this.owner)?.loader.collectionChanges(this);
  }

  #cascade(item: object): void {
    const loader = State.group(this.owner)?.loader;
    if (loader !== undefined && State.group(item) === null) loader.cascadeSave(item, this.owner);
  }

  #check(item: unknown): void {
    const { model, name, target } = this.relation;
    if (State.is(item) && item instanceof (target.modelClass as unknown as new () => object)) return;
    throw new InvalidValueError(`${model.name}.${name} takes ${target.name} entities, not ${describe(item)}.`, {
      model: model.name,
      field: name,
    });
  }

  #loader(call: string): RelationLoader {
    const group = State.group(this.owner);
    const { model, name } = this.relation;
    if (group !== null) return group.loader;
    if (State.row(this.owner) !== null)
      throw new NoSessionError(`${model.name}.${name}.${call}() needs a session, and this ${model.name} is detached.`, {
        model: model.name,
        field: name,
        remedy: 'Read it in a session that is open.',
      });
    throw new NoSessionError(
      `${model.name}.${name}.${call}() needs a session, and this ${model.name} belongs to none.`,
      {
        model: model.name,
        field: name,
        remedy: 'Add the entity to a session first.',
      },
    );
  }
}

/** Through the accessor, which keeps the key and both sides in step. */
function assign(item: object, relation: RelationMeta, value: object | null): void {
  (item as Record<string, unknown>)[relation.name] = value;
}

function mirrored(item: object, inverse: RelationMeta): EntityCollection {
  return (item as Record<string, EntityCollection>)[inverse.name]!;
}
