/** Foreign keys of several columns through a life of migrations: made, renamed, changed, dropped, and all of it taken back. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { Database, f, index, model } from 'blazeorm';
import { diffSchemas, introspect, MigrationEngine, replay, schemaOf } from 'blazeorm/schema';
import type { Migration } from 'blazeorm/schema';

import { engineOf } from '../../../src/persistence/database.ts';
import { freshUrl } from '../../support/database.ts';

/** No foreign key, and columns of the types that one will have. */
function plain(): unknown[] {
  class Bill extends model('bill', { shop: f.int(), number: f.int() }, { primaryKey: ['shop', 'number'] }) {}
  class Entry extends model('entry', { id: f.auto(), shop: f.int(), billNumber: f.int({ nullable: true }) }) {}
  return [Bill, Entry];
}

/** The foreign key, with the index that it brings. */
function related(): unknown[] {
  class Bill extends model('bill', { shop: f.int(), number: f.int() }, { primaryKey: ['shop', 'number'] }) {}
  class Entry extends model('entry', {
    id: f.auto(),
    shop: f.int(),
    billNumber: f.int({ nullable: true }),
    bill: f.foreignKey(() => Bill, { fields: ['shop', 'billNumber'], nullable: true }),
  }) {}
  return [Bill, Entry];
}

/** A column on either side and the table that it refers to have other names. */
function renamed(): unknown[] {
  class Bill extends model(
    'invoice',
    { shop: f.int(), no: f.int({ renamedFrom: 'number' }) },
    { primaryKey: ['shop', 'no'], renamedFrom: 'bill' },
  ) {}
  class Entry extends model('entry', {
    id: f.auto(),
    shop: f.int(),
    invoiceNo: f.int({ nullable: true, renamedFrom: 'bill_number' }),
    bill: f.foreignKey(() => Bill, { fields: ['shop', 'invoiceNo'], nullable: true }),
  }) {}
  return [Bill, Entry];
}

/** Of bigger types, with an action, an index of its own, and links through both. */
function changed(): unknown[] {
  class Bill extends model(
    'invoice',
    { shop: f.int(), no: f.bigint(), labels: f.manyToMany(() => Label) },
    { primaryKey: ['shop', 'no'] },
  ) {}
  class Label extends model('label', { id: f.auto() }) {}
  class Entry extends model(
    'entry',
    {
      id: f.auto(),
      shop: f.int(),
      invoiceNo: f.bigint({ nullable: true }),
      bill: f.foreignKey(() => Bill, { fields: ['shop', 'invoiceNo'], nullable: true, onDelete: 'cascade' }),
    },
    { indexes: [index('shop', 'invoiceNo', { name: 'by_bill' })] },
  ) {}
  return [Bill, Entry, Label];
}

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl());
});
afterAll(() => db.close());

it('M7: G2: G3: foreign keys of several columns are added, renamed, changed, dropped and taken back; the rows stay', async () => {
  const { dialect } = engineOf(db).adapter;
  const migrations: Migration[] = [];
  for (const models of [plain(), related(), renamed(), changed(), plain()]) {
    const operations = diffSchemas(replay(migrations), schemaOf(models, dialect), dialect);
    const name = `000${migrations.length + 1}`;
    const after = migrations.slice(-1).map((last) => last.name);
    migrations.push({ kind: 'migration', name, checksum: name, after, replaces: [], operations });
    expect(diffSchemas(replay(migrations), schemaOf(models, dialect), dialect)).toEqual([]);
  }
  const engine = new MigrationEngine(db, migrations);
  await engine.migrate({ to: '0001' });
  await using session = db.session();
  await session.sql`INSERT INTO bill (shop, number) VALUES (1, 7), (2, 7)`;
  await session.sql`INSERT INTO entry (shop, bill_number) VALUES (1, 7), (2, 7), (2, NULL)`;

  await engine.migrate({ to: '0002', force: true });
  expect(await keys()).toEqual([
    ['entry_shop_bill_number_fkey', ['shop', 'bill_number'], 'bill', ['shop', 'number'], 'no action'],
  ]);
  await expectKept('bill', 'bill_number', 'number');
  await engine.migrate({ to: '0003', force: true });
  // As with other keys, a name stays until the key is made anew.
  expect(await keys()).toEqual([
    ['entry_shop_bill_number_fkey', ['shop', 'invoice_no'], 'invoice', ['shop', 'no'], 'no action'],
  ]);
  await expectKept('invoice', 'invoice_no', 'no');
  await engine.migrate({ to: '0004', force: true });
  const withLinks = [
    ['entry_shop_invoice_no_fkey', ['shop', 'invoice_no'], 'invoice', ['shop', 'no'], 'cascade'],
    [
      'invoice_labels_invoice_shop_invoice_no_fkey',
      ['invoice_shop', 'invoice_no'],
      'invoice',
      ['shop', 'no'],
      'cascade',
    ],
    ['invoice_labels_label_id_fkey', ['label_id'], 'label', ['id'], 'cascade'],
  ];
  expect(await keys()).toEqual(withLinks);
  await expectKept('invoice', 'invoice_no', 'no');
  await engine.rollback({ to: '0001', force: true });
  expect(await keys()).toEqual([]);
  await engine.migrate({ to: '0004', force: true });
  expect(await keys()).toEqual(withLinks);
  await engine.rollback({ to: '0002', force: true });
  await expectKept('bill', 'bill_number', 'number');

  async function keys(): Promise<unknown[]> {
    const { tables } = await introspect(db);
    return tables
      .flatMap(({ foreignKeys }) => foreignKeys)
      .map(({ name, columns, table, targets, onDelete }) => [name, columns, table.name, targets, onDelete])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  }

  /** All rows are there, and the key is one that the database keeps. */
  async function expectKept(table: string, column: string, target: string): Promise<void> {
    const { sql } = session;
    const rows = await sql<Record<string, unknown>>`SELECT shop, ${sql.id(column)} AS no FROM entry ORDER BY id`;
    expect(rows.map(({ shop, no }) => [Number(shop), no === null ? null : Number(no)])).toEqual([
      [1, 7],
      [2, 7],
      [2, null],
    ]);
    expect((await sql`SELECT ${sql.id(target)} FROM ${sql.id(table)}`).length).toBe(2);
    await expect(sql`INSERT INTO entry (shop, ${sql.id(column)}) VALUES (1, 8)`).rejects.toMatchObject({
      code: 'E_FOREIGN_KEY_VIOLATION',
    });
  }
});
