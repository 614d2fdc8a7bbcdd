/** The text of models, where no database is needed. */
import { describe, expect, it } from 'vitest';

import { inspect } from 'blazeorm/schema';
import type { ColumnSchema, Schema, TableSchema } from 'blazeorm/schema';

import { attributeNameOf, classNameOf, Names, plural, relationNameOf } from '../../../src/schema/inspect/names.ts';
import { array, call, comment, object, print, template } from '../../../src/schema/inspect/print.ts';
import { quotedText } from '../../../src/schema/print/literals.ts';
import { printed, tokensOf, unwrapped } from '../../../src/schema/introspect/tokens.ts';

const column = (name: string, given: Partial<ColumnSchema> = {}): ColumnSchema => ({
  name,
  type: { kind: 'int' },
  nullable: false,
  identity: false,
  default: undefined,
  generated: undefined,
  comment: undefined,
  ...given,
});

const table = (name: string, columns: readonly ColumnSchema[], given: Partial<TableSchema> = {}): TableSchema => ({
  schema: undefined,
  name,
  columns,
  primaryKey: ['id'],
  foreignKeys: [],
  indexes: [],
  checks: [],
  comment: undefined,
  ...given,
});

describe('G11: names', () => {
  it('of classes, attributes and relations', () => {
    const tables = ['invoice_line', 'InvoiceLine', 'INVOICE LINE', 'HTTPServer', '2fa', '日本', '***', 'Date'];
    const classes = Names.ofClasses();
    expect(tables.map((name) => classes.take(classNameOf(name)))).toEqual([
      'InvoiceLine',
      'InvoiceLineModel',
      'InvoiceLineModel2',
      'HttpServer',
      'Table2fa',
      '日本',
      'Table',
      'DateModel',
    ]);
    const columns = ['unit_price', 'UnitPrice', 'ID', 'a__b', 'pk', 'toString', '1st', '', '__proto__'];
    const attributes = Names.ofAttributes();
    expect(columns.map((name) => attributes.take(attributeNameOf(name)))).toEqual([
      'unitPrice',
      'unitPriceValue',
      'id',
      'aB',
      'pkValue',
      'toStringValue',
      'column1st',
      'column',
      'proto',
    ]);
    expect(['ArtistId', 'artist_id', 'reports_to', 'id', 'ID', 'Id_artist'].map(relationNameOf)).toEqual([
      'artist',
      'artist',
      'reportsTo',
      undefined,
      undefined,
      'idArtist',
    ]);
    expect(['album', 'category', 'day', 'box', 'orders', 'class', 'status'].map(plural)).toEqual([
      'albums',
      'categories',
      'days',
      'boxes',
      'orders',
      'classes',
      'status',
    ]);
  });

  it('a relation takes the name of its key as well', () => {
    const names = Names.ofAttributes();
    expect(names.take('authorId')).toBe('authorId');
    expect(names.take('author', 'Id')).toBe('authorValue');
    expect(names.take('authorValueId')).toBe('authorValueIdValue');
  });
});

describe('X1: texts stay texts', () => {
  it('in quotes, templates and comments', () => {
    expect(quotedText(`it's`)).toBe(`"it's"`);
    expect(quotedText(`"it's" \\`)).toBe(`'"it\\'s" \\\\'`);
    expect(quotedText('\n\r\t\0\u2028\u202e\ud800')).toBe(`'\\n\\r\\t\\u0000\\u2028\\u202e\\ud800'`);
    const sql = template("`a` = '${x}' \\ \n", 'sql');
    expect(print(sql)).toBe("sql`\\`a\\` = '\\${x}' \\\\ \\n`");
    expect(print(template('a\nb', 'sql', { lines: true }))).toBe('sql`a\nb`');
    expect(comment('a\n*/ b\u2029c')).toBe('// a */ b c');
  });

  it('lines are broken where the formatter breaks them', () => {
    const long = 'x'.repeat(60);
    expect(print(call('f', quotedText(long), object([['a', quotedText(long)]])))).toBe(
      `f('${long}', {\n  a: '${long}',\n})`,
    );
    expect(print(call('f', array([quotedText(long), quotedText(long)]), object([['a', '1']])))).toBe(
      `f(\n  [\n    '${long}',\n    '${long}',\n  ],\n  { a: 1 },\n)`,
    );
  });
});

describe('G11: SQL as words', () => {
  it('quotes, comments and brackets', () => {
    const sql = `a /* ( */ AS [b]]] , "c""d" -- ( ' \n 'it''s (' f(1,(2))`;
    expect(tokensOf(sql, true).map(({ text }) => text)).toEqual([
      'a',
      'AS',
      '[b]',
      ']',
      ']',
      ',',
      '"c""d"',
      "'it''s ('",
      'f',
      '(',
      '1',
      ',',
      '(',
      '2',
      ')',
      ')',
    ]);
    expect(printed(tokensOf('[a"b]  >\n1.5', true))).toBe('"a""b" > 1.5');
    expect(unwrapped('(((a) = (b)))')).toBe('(a) = (b)');
    expect(unwrapped("(ARRAY[')'])")).toBe("ARRAY[')']");
  });
});

describe('G11: files', () => {
  const schema: Schema = {
    tables: [
      table('a', [column('id', { identity: true }), column('b_id', { nullable: true })], {
        foreignKeys: [
          {
            name: 'x',
            columns: ['b_id'],
            table: { schema: undefined, name: 'b' },
            targets: ['id'],
            onDelete: 'set null',
            onUpdate: 'no action',
          },
        ],
      }),
      table('b', [column('id', { identity: true })]),
      table('Index', [column('id')]),
      table('no_key', [column('x')], { primaryKey: [] }),
      table('too_long_'.repeat(8), [column('id')]),
    ],
    views: [],
  };

  it('one for all', () => {
    expect(inspect(schema)).toEqual({
      files: [
        {
          name: 'models.ts',
          text: `import { f, model } from 'blazeorm';

// The table 'no_key' is no model: it has no primary key.
// The table '${'too_long_'.repeat(8)}' is no model: the name '${'too_long_'.repeat(8)}' is none that every database takes.

export class A extends model('a', {
  id: f.auto(),
  b: f.foreignKey(() => B, { nullable: true, onDelete: 'set null', index: false }),
}) {}

export class B extends model('b', {
  id: f.auto(),
  as: f.reverse(() => A, 'b'),
}) {}

export class Index extends model('Index', {
  id: f.int({ primaryKey: true }),
}) {}

/** All of them, as \`Database.connect()\` takes them. */
export const models = [A, B, Index];
`,
        },
      ],
      warnings: [
        "The table 'no_key' is no model: it has no primary key.",
        `The table '${'too_long_'.repeat(8)}' is no model: the name '${'too_long_'.repeat(8)}' is none that every database takes.`,
      ],
    });
  });

  it('one for each', () => {
    const { files } = inspect(schema, { files: 'each', extension: '.ts' });
    expect(files.map(({ name }) => name)).toEqual(['a.ts', 'b.ts', 'index-2.ts', 'index.ts']);
    expect(files[0]!.text).toBe(`import { f, model } from 'blazeorm';
import { B } from './b.ts';

export class A extends model('a', {
  id: f.auto(),
  b: f.foreignKey(() => B, { nullable: true, onDelete: 'set null', index: false }),
}) {}
`);
    expect(files[3]!.text).toContain(`export * from './index-2.ts';\n`);
  });

  it('none of an empty database', () => {
    expect(inspect({ tables: [], views: [] }).files[0]!.text).toBe(
      '/** All of them, as `Database.connect()` takes them. */\nexport const models = [];\n',
    );
  });
});
