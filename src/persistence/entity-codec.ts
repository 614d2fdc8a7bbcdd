import type { EntityGroup } from '../core/loader.ts';
import { guardPrototype } from '../core/references.ts';
import { compositeMapKey, fieldKey } from '../core/keys.ts';
import type { FieldMeta, KeyMeta, ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import { readField, tupleOf, writeField } from '../core/field-values.ts';
import { hasManyForms, invalidValue, problemWith } from '../core/value-types.ts';
import type { Codec, Dialect } from '../dialects/dialect.ts';
import { ChangedFields } from './changed-fields.ts';
import { withRetold } from './retold.ts';
import { canCompile, compileFunction, quoted } from '../utils/codegen.ts';

export { readField, writeField } from '../core/field-values.ts';

type Values = Record<string, unknown>;
type Decode = (raw: unknown) => unknown;
type Encode = (value: unknown) => unknown;

/**
 * Between the rows of one model and its entities, for one dialect: made once, by code generation where that is allowed
 * and by closures where not. Rows are arrays of driver values in the order of `meta.fields`; `undefined` marks a field
 * that was not read.
 */
export class EntityCodec {
  readonly meta: ModelMeta;
  /** A new entity of a full row. It has the user's own prototype; no constructor of the user's class runs. */
  readonly construct: new (row: Row, group: EntityGroup) => object;
  /** Assign every field of a full row to an entity that exists. */
  readonly assign: (entity: object, row: Row) => void;
  /** The fields that differ from the row; null if none does. */
  readonly diff: (entity: object, row: Row) => ChangedFields | null;
  /** The identity-map key of a row. */
  readonly keyOfRow: (row: Row) => unknown;
  /** Position of a key that the row holds as it is; undefined for composite and decoded ones. */
  readonly plainKey: number | undefined;
  /** Driver values of an entity, in the order of the fields; `undefined` where the database is to fill in. */
  readonly encode: (entity: object) => unknown[];
  readonly #codecs: readonly Codec[];
  readonly #encoders: readonly Encode[];

  constructor(meta: ModelMeta, dialect: Dialect) {
    this.meta = meta;
    this.#codecs = meta.fields.map((field) => dialect.codec(field.type));
    this.#encoders = meta.fields.map((field, i) => encoderOf(field, this.#codecs[i]!));
    const decoders = this.#codecs.map((codec) => codec.decode as Decode | undefined);
    const changed = meta.fields.map((field, i) => changeTest(field, this.#codecs[i]!));
    const assign = canCompile ? generateAssign(meta, decoders) : closeAssign(meta, decoders);
    this.assign = assign;
    this.construct =
      canCompile && meta.modelClass !== undefined
        ? generateConstructor(meta, decoders)
        : closeConstructor(meta, assign);
    const none = new ChangedFields();
    const diff = canCompile ? generateDiff(meta, this.#codecs, changed, none) : closeDiff(meta, changed, none);
    this.diff = withRetold(meta, none, diff);
    this.encode = canCompile
      ? generateEncode(meta, this.#encoders, this.#codecs)
      : (entity) => meta.fields.map((field, i) => this.#encoders[i]!(readField(entity, field)));
    this.keyOfRow = keyReader(meta, decoders);
    this.plainKey =
      meta.key.length === 1 && decoders[meta.keyIndexes[0]!] === undefined ? meta.keyIndexes[0] : undefined;
  }

  /**
   * For the parameters of UPDATEs: values of `fields` now, a version counted up, then the row's own values of the fields
   * by which it is found.
   */
  updateBinder(fields: readonly FieldMeta[], by: readonly FieldMeta[]): (entity: object, row: Row) => unknown[] {
    const { version } = this.meta;
    if (canCompile) return generateBinder(this, fields, by, this.#encoders, this.#codecs);
    return (entity, row) => [
      ...fields.map((field) =>
        field === version ? (row[field.index] as number) + 1 : this.encodeField(field, readField(entity, field)),
      ),
      ...by.map((field) => this.storedValue(field, row[field.index])),
    ];
  }

  /** The driver value of one field of an entity. @throws InvalidValueError */
  encodeField(field: FieldMeta, value: unknown): unknown {
    return this.#encoders[field.index]!(value);
  }

  /** A value as a row has it in the form in which a parameter names it. */
  storedValue(field: FieldMeta, raw: unknown): unknown {
    return this.#codecs[field.index]!.select === undefined
      ? raw
      : this.encodeField(field, this.decodeField(field, raw));
  }

  /** The application's value of one field of a row. */
  decodeField(field: FieldMeta, raw: unknown): unknown {
    const { decode } = this.#codecs[field.index]!;
    return raw === null || raw === undefined || decode === undefined ? raw : (decode as Decode)(raw);
  }

  /** What a row has as a key of a relation: null where it refers to nothing, undefined where a part was not read. */
  keyIn(row: Row | null | undefined, key: KeyMeta): unknown {
    if (row === null || row === undefined) return undefined;
    if (key.parts === undefined) return this.decodeField(key, row[key.index]);
    return tupleOf(key.parts, (part) => this.decodeField(part, row[part.index]));
  }

  /** An entity of which only some fields were read: on guard for the others. */
  constructPartial(fields: readonly FieldMeta[], values: Row, group: EntityGroup): object {
    const row = spread(this.meta, fields, values);
    const entity = Object.create(this.#prototypeFor(row)) as object;
    for (const field of fields) writeField(entity, field, this.decodeField(field, row[field.index]));
    new State(entity, row, group);
    return entity;
  }

  /** Give an entity that is a reference or partial the fields that it lacks; those that it has stay as they are. */
  fill(entity: object, fields: readonly FieldMeta[], values: Row, group: EntityGroup): void {
    const known = State.row(entity);
    const row = spread(this.meta, fields, values);
    const missing = fields.filter((field) => known?.[field.index] === undefined);
    const merged = known === null ? row : known.map((value, i) => (value === undefined ? row[i] : value));
    Object.setPrototypeOf(entity, this.#prototypeFor(merged));
    for (const field of missing) writeField(entity, field, this.decodeField(field, row[field.index]));
    nullEmbedded(this.meta, entity, missing, merged);
    State.setRow(entity, merged);
    State.setGroup(entity, group);
  }

  /** Make an entity what a row of it says: fields that the row has are there, for the others it stands on guard. */
  stand(entity: object, row: Row): void {
    const known = State.row(entity);
    const { fields } = this.meta;
    const guarded = new Set(fields.filter(({ index }) => row[index] === undefined).map(({ path }) => path[0]!));
    const back = fields.filter(({ index, path }) => known?.[index] === undefined && !guarded.has(path[0]!));
    Object.setPrototypeOf(entity, this.#prototypeFor(row));
    for (const name of guarded) delete (entity as Values)[name];
    for (const field of back) writeField(entity, field, this.decodeField(field, row[field.index]));
    nullEmbedded(this.meta, entity, back, row);
    State.setRow(entity, row);
  }

  /** The user's class, or a guard on it for what the row lacks. */
  #prototypeFor(row: Row): object {
    const missing = this.meta.fields.filter((field) => row[field.index] === undefined);
    return missing.length === 0 ? (this.meta.modelClass!.prototype as object) : guardPrototype(this.meta, missing);
  }
}

/** Values of some fields as a row of all, with holes. */
export function spread(meta: ModelMeta, fields: readonly FieldMeta[], values: Row): unknown[] {
  const row = Array.from<unknown>({ length: meta.fields.length });
  fields.forEach((field, i) => {
    row[field.index] = values[i];
  });
  return row;
}

/** Of an embedded value that may be missing, every part is NULL then, and it is null itself. */
function nullEmbedded(meta: ModelMeta, entity: object, given: readonly FieldMeta[], row: Row): void {
  for (const { name, nullable, fields } of meta.embeddedByName.values())
    if (nullable && given.includes(fields[0]!) && fields.every(({ index }) => row[index] === null))
      (entity as Values)[name] = null;
}

/** Check and encode one value; null stands for NULL, undefined for "nothing given". */
function encoderOf(field: FieldMeta, codec: Codec): Encode {
  const encode = codec.encode as Encode;
  const checked: Encode = (value) => {
    if (value === undefined && field.generation !== undefined)
      return field.generation === 'identity' ? null : undefined;
    if (value === null || value === undefined) {
      if (field.nullable) return null;
      throw invalidValue(
        field.model.name,
        field.relation?.name ?? field.name,
        `has no value and is not nullable: give it one, or declare it nullable: true`,
      );
    }
    const problem = problemWith(field.type, value);
    if (problem !== undefined) throw invalidValue(field.model.name, field.name, problem);
    return encode(value);
  };
  if (field.type.kind !== 'int') return checked;
  return (value) => (typeof value === 'number' && (value | 0) === value ? value : checked(value));
}

/** Whether a field's value differs from the stored one. Mutable values are compared by what they would be stored as. */
function changeTest(field: FieldMeta, codec: Codec): (value: unknown, raw: unknown) => boolean {
  const encode = codec.encode as Encode;
  const decode = codec.decode as Decode | undefined;
  return (value, raw) => {
    if (value === raw) return false;
    // The null of JSON is not that of SQL, and both are null in memory.
    if (value === null && raw !== null) return decode?.(raw) !== null;
    if (value === undefined || raw === null || problemWith(field.type, value) !== undefined) return true;
    const stored = encode(value);
    if (sameStored(stored, raw)) return false;
    // A row written by another program may hold another form of the same value.
    return decode === undefined || !sameStored(stored, encode(decode(raw)));
  };
}

function sameStored(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

/* ---------- generated functions ---------- */

function accessOf(field: FieldMeta): string {
  const [outer, inner] = field.path.map((step) => `e[${quoted(step)}]`);
  return inner === undefined ? outer! : `(${outer} === null ? null : ${outer}?.[${quoted(field.path[1]!)}])`;
}

function decodedText(index: number, decoders: readonly (Decode | undefined)[]): string {
  return decoders[index] === undefined ? `r[${index}]` : `(r[${index}] === null ? null : d${index}(r[${index}]))`;
}

function numbered(prefix: string, items: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(items.map((item, i) => [`${prefix}${i}`, item]));
}

/** Assignments of all attributes in the order of the definition; parts of an embedded value stand together. */
function assignments(meta: ModelMeta, decoders: readonly (Decode | undefined)[], target: string): string {
  const lines: string[] = [];
  for (const field of meta.fields) {
    if (field.path.length === 1) {
      lines.push(`${target}[${quoted(field.name)}] = ${decodedText(field.index, decoders)};`);
      continue;
    }
    const embedded = meta.embeddedByName.get(field.path[0]!)!;
    if (embedded.fields[0] !== field) continue;
    const parts = embedded.fields.map((part) => `${quoted(part.path[1]!)}: ${decodedText(part.index, decoders)}`);
    const whole = `{ ${parts.join(', ')} }`;
    const isNull = embedded.fields.map((part) => `r[${part.index}] === null`).join(' && ');
    lines.push(`${target}[${quoted(embedded.name)}] = ${embedded.nullable ? `${isNull} ? null : ${whole}` : whole};`);
  }
  return lines.join('\n');
}

/**
 * A plain function, whose prototype can be the user's own: instances are the user's class and nothing else. The private
 * state is stamped on last, so that all entities of the model end with one hidden class.
 */
function generateConstructor(meta: ModelMeta, decoders: readonly (Decode | undefined)[]): EntityCodec['construct'] {
  const construct = compileFunction<EntityCodec['construct']>(
    { State, ...numbered('d', decoders) },
    `return function (r, g) {\n${assignments(meta, decoders, 'this')}\nnew State(this, r, g);\n};`,
  );
  Object.defineProperty(construct, 'prototype', { value: meta.modelClass!.prototype });
  return construct;
}

function generateAssign(meta: ModelMeta, decoders: readonly (Decode | undefined)[]): EntityCodec['assign'] {
  return compileFunction(numbered('d', decoders), `return function (e, r) {\n${assignments(meta, decoders, 'e')}\n};`);
}

function generateDiff(
  meta: ModelMeta,
  codecs: readonly Codec[],
  changed: readonly ((value: unknown, raw: unknown) => boolean)[],
  none: ChangedFields,
): EntityCodec['diff'] {
  const lines = meta.fields.map((field) => {
    const i = field.index;
    const value = accessOf(field);
    // Of several spellings of a value the row has one.
    const plain = codecs[i]!.decode === undefined && !hasManyForms(field.type);
    const test = plain ? `${value} !== r[${i}]` : `c${i}(${value}, r[${i}])`;
    return `if (r[${i}] !== undefined && ${test}) out = (out ?? none).with(${i});`;
  });
  return compileFunction(
    { none, ...numbered('c', changed) },
    `return function (e, r) {\nlet out = null;\n${lines.join('\n')}\nreturn out;\n};`,
  );
}

/** The common case of each simple type inline; all else goes through the checked encoder, which also words the error. */
function encodedText(field: FieldMeta, codecs: readonly Codec[]): string {
  const i = field.index;
  const value = accessOf(field);
  const { type } = field;
  if (codecs[i]!.decode === undefined && (type.kind === 'string' || type.kind === 'text')) {
    const length = type.kind !== 'string' || type.maxLength === undefined ? '' : ` && v.length <= ${type.maxLength}`;
    return `(typeof (v = ${value}) === 'string'${length} && v.isWellFormed() && !v.includes('\\0') ? v : x${i}(v))`;
  }
  if (field.type.kind === 'int') return `(typeof (v = ${value}) === 'number' && (v | 0) === v ? v : x${i}(v))`;
  return `x${i}(${value})`;
}

function generateBinder(
  codec: EntityCodec,
  fields: readonly FieldMeta[],
  by: readonly FieldMeta[],
  encoders: readonly Encode[],
  codecs: readonly Codec[],
): ReturnType<EntityCodec['updateBinder']> {
  const stored = (field: FieldMeta): string =>
    codecs[field.index]!.select === undefined ? `r[${field.index}]` : `s${field.index}(r[${field.index}])`;
  const items = [
    ...fields.map((field) => (field === codec.meta.version ? `r[${field.index}] + 1` : encodedText(field, codecs))),
    ...by.map(stored),
  ];
  const spoiled = codec.meta.fields.map((field) => (raw: unknown) => codec.storedValue(field, raw));
  return compileFunction(
    { ...numbered('x', encoders), ...numbered('s', spoiled) },
    `return function (e, r) {\nlet v;\nreturn [${items.join(', ')}];\n};`,
  );
}

function generateEncode(meta: ModelMeta, encoders: readonly Encode[], codecs: readonly Codec[]): EntityCodec['encode'] {
  const items = meta.fields.map((field) => encodedText(field, codecs));
  return compileFunction(numbered('x', encoders), `return function (e) {\nlet v;\nreturn [${items.join(', ')}];\n};`);
}

/* ---------- the same by closures ---------- */

function closeAssign(meta: ModelMeta, decoders: readonly (Decode | undefined)[]): EntityCodec['assign'] {
  const decoded = (field: FieldMeta, row: Row): unknown => {
    const raw = row[field.index];
    const decode = decoders[field.index];
    return raw === null || decode === undefined ? raw : decode(raw);
  };
  return (entity, row) => {
    for (const field of meta.fields) {
      if (field.path.length === 1) {
        (entity as Values)[field.name] = decoded(field, row);
        continue;
      }
      const embedded = meta.embeddedByName.get(field.path[0]!)!;
      if (embedded.fields[0] !== field) continue;
      const absent = embedded.nullable && embedded.fields.every((part) => row[part.index] === null);
      (entity as Values)[embedded.name] = absent
        ? null
        : Object.fromEntries(embedded.fields.map((part) => [part.path[1]!, decoded(part, row)]));
    }
  };
}

function closeConstructor(meta: ModelMeta, assign: EntityCodec['assign']): EntityCodec['construct'] {
  const prototype = (meta.modelClass?.prototype ?? Object.prototype) as object;
  function construct(this: object, row: Row, group: EntityGroup): void {
    assign(this, row);
    new State(this, row, group);
  }
  Object.defineProperty(construct, 'prototype', { value: prototype });
  // A plain function used with `new`: TypeScript types only classes so.
  return construct as unknown as EntityCodec['construct'];
}

function closeDiff(
  meta: ModelMeta,
  changed: readonly ((value: unknown, raw: unknown) => boolean)[],
  none: ChangedFields,
): EntityCodec['diff'] {
  return (entity, row) => {
    let out = none;
    for (const field of meta.fields) {
      const raw = row[field.index];
      if (raw !== undefined && changed[field.index]!(readField(entity, field), raw)) out = out.with(field.index);
    }
    return out === none ? null : out;
  };
}

/** Keys are what the database returned, decoded; raw where a single key needs no decoding. */
function keyReader(meta: ModelMeta, decoders: readonly (Decode | undefined)[]): EntityCodec['keyOfRow'] {
  const { keyIndexes } = meta;
  const decodeAt = (row: Row, index: number): unknown => {
    const raw = row[index];
    const decode = decoders[index];
    return raw === null || decode === undefined ? raw : decode(raw);
  };
  const [only] = keyIndexes;
  if (keyIndexes.length > 1)
    return (row) =>
      compositeMapKey(
        meta,
        keyIndexes.map((index) => decodeAt(row, index)),
      );
  if (decoders[only!] === undefined) return (row) => row[only!];
  const field = meta.key[0]!;
  return (row) => fieldKey(field, decodeAt(row, only!));
}
