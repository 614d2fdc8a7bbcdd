import { DefinitionError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { FETCH_MODES, isFetchMode } from './fetch-mode.ts';
import { ColumnDefinition, EmbeddedDefinition, RelationDefinition } from './definitions.ts';
import type { ColumnOptions, RelationOptions } from './definitions.ts';
import type { Cascade, ReferentialAction } from './metadata.ts';
import { checkName } from './names.ts';
import type { FieldBuilders } from './types/index.ts';
import { describe } from './value-types.ts';
import type { CustomCodec, JsonPart, ValueType } from './value-types.ts';

type Options = ColumnOptions & Readonly<Record<string, unknown>>;

const COLUMN_OPTIONS = new Set([
  'nullable',
  'default',
  'dbDefault',
  'unique',
  'index',
  'primaryKey',
  'column',
  'sensitive',
  'comment',
  'generated',
  'validators',
  'renamedFrom',
]);
const RELATION_OPTIONS = new Set([
  'nullable',
  'unique',
  'index',
  'primaryKey',
  'column',
  'fields',
  'comment',
  'default',
  'onDelete',
  'onUpdate',
  'to',
  'fetchMode',
  'validators',
  'renamedFrom',
]);

const CASCADES: readonly Cascade[] = ['delete', 'delete-orphan'];
const ACTIONS: readonly ReferentialAction[] = ['cascade', 'restrict', 'set null', 'set default', 'no action'];

/** Options that nobody knows are refused where they are written: the stack points at the line. */
function known(builder: string, options: object | undefined, allowed: ReadonlySet<string>, ...more: string[]): void {
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw new DefinitionError([`f.${builder}() takes its options as an object, not ${describe(options)}.`]);
  }
  for (const name of ['column', 'renamedFrom', 'table', 'to'] as const)
    checkName(`f.${builder}()`, name, (options as Readonly<Record<string, unknown>> | undefined)?.[name]);
  for (const name of ['comment', 'prefix'] as const)
    checkName(`f.${builder}()`, name, (options as Readonly<Record<string, unknown>> | undefined)?.[name], true);
  const names = [...allowed, ...more];
  for (const key of Object.keys(options ?? {})) {
    if (!names.includes(key))
      throw new DefinitionError([`f.${builder}() has no option '${key}'.`], {
        field: key,
        remedy: suggest(key, names),
      });
  }
}

function column(builder: string, type: ValueType, options: Options = {}, ...more: string[]): ColumnDefinition {
  known(builder, options, COLUMN_OPTIONS, ...more);
  return new ColumnDefinition(type, options);
}

/** More no database has digits or characters. */
const LONGEST = 2_147_483_647;

function positive(builder: string, option: string, value: unknown, least = 1): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= LONGEST) return value;
  const isTooLarge = typeof value === 'number' && value > LONGEST;
  const range = isTooLarge ? `at most ${LONGEST}` : `at least ${least}`;
  throw new DefinitionError([`f.${builder}() needs '${option}' as an integer of ${range}.`], {
    field: option,
  });
}

/** The builders as they run; `FieldBuilders` says what they mean to the compiler. */
const builders = {
  auto: (options: Options = {}) => identity('auto', 'int', options),
  bigAuto: (options: Options = {}) => identity('bigAuto', 'bigint', options),
  uuid: (options?: Options) => column('uuid', { kind: 'uuid' }, options),
  int: (options?: Options) => column('int', { kind: 'int' }, options),
  smallInt: (options?: Options) => column('smallInt', { kind: 'smallInt' }, options),
  bigint: (options?: Options) => column('bigint', { kind: 'bigint' }, options),
  float: (options?: Options) => column('float', { kind: 'float' }, options),
  decimal: (options: Options) => {
    const precision = positive('decimal', 'precision', options?.['precision']);
    const scale = positive('decimal', 'scale', options?.['scale'], 0);
    if (scale > precision)
      throw new DefinitionError(["f.decimal() needs a 'scale' that is not above its 'precision'."]);
    return column('decimal', { kind: 'decimal', precision, scale }, options, 'precision', 'scale');
  },
  string: (options: Options = {}) => {
    const maxLength =
      options['maxLength'] === undefined ? undefined : positive('string', 'maxLength', options['maxLength']);
    return column('string', { kind: 'string', maxLength }, options, 'maxLength');
  },
  text: (options?: Options) => column('text', { kind: 'text' }, options),
  bool: (options?: Options) => column('bool', { kind: 'bool' }, options),
  date: (options?: Options) => column('date', { kind: 'date' }, options),
  time: (options?: Options) => column('time', { kind: 'time' }, options),
  datetime: (options: Options = {}) => {
    known('datetime', options, COLUMN_OPTIONS, 'autoNow', 'autoNowAdd');
    const generation =
      options['autoNow'] === true ? 'now on save' : options['autoNowAdd'] === true ? 'now on insert' : undefined;
    return new ColumnDefinition({ kind: 'datetime' }, options, generation);
  },
  json: (options?: Options) => column('json', { kind: 'json' }, options, 'schema'),
  enum: (values: readonly string[], options?: Options) => {
    if (!Array.isArray(values) || values.length === 0 || !values.every((value) => typeof value === 'string')) {
      throw new DefinitionError(['f.enum() needs a list of at least one string.']);
    }
    return column('enum', { kind: 'enum', values: Object.freeze([...values]) }, options);
  },
  binary: (options?: Options) => column('binary', { kind: 'binary' }, options),
  array: (of: ColumnDefinition, options?: Options) => {
    if (!(of instanceof ColumnDefinition))
      throw new DefinitionError(['f.array() takes the column that its items are like, as in f.array(f.string()).']);
    return column('array', { kind: 'array', of: of.type }, options);
  },
  custom: (type: { codec: CustomCodec; type: string | Readonly<Record<string, string>> }, options?: Options) => {
    known('custom', type, new Set(['codec', 'type']));
    const { codec, type: columnType } = type ?? {};
    if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') {
      throw new DefinitionError(["f.custom() needs a 'codec' with encode() and decode()."]);
    }
    if (typeof columnType !== 'string' && (typeof columnType !== 'object' || columnType === null)) {
      throw new DefinitionError([
        "f.custom() needs a 'type': the column's type in SQL, or one for each dialect by its name.",
      ]);
    }
    return column('custom', { kind: 'custom', codec, columnType }, options);
  },
  embedded: (fields: Readonly<Record<string, ColumnDefinition>>, options: EmbeddedOptions = {}) => {
    const { as, ...others } = options;
    if (as !== undefined && as !== 'json')
      throw new DefinitionError(["f.embedded() is { as: 'json' }, or has a column for each part without."]);
    if (as === undefined) known('embedded', options, new Set(['prefix', 'nullable']));
    else known('embedded', options, new Set(['as', 'nullable', 'column', 'comment']));
    return as === undefined
      ? new EmbeddedDefinition(fields, options)
      : new ColumnDefinition({ kind: 'json', parts: jsonParts(fields) }, others);
  },
  version: (options: Options = {}) => {
    known('version', options, new Set(['column', 'comment', 'renamedFrom']));
    return new ColumnDefinition({ kind: 'int' }, options, 'version');
  },
  foreignKey: (target: unknown, options?: RelationOptions) => toOne('foreignKey', target, options),
  oneToOne: (target: unknown, options?: RelationOptions) => toOne('oneToOne', target, options),
  manyToMany: (target: unknown, options?: RelationOptions) => {
    known('manyToMany', options, new Set(['through', 'table', 'fetchMode']));
    checkFetchMode('manyToMany', options);
    return new RelationDefinition('manyToMany', target, options);
  },
  reverse: (target: unknown, via: string, options?: RelationOptions) => otherSide('reverse', target, via, options),
  reverseOne: (target: unknown, via: string, options?: RelationOptions) =>
    otherSide('reverseOne', target, via, options),
};

interface EmbeddedOptions {
  readonly as?: string;
  readonly prefix?: string;
  readonly nullable?: boolean;
  readonly column?: string;
  readonly comment?: string;
}

/** Types whose values JSON has as they are. */
const IN_JSON = new Set([
  'int',
  'smallInt',
  'float',
  'decimal',
  'string',
  'text',
  'enum',
  'bool',
  'uuid',
  'date',
  'time',
  'json',
]);

/** The parts of a value in one column of JSON. @throws DefinitionError for what JSON cannot hold. */
function jsonParts(fields: Readonly<Record<string, ColumnDefinition>>): Readonly<Record<string, JsonPart>> {
  return Object.freeze(
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => {
        if (!(field instanceof ColumnDefinition) || !fitsJson(field.type))
          throw new DefinitionError([
            `f.embedded() as JSON cannot hold '${name}': parts are texts, numbers, booleans, days, times, JSON, lists of these, or embedded as JSON themselves.`,
          ]);
        return [name, Object.freeze({ type: field.type, nullable: field.options.nullable === true })];
      }),
    ),
  );
}

function fitsJson(type: ValueType): boolean {
  return type.kind === 'array' ? fitsJson(type.of) : IN_JSON.has(type.kind);
}

function identity(builder: string, kind: 'int' | 'bigint', options: Options): ColumnDefinition {
  known(builder, options, new Set(['column', 'comment', 'renamedFrom']));
  return new ColumnDefinition({ kind }, { ...options, primaryKey: true }, 'identity');
}

function otherSide(
  kind: 'reverse' | 'reverseOne',
  target: unknown,
  via: string,
  options?: RelationOptions,
): RelationDefinition {
  known(kind, options, new Set(['fetchMode', 'cascade']));
  checkFetchMode(kind, options);
  const cascade: unknown = options?.cascade;
  if (cascade !== undefined && !CASCADES.includes(cascade as Cascade))
    throw new DefinitionError([`f.${kind}() does not know what its 'cascade' says.`], {
      field: 'cascade',
      remedy: `Use one of: ${CASCADES.join(', ')}.`,
    });
  return new RelationDefinition(kind, target, options, via);
}

function checkFetchMode(kind: string, options: RelationOptions | undefined): void {
  const mode: unknown = options?.fetchMode;
  if (mode === undefined || isFetchMode(mode)) return;
  throw new DefinitionError([`f.${kind}() does not know what its 'fetchMode' says.`], {
    field: 'fetchMode',
    remedy: `Use one of: ${FETCH_MODES.join(', ')}.`,
  });
}

function toOne(kind: 'foreignKey' | 'oneToOne', target: unknown, options?: RelationOptions): RelationDefinition {
  known(kind, options, RELATION_OPTIONS);
  checkFetchMode(kind, options);
  for (const event of ['onDelete', 'onUpdate'] as const) {
    const action = options?.[event];
    if (action === undefined || ACTIONS.includes(action)) continue;
    throw new DefinitionError([`f.${kind}() does not know what its '${event}' says.`], {
      field: event,
      remedy: `Use one of: ${ACTIONS.join(', ')}.`,
    });
  }
  return new RelationDefinition(kind, target, options);
}

/**
 * The field builders. Columns are NOT NULL unless `nullable: true`; a relation names its target lazily, so models may
 * refer to each other across files.
 *
 * @example
 * ```ts
 * import { f, model } from 'blazeorm';
 * export class Artist extends model('artist', {
 *   id: f.auto(),
 *   name: f.string({ maxLength: 120, nullable: true }),
 *   albums: f.reverse(() => Album, 'artist'),
 * }) {}
 * export class Album extends model('album', {
 *   id: f.auto(),
 *   title: f.string({ maxLength: 160 }),
 *   artist: f.foreignKey(() => Artist, { onDelete: 'cascade' }),
 * }) {}
 * ```
 */
export const f: FieldBuilders =
  // The one cast from running builders to their types: `FieldBuilders` tells of values that exist at compile time only.
  builders as unknown as FieldBuilders;
