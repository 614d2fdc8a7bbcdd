import { describe, expect, it } from 'vitest';

import { f, index, model, UnsupportedError } from 'blazeorm';
import { MariaDBDialect, MySQLDialect, PostgresDialect, SchemaBuilder, SQLiteDialect } from 'blazeorm/schema';

import { failure } from '../../support/database.ts';

class Shelf extends model(
  'shelf',
  { id: f.auto(), label: f.string(), width: f.int(), open: f.bool() },
  {
    indexes: [
      index((s) => s.label.trim(), '-width', { name: 'by_label', unique: true }),
      index(
        (s) => s.width.times(2).desc(),
        (s) => s.open,
        { name: 'by_width', where: (s) => s.width.gt(3) },
      ),
    ],
  },
) {}

describe('indexes over computed values', () => {
  it.each([
    [
      new SQLiteDialect(),
      [
        `CREATE UNIQUE INDEX "by_label" ON "shelf" ((TRIM("label")), "width" DESC)`,
        `CREATE INDEX "by_width" ON "shelf" ((("width" * 2)) DESC, "open") WHERE "width" > 3`,
      ],
    ],
    [
      new PostgresDialect(),
      [
        `CREATE UNIQUE INDEX "by_label" ON "shelf" ((TRIM("label")), "width" DESC)`,
        `CREATE INDEX "by_width" ON "shelf" (((("width"::bigint) * 2::bigint)) DESC, "open") WHERE "width" > 3`,
      ],
    ],
    [
      new MySQLDialect(),
      [
        'CREATE UNIQUE INDEX `by_label` ON `shelf` ((TRIM(`label`)), `width` DESC)',
        'CREATE INDEX `by_width` ON `shelf` (((`width` * 2)) DESC, `open`)',
      ],
    ],
  ])('G1: are written in brackets of their own, %#', (dialect, expected) => {
    expect(new SchemaBuilder(dialect).createIndexSql(Shelf)).toEqual(expected);
  });

  it('G1: a text that MySQL has in an index is as long as an index can be', () => {
    expect(new SchemaBuilder(new MySQLDialect()).createTableSql(Shelf)).toContain('`label` varchar(');
  });

  it('G1: are refused on MariaDB, which has none', () => {
    expect(() => new SchemaBuilder(new MariaDBDialect()).createTableSql(Shelf)).toThrow(
      failure(UnsupportedError, {
        code: 'E_UNSUPPORTED',
        message:
          "MariaDB has no indexes over computed values, which 'by_label' of Shelf needs. Make it over a generated column: f.string({ generated: … }).",
      }),
    );
  });
});
