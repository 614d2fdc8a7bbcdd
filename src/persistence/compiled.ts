import { fieldPath } from '../core/ast/expressions.ts';
import type { Expression } from '../core/ast/expressions.ts';
import type {
  DeleteRowsStatement,
  DeleteStatement,
  FindRowsStatement,
  InsertStatement,
  UpdateRowsStatement,
  UpdateStatement,
} from '../core/ast/statements.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { placeholderFor } from '../dialects/query-compiler.ts';
import { UNSCOPED } from '../query/active-scopes.ts';
import type { Plan } from '../query/plan.ts';
import { planQuery } from '../query/planner.ts';
import { withGiven } from '../query/given.ts';
import { shapeKey } from '../query/shape-key.ts';
import type { Bound } from '../query/shape-key.ts';
import { initialState } from '../query/state.ts';
import type { QueryRequest } from '../query/state.ts';
import { sqlComment } from '../utils/sql-comment.ts';
import { decoderOf } from './column-decoder.ts';
import type { ChangedFields } from './changed-fields.ts';
import { EntityCodec } from './entity-codec.ts';
import { Hydrator } from './hydrator.ts';
import { withSources } from './view-sources.ts';
import { updateShape } from './update-shape.ts';
import type { UpdateShape } from './update-shape.ts';

const MAX_SHAPES = 2_000;

type Encode = (value: unknown) => unknown;

/** A request compiled: all that does not depend on its values. */
export interface CompiledQuery {
  readonly plan: Plan;
  readonly sql: string;
  /** For each placeholder: which bound value of the request, and its encoder. */
  readonly slots: readonly { readonly ordinal: number; readonly encode: Encode }[];
  /** For requests of entities. */
  readonly hydrator: Hydrator | undefined;
  /** For requests of values: a decoder per column; undefined where none needs one. */
  readonly decoders: readonly (Encode | undefined)[] | undefined;
}

/** A compiled request with its values. */
export interface BoundQuery {
  readonly compiled: CompiledQuery;
  /** Its text, with the comment of its tags. */
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A model's row by its key: the shortest way from `get` to the driver. */
export interface KeyQuery {
  readonly kind: 'get';
  readonly meta: ModelMeta;
  readonly sql: string;
  readonly encoders: readonly Encode[];
  readonly reads: ReadonlySet<ModelMeta>;
}

/**
 * Everything that is compiled once per shape and used by every session of a database: queries by their structure,
 * write statements by their columns, codecs by model.
 */
export class CompiledCache {
  readonly #dialect: Dialect;
  /** All of the database, as far as they are known. */
  readonly #models: readonly ModelMeta[];
  readonly #queries = new Map<string, CompiledQuery>();
  readonly #prepared = new WeakMap<
    QueryRequest,
    { readonly compiled: CompiledQuery; readonly bound: readonly Bound[] }
  >();
  readonly #writes = new Map<string, string>();
  readonly #updates: WeakMap<ChangedFields, UpdateShape>;
  readonly #keys = new Map<ModelMeta, KeyQuery>();
  readonly #codecs: Map<ModelMeta, EntityCodec>;
  /** Of the same dialect for another schema: how entities are read and written is the same there. */
  readonly base: CompiledCache | undefined;

  constructor(dialect: Dialect, base?: CompiledCache, models: readonly ModelMeta[] = []) {
    this.#dialect = dialect;
    this.#models = models;
    this.base = base;
    this.#codecs = base === undefined ? new Map() : base.#codecs;
    this.#updates = base === undefined ? new WeakMap() : base.#updates;
  }

  get dialect(): Dialect {
    return this.#dialect;
  }

  /** How many shapes of queries have been compiled and kept. */
  get size(): number {
    return this.#queries.size;
  }

  codec(meta: ModelMeta): EntityCodec {
    let codec = this.#codecs.get(meta);
    if (codec === undefined) this.#codecs.set(meta, (codec = new EntityCodec(meta, this.#dialect)));
    return codec;
  }

  /** @throws UnsupportedError, InvalidQueryError, InvalidValueError before anything is sent. */
  query(request: QueryRequest): BoundQuery {
    request.state.scopes.renew();
    const { key, bound } = shapeKey(request, this.#dialect.features.limitsInText);
    const compiled = this.#compiled(key, request, bound);
    return { compiled, sql: tagged(compiled, request), parameters: bind(compiled, bound) };
  }

  /** The same for a request whose values are given now: its structure is looked at once. */
  prepared(request: QueryRequest, given: Readonly<Record<string, unknown>>): BoundQuery {
    let found = this.#prepared.get(request);
    if (found === undefined) {
      request.state.scopes.renew();
      const { key, bound } = shapeKey(request, this.#dialect.features.limitsInText);
      this.#prepared.set(request, (found = { compiled: this.#compiled(key, request, bound), bound }));
    }
    const { compiled, bound } = found;
    const parameters = bind(compiled, withGiven(request.state.meta, bound, given));
    return { compiled, sql: tagged(compiled, request), parameters };
  }

  #compiled(key: string, request: QueryRequest, bound: readonly Bound[]): CompiledQuery {
    let compiled = this.#queries.get(key);
    if (compiled === undefined) {
      compiled = this.#compile(request, bound);
      if (this.#queries.size >= MAX_SHAPES) this.#queries.delete(this.#queries.keys().next().value!);
      this.#queries.set(key, compiled);
    }
    return compiled;
  }

  /** SELECT of one row by its key, of a model without conditions of its own. */
  byKey(meta: ModelMeta): KeyQuery {
    let found = this.#keys.get(meta);
    if (found === undefined) this.#keys.set(meta, (found = this.#compileKeyQuery(meta)));
    return found;
  }

  /** Parameters: the fields, each a value or a list of values. */
  insert(
    model: ModelMeta,
    fields: readonly FieldMeta[],
    {
      rows = 1,
      returning = [],
      onConflict = 'error',
    }: Partial<Pick<InsertStatement, 'rows' | 'returning' | 'onConflict'>>,
  ): string {
    const back = returning.map((field) => field.index).join('.');
    return this.#write(`i${rows}${conflictKey(onConflict)}>${back}:`, model, fields, () => ({
      kind: 'insert',
      model,
      fields,
      rows,
      returning,
      onConflict,
    }));
  }

  /** What the unit of work needs to update rows that changed alike. @throws SessionStateError if a key changed. */
  updateShape(meta: ModelMeta, changed: ChangedFields): UpdateShape {
    let shape = this.#updates.get(changed);
    if (shape === undefined) this.#updates.set(changed, (shape = updateShape(meta, changed, this.codec(meta))));
    return shape;
  }

  /** Several rows at a time, each to values of its own. Parameters row by row, as those of `update`. */
  updateRows(
    model: ModelMeta,
    fields: readonly FieldMeta[],
    by: readonly FieldMeta[],
    rows: number | 'lists',
    counted: readonly FieldMeta[] = [],
  ): string {
    const kind = `u${indexesOf(by)}x${rows}${counted.length > 0 ? '+' : ''}`;
    return this.#write(kind, model, fields, () => ({ kind: 'updateRows', model, fields, by, rows, counted }));
  }

  /** Rows by the values of some fields. Parameters row by row: the number of the row, then the fields. */
  findRows(model: ModelMeta, by: readonly FieldMeta[], rows: number | 'lists', locked: boolean): string {
    return this.#write(`f${rows}${locked}`, model, by, () => ({ kind: 'findRows', model, by, rows, locked }));
  }

  /** Parameters: the fields, then those that name the rows. */
  update(
    model: ModelMeta,
    fields: readonly FieldMeta[],
    by: readonly FieldMeta[],
    counted: readonly FieldMeta[] = [],
  ): string {
    return this.#write(`u${indexesOf(by)}${counted.length > 0 ? '+' : ''}`, model, fields, () => ({
      kind: 'update',
      model,
      alias: undefined,
      set: [
        ...fields.map((field) => ({ field, value: placeholderFor(field) })),
        ...counted.map((field) => ({ field, value: oneMore(field) })),
      ],
      where: keyCondition(by),
    }));
  }

  /** Parameters: the fields that name the rows. */
  delete(model: ModelMeta, fields: readonly FieldMeta[]): string {
    return this.#write('d', model, fields, () => ({
      kind: 'delete',
      model,
      alias: undefined,
      where: keyCondition(fields),
    }));
  }

  /** Any number of rows, each by values of its own, which come in the form that the dialect takes lists in. */
  deleteRows(model: ModelMeta, by: readonly FieldMeta[]): string {
    return this.#write('dr', model, by, () => ({ kind: 'deleteRows', model, by }));
  }

  #write(
    kind: string,
    model: ModelMeta,
    fields: readonly FieldMeta[],
    build: () =>
      | InsertStatement
      | UpdateStatement
      | UpdateRowsStatement
      | FindRowsStatement
      | DeleteStatement
      | DeleteRowsStatement,
  ): string {
    let key = `${kind}${model.id}`;
    for (const field of fields) key += `,${field.index}`;
    let sql = this.#writes.get(key);
    if (sql === undefined) {
      sql = this.#dialect.compile(build()).sql;
      if (this.#writes.size >= MAX_SHAPES) this.#writes.delete(this.#writes.keys().next().value!);
      this.#writes.set(key, sql);
    }
    return sql;
  }

  #compile(request: QueryRequest, bound: readonly Bound[]): CompiledQuery {
    const planned = planQuery(request);
    const plan = { ...planned, reads: withSources(planned.reads, this.#models) };
    const { sql, slots } = this.#dialect.compile(plan.statement);
    const ordinals = new Map(bound.map((value, i) => [value, i]));
    return {
      plan,
      sql,
      slots: slots.map((slot) => ({ ordinal: ordinals.get(slot.bound)!, encode: slot.encode })),
      hydrator:
        plan.kind === 'entities'
          ? new Hydrator(plan.shape, this.#dialect, (segment) => this.codec(segment.meta))
          : undefined,
      decoders: plan.kind === 'values' ? this.#decoders(plan) : undefined,
    };
  }

  #decoders(plan: Extract<Plan, { kind: 'values' }>): readonly (Encode | undefined)[] | undefined {
    const decoders = plan.shape.columns.map((column) => decoderOf(this.#dialect, column));
    return decoders.some((decode) => decode !== undefined) ? decoders : undefined;
  }

  #compileKeyQuery(meta: ModelMeta): KeyQuery {
    const items = meta.key.map((field): Expression => ({
      kind: 'compare',
      operator: 'eq',
      left: fieldPath(field),
      right: placeholderFor(field),
    }));
    const plan = planQuery({ kind: 'entities', state: { ...initialState(meta, UNSCOPED), where: items, order: [] } });
    const { sql, slots } = this.#dialect.compile(plan.statement);
    const encoders = slots.map((slot) => slot.encode);
    return { kind: 'get', meta, sql, encoders, reads: withSources(plan.reads, this.#models) };
  }
}

function conflictKey(onConflict: InsertStatement['onConflict']): string {
  return typeof onConflict === 'string' ? onConflict : `${indexesOf(onConflict.by)}=${indexesOf(onConflict.set)}`;
}

function indexesOf(fields: readonly FieldMeta[]): string {
  return fields.map((field) => field.index).join('.');
}

function oneMore(field: FieldMeta): Expression {
  const left: Expression = { kind: 'column', alias: '', column: field.column, type: field.type, nullable: false };
  const right: Expression = { kind: 'literal', value: 1, type: field.type, nullable: false };
  return { kind: 'arithmetic', operator: 'plus', left, right, type: field.type, nullable: false };
}

function keyCondition(fields: readonly FieldMeta[]): Expression {
  const items = fields.map((field): Expression => ({
    kind: 'compare',
    operator: 'eq',
    left: { kind: 'column', alias: '', column: field.column, type: field.type, nullable: false },
    right: placeholderFor(field),
  }));
  return items.length === 1 ? items[0]! : { kind: 'and', items };
}

/** Tags are no part of the shape: however many there are, a query is compiled once. */
function tagged({ sql }: CompiledQuery, { state: { tags } }: QueryRequest): string {
  return tags === undefined ? sql : sql + sqlComment(tags);
}

function bind({ slots }: CompiledQuery, bound: readonly Bound[]): unknown[] {
  const parameters: unknown[] = Array.from({ length: slots.length });
  for (let i = 0; i < slots.length; i++) {
    const { ordinal, encode } = slots[i]!;
    const value = bound[ordinal]!;
    parameters[i] = encode(value.kind === 'list' ? value.values : value.value);
  }
  return parameters;
}
