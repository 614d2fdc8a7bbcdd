import { isDeepStrictEqual } from 'node:util';
import type { Connection } from '../adapters/adapter.ts';
import { endFields, endValues } from './link-ends.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';
import { keyOf, mapKey } from '../core/keys.ts';
import { notLoaded } from '../core/references.ts';
import { State } from '../core/state.ts';
import { hasManyForms } from '../core/value-types.ts';
import type { Row } from '../core/state.ts';
import { IntegrityError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import { noteSteps } from './cached/written.ts';
import { syncLinks } from './flush-links.ts';
import { readField, writeField } from './entity-codec.ts';
import type { EntityCodec } from './entity-codec.ts';
import type { FlushStep } from './flush-plan.ts';
import { gone } from './gone.ts';
import { Inserter } from './inserter.ts';
import type { Journal } from './journal.ts';
import { readRows } from './read-rows.ts';
import { settleWritten } from './retold.ts';
import { RowWriter } from './row-writer.ts';
import { noPlaceholder } from './handed-over.ts';
import { namesOf, stale } from './stale.ts';
import { areUnique, namesRow } from './update-shape.ts';
import { allProblems, checkValues } from './check-values.ts';
import { refuseWrites } from './refuse-read-only.ts';
import { checkScopes } from './scope-checks.ts';
import type { Workspace } from './workspace.ts';

type Step<K extends FlushStep['kind']> = Extract<FlushStep, { kind: K }>;
type Values = Record<string, unknown>;

/** What a step did, to be shown in memory when all steps are done. */
type Outcome = () => void;

/**
 * Runs the steps of a flush. Keys that the database gives are set on entities at once, because children need them; all
 * else changes in memory only when every step has succeeded. The journal knows how to take back both.
 */
export class Flusher {
  readonly #workspace: Workspace;
  readonly #journal: Journal;
  readonly #connection: Connection;
  readonly #writer: RowWriter;
  readonly #inserter: Inserter;
  readonly #outcomes: Outcome[] = [];
  readonly #now = new Date();

  constructor(workspace: Workspace, connection: Connection, journal: Journal) {
    this.#workspace = workspace;
    this.#connection = connection;
    this.#writer = new RowWriter(workspace.executor, connection, workspace.compiled);
    this.#inserter = new Inserter(workspace, connection, this.#writer);
    this.#journal = journal;
  }

  /** @throws the error of the first step that failed; the caller rolls back and takes back the journal. */
  async run(steps: readonly FlushStep[]): Promise<void> {
    // The first step looks at all of its values before it sends any; those of the others are looked at now.
    for (const step of steps) {
      refuseWrites(step);
      checkScopes(this.#workspace.scopes, step);
    }
    noteSteps(this.#workspace, this.#connection, steps);
    try {
      for (const step of steps.slice(1)) checkValues(this.#workspace.compiled, step);
      for (const step of steps) await this.#step(step);
    } catch (error) {
      throw allProblems(this.#workspace.compiled, steps, error);
    }
  }

  /** Show in memory what is now in the database. */
  accept(): void {
    for (const outcome of this.#outcomes) outcome();
  }

  #step(step: FlushStep): Promise<void> {
    switch (step.kind) {
      case 'insert':
        return this.#insert(step);
      case 'update':
        return this.#update(step);
      case 'connect':
        return this.#connect(step);
      case 'disconnect':
        return this.#disconnect(step);
      case 'vacate':
        return this.#vacate(step);
      case 'link':
        return this.#link(step);
      case 'unlink':
        return this.#unlink(step);
      case 'delete':
        return this.#delete(step);
      default:
        return unreachable(step);
    }
  }

  async #insert({ meta, entities, deferred }: Step<'insert'>): Promise<void> {
    const codec = this.#workspace.compiled.codec(meta);
    const values: Readonly<Values>[] = [];
    this.#journal.deeds.push({ kind: 'inserted', meta, entities, values });
    const stamp = this.#stamper(meta);
    const rows = entities.map((entity) => {
      values.push(stamp(entity));
      return deferred.size === 0 ? codec.encode(entity) : encodeWithout(codec, entity, deferred.get(entity) ?? []);
    });
    await this.#named(meta, () => this.#inserter.insert(meta, { entities, rows, values }));
    this.#outcomes.push(() => this.#acceptInserted(meta, codec, entities, rows));
  }

  /**
   * Fills in keys of relations and times of one new entity after another, and gives the attributes as they were: the
   * key that the database is to give among them, so that it is unset again if the row does not stay.
   */
  #stamper(meta: ModelMeta): (entity: object) => Readonly<Values> {
    const stamps = meta.fields.filter(
      (field) => field.generation === 'now on insert' || field.generation === 'now on save',
    );
    const [key] = meta.key;
    const identity = key!.generation === 'identity' ? key!.name : undefined;
    const unset: Readonly<Values> = identity === undefined ? NOTHING : Object.freeze({ [identity]: undefined });
    return (entity) => {
      const values = entity as Values;
      const own =
        identity === undefined || (values[identity] !== undefined && values[identity] !== null) ? NOTHING : unset;
      const links = State.links(entity);
      // Nothing but the key can change: the usual case, and one object for all.
      if (stamps.length === 0 && links === null) return own;
      const before: Values = { ...own };
      noteLinks(meta, entity, before);
      for (const field of stamps) {
        const given = readField(entity, field);
        before[field.name] = given;
        if (field.generation === 'now on save' || given === undefined || given === null)
          writeField(entity, field, this.#now);
      }
      syncLinks(meta, entity);
      return before;
    };
  }

  #acceptInserted(meta: ModelMeta, codec: EntityCodec, entities: readonly object[], rows: readonly unknown[][]): void {
    const group = this.#workspace.group(meta);
    const map = this.#workspace.identityMap.of(meta);
    const { keyOfRow } = codec;
    const normalised = meta.fields.filter(isNormalised);
    for (let i = 0; i < entities.length; i++) {
      const entity = entities[i]!;
      const row = rows[i]!;
      for (const field of normalised) show(codec, entity, field, row);
      State.setRow(entity, row);
      State.setGroup(entity, group);
      group.members.push(entity);
      map.set(keyOfRow(row), entity);
    }
    settleWritten(codec, entities);
  }

  /** UPDATE of the same columns of several rows of one model. */
  async #update({ meta, changed, entities }: Step<'update'>): Promise<void> {
    const { compiled } = this.#workspace;
    const codec = compiled.codec(meta);
    const shape = compiled.updateShape(meta, changed);
    const { fields, stamps, bind } = shape;
    const before: Row[] = [];
    const values: Readonly<Values>[] = [];
    const parameters: unknown[][] = [];
    this.#journal.deeds.push({ kind: 'updated', meta, entities, rows: before, values });
    for (const entity of entities) {
      const row = State.row(entity)!;
      if (meta.version !== undefined) refuseUnknownVersion(meta, entity);
      before.push(row);
      values.push(this.#restamp(meta, entity, stamps));
      parameters.push(bind(entity, row));
    }
    const changes = await this.#named(meta, () => this.#writer.update(meta, shape, parameters));
    if (changes !== entities.length) throw stale(meta, 'updated', entities);
    const computed = await this.#recomputed(meta, codec, entities);
    this.#outcomes.push(() => acceptUpdated(codec, fields, entities, before, parameters, computed));
  }

  /** Fill in times and keys of relations of a row that is saved again; gives what they were. */
  #restamp(meta: ModelMeta, entity: object, stamps: readonly FieldMeta[]): Readonly<Values> {
    if (stamps.length === 0 && State.links(entity) === null) return NOTHING;
    const before: Values = {};
    noteLinks(meta, entity, before);
    for (const field of stamps) {
      before[field.name] = readField(entity, field);
      writeField(entity, field, this.#now);
    }
    syncLinks(meta, entity);
    return before;
  }

  /** Rows with columns that the database computes, read again after they were updated. */
  async #recomputed(meta: ModelMeta, codec: EntityCodec, entities: readonly object[]): Promise<Row[] | undefined> {
    if (!meta.fields.some((field) => field.generatedAs !== undefined)) return undefined;
    return readRows(
      this.#workspace,
      this.#connection,
      meta,
      entities.map((entity) => meta.key.map((field) => codec.decodeField(field, State.row(entity)![field.index]))),
    );
  }

  async #connect({ meta, relation, entities }: Step<'connect'>): Promise<void> {
    const codec = this.#workspace.compiled.codec(meta);
    const fields = relation.cleared;
    for (const entity of entities) syncLinks(meta, entity);
    const parameters = entities.map((entity) =>
      [...fields, ...meta.key].map((field) => codec.encodeField(field, readField(entity, field))),
    );
    await this.#refer(meta, fields, parameters);
    this.#outcomes.push(() =>
      entities.forEach((entity, i) => {
        const row = [...State.row(entity)!];
        fields.forEach((field, at) => (row[field.index] = parameters[i]![at]));
        State.setRow(entity, row);
      }),
    );
  }

  async #disconnect({ meta, relation, entities }: Step<'disconnect'>): Promise<void> {
    const codec = this.#workspace.compiled.codec(meta);
    const fields = relation.cleared;
    const parameters = entities.map((entity) => [
      ...fields.map(() => null),
      ...meta.key.map((key) => codec.encodeField(key, readField(entity, key))),
    ]);
    await this.#refer(meta, fields, parameters);
  }

  /** @throws UniqueViolationError where the database takes no other value meanwhile: a rule of its own may be against it. */
  async #vacate({ meta, field, entities, values }: Step<'vacate'>): Promise<void> {
    const codec = this.#workspace.compiled.codec(meta);
    const parameters = entities.map((entity, i) => [
      values[i] === null ? null : codec.encodeField(field, values[i]),
      ...meta.key.map((key) => codec.encodeField(key, readField(entity, key))),
    ]);
    try {
      // No two of these values are alike, and nobody has one of them.
      const shape = { fields: [field], by: meta.key, anyOrder: true };
      await this.#named(meta, () => this.#writer.update(meta, shape, parameters));
    } catch (error) {
      throw error instanceof IntegrityError ? noPlaceholder(meta, field, error) : error;
    }
  }

  /** Set one reference of rows that are found by their keys. */
  async #refer(meta: ModelMeta, fields: readonly FieldMeta[], parameters: readonly unknown[][]): Promise<void> {
    const anyOrder = !areUnique(meta, fields);
    await this.#named(meta, () => this.#writer.update(meta, { fields, by: meta.key, anyOrder }, parameters));
  }

  async #link({ link, pairs }: Step<'link'>): Promise<void> {
    const rows = endValues(this.#workspace.compiled.codec(link.model), link, pairs);
    await this.#named(link.model, () => this.#writer.insert(link.model, endFields(link), rows, 'nothing'));
  }

  async #unlink({ link, pairs }: Step<'unlink'>): Promise<void> {
    const rows = endValues(this.#workspace.compiled.codec(link.model), link, pairs);
    await this.#named(link.model, () => this.#writer.delete(link.model, endFields(link), rows));
  }

  async #delete({ meta, entities }: Step<'delete'>): Promise<void> {
    const { compiled, identityMap } = this.#workspace;
    const codec = compiled.codec(meta);
    for (const entity of entities) this.#journal.touch(meta, entity);
    const rows = entities.map((entity) => {
      refuseUnknownVersion(meta, entity);
      return namesOf(meta, codec, entity);
    });
    const changes = await this.#named(meta, () => this.#writer.delete(meta, namesRow(meta), rows));
    if (changes !== entities.length) throw stale(meta, 'deleted', entities);
    this.#outcomes.push(() => {
      for (const entity of entities) {
        identityMap.of(meta).delete(mapKey(meta, keyOf(meta, entity)));
        State.setGroup(entity, null);
        gone.add(entity);
      }
    });
  }

  /** Run, and give constraint errors the names of model and fields. */
  async #named<T>(meta: ModelMeta, run: () => T | Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw this.#workspace.engine.errorNames.name(error, meta);
    }
  }
}

/** The rows as they are now: the values that were written, over those that were there. */
function acceptUpdated(
  codec: EntityCodec,
  fields: readonly FieldMeta[],
  entities: readonly object[],
  before: readonly Row[],
  written: readonly unknown[][],
  computed: readonly Row[] | undefined,
): void {
  const { meta } = codec;
  const shown = fields.filter((field) => field === meta.version || isNormalised(field));
  const generated = meta.fields.filter((field) => field.generatedAs !== undefined);
  for (let e = 0; e < entities.length; e++) {
    const row = before[e]!.slice();
    const values = written[e]!;
    for (let i = 0; i < fields.length; i++) row[fields[i]!.index] = values[i];
    for (const field of generated) row[field.index] = computed![e]![field.index];
    State.setRow(entities[e]!, row);
    for (const field of shown) show(codec, entities[e]!, field, row);
    for (const field of generated) show(codec, entities[e]!, field, row);
  }
  settleWritten(codec, entities);
}

/** After a flush memory has the form that the database keeps. */
function isNormalised({ type }: FieldMeta): boolean {
  return hasManyForms(type);
}

/** Show a stored value in memory, if it is not what is there. */
function show(codec: EntityCodec, entity: object, field: FieldMeta, row: Row): void {
  const value = codec.decodeField(field, row[field.index]);
  const known = readField(entity, field);
  if (known !== value && !(field.type.kind === 'array' && isDeepStrictEqual(known, value)))
    writeField(entity, field, value);
}

/** @throws NotLoadedError for a row that was read in part, and whose version is not known: it could only be met by chance. */
function refuseUnknownVersion(meta: ModelMeta, entity: object): void {
  const { version } = meta;
  if (version !== undefined && State.row(entity)?.[version.index] === undefined && !Object.hasOwn(entity, version.name))
    throw notLoaded(meta, version.name, State.group(entity));
}

/** Note the keys of linked entities that are about to be filled in. */
function noteLinks(meta: ModelMeta, entity: object, before: Values): void {
  const links = State.links(entity);
  if (links === null) return;
  const values = entity as Values;
  for (const relation of meta.relations) {
    if (relation.owning && links[relation.index] !== undefined)
      for (const { name } of partsOf(relation.sourceField)) before[name] = values[name];
  }
}

const NOTHING: Readonly<Values> = Object.freeze({});

/** A row in which references that have to wait are NULL for now. */
function encodeWithout(codec: EntityCodec, entity: object, deferred: readonly FieldMeta[]): unknown[] {
  const values = deferred.map((field) => readField(entity, field));
  for (const field of deferred) writeField(entity, field, null);
  const row = codec.encode(entity);
  deferred.forEach((field, i) => writeField(entity, field, values[i]));
  return row;
}
