/** Schemas made by chance, with names and values that are hard to write. */
import fc from 'fast-check';

import { caseWhen, cast, f, sql, UnsupportedError } from 'blazeorm';
import { PostgresDialect } from 'blazeorm/schema';

import type { Expression } from '../../../src/core/ast/expressions.ts';
import type {
  CheckSchema,
  ColumnSchema,
  ForeignKeySchema,
  IndexSchema,
  Schema,
  TableSchema,
} from '../../../src/core/ast/schema.ts';
import type { ValueType } from '../../../src/core/value-types.ts';
import { metaOf } from '../../../src/core/registry.ts';
import { conditionOf, partOf } from '../../../src/schema/conditions.ts';
import { attributeOf, modelOfTable } from '../../../src/schema/historical.ts';
import { plain } from '../../../src/schema/print/plain.ts';

const HOSTILE = [
  "it's",
  'say "so"',
  '`${1}`',
  'back\\slash',
  'two\nlines',
  'a\u2028b',
  '\u202Eback',
  '名前',
  '🦊',
  '--',
  '*/',
  '',
];

export const anyText: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('a', 'é', 'ß', '名', '한', '🦊', '\u200D', '\uFEFF', 'ئ', '\\', '`', '$', '{'),
      maxLength: 12,
    }),
  )
  .map((text) => text.replaceAll('\0', ''));

const TYPES: readonly ValueType[] = [
  { kind: 'int' },
  { kind: 'smallInt' },
  { kind: 'bigint' },
  { kind: 'float' },
  { kind: 'text' },
  { kind: 'uuid' },
  { kind: 'bool' },
  { kind: 'date' },
  { kind: 'time' },
  { kind: 'datetime' },
  { kind: 'binary' },
  { kind: 'json' },
  { kind: 'string', maxLength: undefined },
  { kind: 'string', maxLength: 200 },
  { kind: 'decimal', precision: 10, scale: 2 },
  { kind: 'enum', values: ['draft', "it's"] },
  { kind: 'array', of: { kind: 'int' } },
  { kind: 'array', of: { kind: 'string', maxLength: 5 } },
  { kind: 'custom', codec: plain, columnType: 'point' },
  { kind: 'custom', codec: plain, columnType: { sqlite: 'text', postgres: 'citext', mysql: 'text', mariadb: 'text' } },
];

/** A value of a type, as rows are filled with. */
export function valueOfType(type: ValueType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'int':
    case 'smallInt':
      return fc.integer({ min: -32_768, max: 32_767 });
    case 'bigint':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'float':
      return fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(1e21, 1e-7, -0.5));
    case 'decimal':
      return fc.integer({ min: -99_999, max: 99_999 }).map((units) => (units / 100).toFixed(2));
    case 'bool':
      return fc.boolean();
    case 'uuid':
      return fc.uuid();
    case 'date':
      return fc.constantFrom('2026-01-31', '1999-12-01');
    case 'time':
      return fc.constantFrom('12:30:00', '00:00:00.5');
    case 'datetime':
      return fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    case 'binary':
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes));
    case 'json':
      return fc.jsonValue({ maxDepth: 3 }).map((value) => value ?? {});
    case 'enum':
      return fc.constantFrom(...type.values);
    case 'array':
      return fc.array(valueOfType(type.of), { maxLength: 30 });
    case 'string':
      return anyText.map((text) => Array.from(text).slice(0, type.maxLength).join(''));
    default:
      return anyText;
  }
}

const anyColumnName = fc.constantFrom(
  'title',
  'views',
  'author_id',
  'createdAt',
  'group',
  'constructor',
  'pk',
  '__proto__',
  'with space',
  "o'clock",
  'größe',
  'Name',
  'load',
  'x$y',
  'kind',
  '$',
);

function anyColumn(name: string): fc.Arbitrary<ColumnSchema> {
  return fc
    .record({
      type: fc.constantFrom(...TYPES),
      nullable: fc.boolean(),
      default: fc.option(fc.oneof(anyText, fc.integer(), fc.boolean(), fc.constant(null)), { nil: undefined, freq: 3 }),
      generated: fc.option(fc.record({ sql: fc.constantFrom("upper('a')", '1 + 1'), stored: fc.boolean() }), {
        nil: undefined,
        freq: 6,
      }),
      comment: fc.option(anyText, { nil: undefined, freq: 3 }),
    })
    .chain((rest) =>
      fc
        .option(
          fc.oneof(
            valueOfType(rest.type),
            fc.constant(() => new Date()),
          ),
          { nil: undefined },
        )
        .map((fill): ColumnSchema => ({ name, identity: false, ...rest, ...(fill === undefined ? {} : { fill }) })),
    );
}

/** What a test of such a column can look like. */
type Made = (t: Readonly<Record<string, never>>) => unknown;

type Callable = Readonly<Record<string, (...args: readonly unknown[]) => Callable>>;

/** A condition on one of the columns, in terms of the builders. */
function anyTest(columns: readonly ColumnSchema[]): fc.Arbitrary<Made> {
  return fc.constantFrom(...columns).chain((column) => {
    const name = attributeOf(column.name);
    const of = (t: object): Callable => (t as Readonly<Record<string, Callable>>)[name]!;
    const { type } = column;
    const value = valueOfType(type);
    const tests: fc.Arbitrary<(t: object) => unknown>[] = [
      fc.constant((t) => of(t)['isNull']!()),
      fc.constant((t) => of(t)['isNotNull']!()),
    ];
    if (
      [
        'int',
        'smallInt',
        'bigint',
        'float',
        'decimal',
        'date',
        'datetime',
        'uuid',
        'enum',
        'text',
        'string',
        'bool',
      ].includes(type.kind)
    )
      tests.push(
        fc.tuple(fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte'), value).map(
          ([method, v]) =>
            (t) =>
              of(t)[method]!(v),
        ),
        fc.array(value, { maxLength: 3 }).map((list) => (t) => of(t)['oneOf']!(list)),
        fc.array(value, { maxLength: 3 }).map((list) => (t) => of(t)['notOneOf']!(list)),
        fc.tuple(value, value).map(
          ([low, high]) =>
            (t) =>
              of(t)['between']!(low, high),
        ),
        value.map((v) => (t) => of(t)['coalesce']!(v)['eq']!(v)),
        fc.tuple(value, value).map(
          ([a, b]) =>
            (t) =>
              caseWhen(of(t)['eq']!(a) as never, 1)
                .when(of(t)['eq']!(b) as never, 2)
                .otherwise(3)
                .gte(2),
        ),
        value.map((v) => (t) => of(t)['nullIf']!(v)['isNull']!()),
      );
    if (['text', 'string', 'enum'].includes(type.kind))
      tests.push(
        fc.tuple(fc.constantFrom('contains', 'istartsWith', 'endsWith', 'iexact', 'regex'), anyText).map(
          ([method, v]) =>
            (t) =>
              of(t)[method]!(v),
        ),
        fc.constantFrom('lower', 'trim', 'reverse').map((method) => (t) => of(t)[method]!()['ne']!('x')),
        fc.nat(9).map((n) => (t) => of(t)['left']!(n)['length']!()['gt']!(2)),
        fc.nat(9).map((n) => (t) => of(t)['substring']!(n + 1, of(t)['length']!())['eq']!('x')),
        anyText.map((v) => (t) => of(t)['concat']!(v, of(t))['replace']!('a', v)['position']!('b')['eq']!(0)),
      );
    if (['int', 'smallInt', 'bigint', 'float', 'decimal'].includes(type.kind))
      tests.push(
        fc
          .tuple(fc.constantFrom('plus', 'minus', 'times', 'dividedBy', 'mod'), fc.integer({ min: -5, max: 5 }), value)
          .map(
            ([method, by, v]) =>
              (t) =>
                method === 'dividedBy'
                  ? of(t)[method]!(by)['gt']!(of(t))
                  : of(t)[method]!(by)['plus']!(of(t))['gt']!(type.kind === 'float' ? of(t) : v),
          ),
        fc.constantFrom('abs', 'neg', 'floor', 'sign').map((method) => (t) => of(t)[method]!()['gte']!(of(t))),
        fc.constant((t: object) => cast(of(t) as never, f.decimal({ precision: 12, scale: 1 })).lt('3.5')),
        value.map((v) => (t) => sql<boolean>`${of(t)} > ${v as never} AND ${sql.id('x"y')} <> '\`\${'`),
      );
    if (type.kind === 'datetime' || type.kind === 'date')
      tests.push(
        fc.constantFrom('year', 'weekDay').map((method) => (t) => of(t)[method]!()['gte']!(3)),
        value.map((v) => (t) => of(t)['truncate']!('day')['lt']!(v)),
        value.map((v) => (t) => of(t)['add']!({ days: 3, months: 2 } as never)['difference']!(v, 'day')['lt']!(9)),
      );
    if (type.kind === 'json')
      tests.push(
        anyText.map((v) => (t) => of(t)['path']!('a', 0)['asText']!()['eq']!(v)),
        fc.constant((t: object) => of(t)['path']!('a')['eq']!(null)),
        fc.constant((t: object) => of(t)['hasKey']!('a')),
        fc.constant((t: object) => of(t)['jsonContains']!({ a: [1, 'x'], b: {} })),
      );
    if (type.kind === 'array')
      tests.push(
        value.map((v) => (t) => of(t)['arrayContains']!(v)),
        fc.nat(5).map((n) => (t) => of(t)['arrayLength']!()['gt']!(n)),
      );
    return fc.oneof(...tests) as fc.Arbitrary<Made>;
  });
}

/** A condition on several. */
export function anyCondition(columns: readonly ColumnSchema[]): fc.Arbitrary<Made> {
  const { condition } = fc.letrec<{ condition: Made }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      anyTest(columns),
      fc.tuple(tie('condition'), tie('condition'), fc.constantFrom('and', 'or')).map(
        ([a, b, join]): Made =>
          (t) =>
            (a(t) as Callable)[join]!(b(t)),
      ),
      tie('condition').map(
        (a): Made =>
          (t) =>
            (a(t) as Callable)['not']!(),
      ),
    ),
  }));
  return condition;
}

/** A constraint has its values in its text, which not every value can be. */
function canInline(condition: Expression): boolean {
  try {
    return new PostgresDialect().inline(condition) !== '';
  } catch (error) {
    if (error instanceof UnsupportedError) return false;
    throw error;
  }
}

function anyTable(name: string): fc.Arbitrary<TableSchema> {
  return fc
    .uniqueArray(anyColumnName, { minLength: 1, maxLength: 5, selector: (column) => column.toLowerCase() })
    .chain((names) => fc.tuple(...names.map(anyColumn)))
    .chain((columns) => {
      const id: ColumnSchema = {
        name: 'id',
        type: { kind: 'int' },
        nullable: false,
        identity: true,
        default: undefined,
        generated: undefined,
        comment: undefined,
      };
      const bare: TableSchema = {
        schema: undefined,
        name,
        columns: [id, ...columns],
        primaryKey: ['id'],
        foreignKeys: [],
        indexes: [],
        checks: [],
        comment: undefined,
      };
      const resolved = (made: Made, label: string) => conditionOf(metaOf(modelOfTable(bare)), made, label);
      const conditions = anyCondition(columns).filter((made) => canInline(resolved(made, 'any')));
      const values = conditions.map(
        (made): Made =>
          (t) =>
            caseWhen(made(t) as never, 1)
              .otherwise(2)
              .desc(),
      );
      const names = columns.map((column) => column.name).filter((column) => !column.startsWith('-'));
      const check = (label: string): fc.Arbitrary<CheckSchema> =>
        conditions.map((made) => ({ name: label, condition: resolved(made, label) }));
      const index = (label: string): fc.Arbitrary<IndexSchema> =>
        fc
          .record({
            parts: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
            descending: fc.boolean(),
            unique: fc.boolean(),
            where: fc.option(conditions, { nil: undefined }),
            computed: fc.option(values, { nil: undefined }),
          })
          .map(({ parts, descending, unique, where, computed }) => ({
            name: label,
            parts: [
              ...(computed === undefined ? [] : [partOf(metaOf(modelOfTable(bare)), computed, label)]),
              ...parts.map((column) => ({ column, descending })),
            ],
            unique,
            fullText: undefined,
            where: where === undefined ? undefined : resolved(where, label),
          }));
      const key = (label: string): fc.Arbitrary<ForeignKeySchema> =>
        fc
          .record({
            column: fc.constantFrom(...names),
            onDelete: fc.constantFrom('cascade' as const, 'no action' as const, 'set null' as const),
          })
          .map(({ column, onDelete }) => ({
            name: label,
            columns: [column],
            table: { schema: undefined, name },
            targets: ['id'],
            onDelete,
            onUpdate: 'no action',
          }));
      return fc
        .record({
          checks: fc.subarray(['check_a', "check'b"]).chain((labels) => fc.tuple(...labels.map(check))),
          indexes: fc
            .subarray([`${name}_title_idx`, `${name}_views_key`, 'index_c'])
            .chain((labels) => fc.tuple(...labels.map(index))),
          foreignKeys: fc.subarray([`${name}_author_id_fkey`]).chain((labels) => fc.tuple(...labels.map(key))),
          comment: fc.option(anyText, { nil: undefined }),
        })
        .map((parts): TableSchema => ({ ...bare, ...parts }));
    });
}

/** A schema of a few tables. */
export const anySchema: fc.Arbitrary<Schema> = fc
  .record({
    tables: fc
      .subarray(['post', 'author', "odd's table"], { minLength: 1 })
      .chain((names) => fc.tuple(...names.map(anyTable))),
    views: fc.subarray([
      { schema: undefined, name: 'popular', sql: { sqlite: 'SELECT 1', postgres: 'SELECT\n  `1`, ${2}' } },
      { schema: undefined, name: 'recent', sql: "SELECT 'it''s'" },
    ]),
  })
  .map(({ tables, views }) => ({ tables, views }));
