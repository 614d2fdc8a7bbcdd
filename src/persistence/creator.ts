import type { Connection } from '../adapters/adapter.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { readKey } from '../core/relation-keys.ts';
import { rootOf } from '../core/inheritance.ts';
import { scopeNames } from '../core/scopes.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import type { ScopeConditions } from '../query/scope-conditions.ts';
import type { Conflict, Creation, Saving } from '../query/creation.ts';
import type { Wanted } from '../query/get-or-create.ts';
import { SessionStateError, UniqueViolationError } from '../utils/errors.ts';
import { withArticle, withCapitalArticle } from '../utils/naming.ts';
import { hasRules, validate } from '../validation/validate.ts';
import { ChangedFields } from './changed-fields.ts';
import { noteTable } from './cached/written.ts';
import { syncLinks } from './flush-links.ts';
import { readField } from './entity-codec.ts';
import { followCreated, followSaved } from './follow-created.ts';
import { followRekeys } from './follow-rekeys.ts';
import { Flusher } from './flusher.ts';
import type { FlushStep } from './flush-plan.ts';
import type { Journal } from './journal.ts';
import { rowsByKey } from './key-query.ts';
import { checkRows } from './scope-checks.ts';
import { retried } from './retry.ts';
import { atomic } from './atomic.ts';
import { RowWriter } from './row-writer.ts';
import type { TransactionScope } from './transaction-scope.ts';
import { changedCollections } from './unit-of-work.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import { inOneOrder, Upserter } from './upserter.ts';
import type { Expected, UpsertRow } from './upserter.ts';
import { refuseOtherClass } from './other-class.ts';
import type { Workspace } from './workspace.ts';

/** Rows that are made by a call of their own, and not by the next flush: `bulkCreate`, `getOrCreate`, `updateOrCreate`. */
export class Creator {
  readonly #workspace: Workspace;
  readonly #work: UnitOfWork;
  readonly #scope: TransactionScope;

  constructor(workspace: Workspace, work: UnitOfWork, scope: TransactionScope) {
    this.#workspace = workspace;
    this.#work = work;
    this.#scope = scope;
  }

  /** All rows, or none. Gives the session's entities of the rows, in the order in which they were asked for. */
  create(creation: Creation): Promise<object[]> {
    return this.#create(creation, 'new');
  }

  async #create(creation: Creation, expected: Expected): Promise<object[]> {
    const { meta, entities } = creation;
    for (const entity of entities) this.#check(meta, entity);
    if (entities.length === 0) return [];
    if (hasRules(meta)) for (const entity of entities) await validate(meta, entity, meta.fields);
    if (meta.restricted) checkRows(this.#workspace.scopes, meta, entities, meta.fields);
    // What was added to the session is written here, and not by the flush that goes before.
    const pending = entities.filter((entity) => this.#work.added.delete(entity));
    try {
      await this.#workspace.beforeRead(concerned(meta));
      return await this.#write(creation, expected, new Set(pending));
    } catch (error) {
      for (const entity of pending) this.#work.added.add(entity);
      throw error;
    }
  }

  /** One row, made where there is none. Whoever makes it first, all others find it. */
  async ensure({ meta, entity, conflict, scopes }: Wanted, update: boolean): Promise<readonly [object, boolean]> {
    this.#check(meta, entity);
    const codec = this.#workspace.compiled.codec(meta);
    codec.encode(entity);
    const key = conflict.by.map((field) => codec.encodeField(field, readField(entity, field)));
    const upsert = async (): Promise<readonly [object, boolean]> => {
      const [present] = await this.#create({ meta, entities: [entity], conflict, batchSize: undefined }, 'there');
      return [present!, false];
    };
    await this.#workspace.beforeRead(concerned(meta));
    const there = await this.#find(meta, conflict.by, key, false);
    if (there !== undefined) await this.#refuseHidden(meta, there, conflict, scopes);
    if (there !== undefined) return update ? upsert() : [this.#adopt(meta, there, entity), false];
    try {
      const [made] = await this.create({ meta, entities: [entity], conflict: undefined, batchSize: undefined });
      return [made!, true];
    } catch (error) {
      if (!(error instanceof UniqueViolationError)) throw error;
      // Somebody else was faster; or it was another key that was there already.
      const row = await this.#find(meta, conflict.by, key, true);
      if (row === undefined) throw error;
      await this.#refuseHidden(meta, row, conflict, scopes);
      return update ? upsert() : [this.#adopt(meta, row, entity), false];
    }
  }

  /** @throws UniqueViolationError for a row that is there and that a scope hides: it is nobody's to take or to change. */
  async #refuseHidden(meta: ModelMeta, row: Row, { by }: Conflict, scopes: ScopeConditions): Promise<void> {
    const { compiled, executor } = this.#workspace;
    if (!meta.restricted) return;
    refuseOtherClass(meta, row, by);
    const codec = compiled.codec(meta);
    const key = meta.key.map((field) => codec.decodeField(field, row[field.index]));
    const query = compiled.query(rowsByKey(meta, [key], scopes));
    const [seen] = await this.#workspace.read(
      (connection) => executor.query(connection, query.compiled.sql, query.parameters),
      'primary',
    );
    if (seen !== undefined) return;
    const fields = by.map((field) => field.name);
    throw new UniqueViolationError(
      `${withCapitalArticle(meta.name)} with the same ${fields.join(' and ')} exists, and a scope hides it (${scopeNames(meta)}).`,
      { model: meta.name, fields, remedy: 'Query with .unscoped(…) where it is meant.' },
    );
  }

  /** Some fields of entities that are stored, of all or of none; what else has changed of them waits for the flush. */
  async save({ meta, entities, fields }: Saving): Promise<number> {
    for (const entity of entities) this.#checkStored(meta, entity);
    if (entities.length === 0) return 0;
    if (hasRules(meta)) for (const entity of entities) await validate(meta, entity, fields);
    const changed = fields.reduce((set, field) => set.with(field.index), new ChangedFields());
    await atomic(this.#scope, this.#workspace, 'the update of rows', meta, async (connection, journal) => {
      const flusher = new Flusher(this.#workspace, connection, journal);
      const steps: FlushStep[] = [{ kind: 'update', meta, changed, entities }];
      await flusher.run(steps);
      const former = new Map(entities.map((entity) => [entity, State.row(entity)!]));
      return () => {
        flusher.accept();
        followRekeys(this.#workspace, journal, steps);
        followSaved(this.#workspace, this.#journalOf(journal), { meta, former, fields });
      };
    });
    return entities.length;
  }

  async #write(
    { meta, entities, conflict, batchSize = entities.length }: Creation,
    expected: Expected,
    shown: ReadonlySet<object>,
  ): Promise<object[]> {
    for (const entity of entities) syncLinks(meta, entity);
    const isNew = conflict === undefined ? () => true : hasNoKey(conflict);
    const plain = entities.filter(isNew);
    const named = entities.flatMap((entity, i) =>
      isNew(entity) ? [] : [{ entity, values: this.#encode(meta, entity), set: conflict!.sets[i]! }],
    );
    const others = conflict === undefined ? [] : inOneOrder(named, conflict.by);
    const present = new Map<object, object>();
    await atomic(this.#scope, this.#workspace, 'the creation of rows', meta, async (connection, journal) => {
      const flusher = new Flusher(this.#workspace, connection, journal);
      if (conflict !== undefined) noteTable(this.#workspace, connection, meta, conflict.sets.flat());
      await flusher.run(batches(plain, batchSize).map((part) => insertStep(meta, part)));
      const stored =
        conflict === undefined
          ? []
          : await this.#upsert(this.#upserter(connection, meta, conflict, expected), meta, others, batchSize);
      for (const row of stored) refuseOtherClass(meta, row, conflict!.by);
      return () => {
        flusher.accept();
        const former = this.#known(meta, stored);
        others.forEach(({ entity }, i) => present.set(entity, this.#adopt(meta, stored[i]!, entity, journal)));
        const made = entities.map((entity) => present.get(entity) ?? entity);
        followCreated(this.#workspace, this.#journalOf(journal), {
          meta,
          entities: made,
          former,
          shown,
        });
      };
    });
    return entities.map((entity) => present.get(entity) ?? entity);
  }

  /** Where it is noted what shows in collections: that of the write, or outside of a transaction that of what lasts. */
  #journalOf(own: Journal): Journal {
    return this.#workspace.transaction === undefined ? this.#workspace.journal : own;
  }

  /** What the session has of rows, as it knew them. */
  #known(meta: ModelMeta, rows: readonly Row[]): Map<object, Row> {
    const { keyOfRow } = this.#workspace.compiled.codec(meta);
    const map = this.#workspace.identityMap.of(meta);
    const known = new Map<object, Row>();
    for (const row of rows) {
      const entity = map.get(keyOfRow(row));
      const former = entity === undefined ? null : State.row(entity);
      if (former !== null) known.set(entity!, former);
    }
    return known;
  }

  #upserter(connection: Connection, meta: ModelMeta, { by }: Conflict, expected: Expected): Upserter {
    return new Upserter(this.#workspace.compiled, this.#writer(connection), meta, by, expected);
  }

  async #upsert(upserter: Upserter, meta: ModelMeta, rows: readonly UpsertRow[], batchSize: number): Promise<Row[]> {
    try {
      const stored: Row[] = [];
      for (const part of batches(rows, batchSize)) stored.push(...(await upserter.run(part)));
      return stored;
    } catch (error) {
      throw this.#workspace.engine.errorNames.name(error, meta);
    }
  }

  /** Driver values of a new entity, with the times that it is saved at. */
  #encode(meta: ModelMeta, entity: object): unknown[] {
    const codec = this.#workspace.compiled.codec(meta);
    const row = codec.encode(entity);
    const now = new Date();
    for (const field of meta.fields) {
      const given = row[field.index] !== undefined && row[field.index] !== null;
      if (field.generation === 'now on save' || (field.generation === 'now on insert' && !given))
        row[field.index] = codec.encodeField(field, now);
    }
    return row;
  }

  /** The session's entity of a row: the one that it has, read again, or `fresh`. */
  #adopt(meta: ModelMeta, row: Row, fresh: object, journal = this.#workspace.transactionJournal): object {
    const values = Object.fromEntries(meta.fields.map((field) => [field.name, readField(fresh, field)]));
    const entity = this.#workspace.adopt(meta, row, fresh);
    if (entity !== fresh) State.setGroup(fresh, null);
    this.#work.forget(fresh);
    journal?.deeds.push({ kind: 'inserted', meta, entities: [fresh], values: [values] });
    return entity;
  }

  async #find(
    meta: ModelMeta,
    by: readonly FieldMeta[],
    key: readonly unknown[],
    lock: boolean,
  ): Promise<Row | undefined> {
    const find = (connection: Connection) => this.#writer(connection).find(meta, by, [key], lock);
    const read = async (): Promise<readonly (Row | undefined)[]> => this.#workspace.read(find, 'primary');
    const [row] = await (this.#workspace.transaction === undefined
      ? retried(read, this.#workspace.engine.units)
      : read());
    return row;
  }

  #writer(connection: Connection): RowWriter {
    return new RowWriter(this.#workspace.executor, connection, this.#workspace.compiled);
  }

  #checkStored(meta: ModelMeta, entity: object): void {
    const known = State.row(entity) !== null && State.group(entity)?.loader === this.#workspace.loader;
    if (known && !this.#work.deleted.has(entity)) return;
    throw new SessionStateError(
      `bulkUpdate() takes what is stored and belongs to this session, and no other ${meta.name}.`,
      {
        model: meta.name,
        remedy: 'Read it in this session first.',
      },
    );
  }

  /** @throws SessionStateError for what is no new row of its own. */
  #check(meta: ModelMeta, entity: object): void {
    const group = State.group(entity);
    if (State.row(entity) !== null || (group !== null && !this.#work.added.has(entity)))
      throw refused(meta, `${withArticle(meta.name)} that is stored already or belongs to another session`);
    if (changedCollections(entity).length > 0)
      throw refused(meta, `${withArticle(meta.name)} with members in a collection, which are rows of other tables`);
    for (const { owning, index, sourceField, targetField, target, name } of meta.relations) {
      const linked = owning ? State.link(entity, index) : undefined;
      if (!State.is(linked) || readKey(entity, sourceField) !== undefined) continue;
      if (readKey(linked, targetField) === undefined)
        throw refused(meta, `${withArticle(meta.name)} whose ${name} is ${withArticle(target.name)} without a key`);
    }
  }
}

function refused({ name }: ModelMeta, what: string): SessionStateError {
  return new SessionStateError(`${name} rows cannot be made from ${what}.`, {
    model: name,
    remedy: 'Use session.add() and flush().',
  });
}

/** The models whose pending changes are written first: this one, and those that its rows may refer to. */
function concerned(meta: ModelMeta): Set<ModelMeta> {
  return new Set([meta, ...meta.relations.filter(({ owning }) => owning).map(({ target }) => target)].map(rootOf));
}

/** NULL is no conflict with NULL, and a key that is still to come is none with any other. */
function hasNoKey({ by }: Conflict): (entity: object) => boolean {
  return (entity) => by.some((field) => readField(entity, field) === null || readField(entity, field) === undefined);
}

function insertStep(meta: ModelMeta, entities: readonly object[]): FlushStep {
  return { kind: 'insert', meta, entities, deferred: new Map() };
}

function batches<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}
