/** Relations to composite keys as they are declared: what is wrong with them, and what they become. */
import { describe, expect, it } from 'vitest';

import { DefinitionError, f, model, Registry, unique } from 'blazeorm';
import { schemaOf, SQLiteDialect } from 'blazeorm/schema';

function problemsOf(...classes: unknown[]): readonly string[] {
  try {
    new Registry(classes);
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
  return [];
}

class Shop extends model('shop', { id: f.auto() }) {}
class Bill extends model(
  'bill',
  { shop: f.foreignKey(() => Shop), number: f.int() },
  { primaryKey: ['shop', 'number'] },
) {}

describe('M7: relations to composite keys', () => {
  it('names that are wrong, too many, twice, of other types', () => {
    class Bad extends model('bad', {
      id: f.auto(),
      shop: f.foreignKey(() => Shop),
      number: f.int(),
      text: f.string(),
      place: f.embedded({ x: f.int() }),
      one: f.foreignKey(() => Bill, { fields: ['shop'] }),
      typo: f.foreignKey(() => Bill, { fields: ['shop', 'numbr'] }),
      three: f.foreignKey(() => Bill, { fields: ['shop', 'number', 'text'] }),
      twice: f.foreignKey(() => Bill, { fields: ['number', 'number'] }),
      types: f.foreignKey(() => Bill, { fields: ['shop', 'text'] }),
      part: f.foreignKey(() => Bill, { fields: ['shop', 'place.x'] }),
      single: f.foreignKey(() => Shop, { fields: ['shop', 'number'] }),
      both: f.foreignKey(() => Bill, { fields: ['shop', 'number'], column: 'x' }),
      order: f.foreignKey(() => Bill, { fields: ['number', 'shop'] }),
    }) {}
    expect(problemsOf(Bad)).toEqual([
      "Bad.one: 'fields' is a list of two fields or more, in the order of the key that they refer to.",
      "Bad.typo names 'numbr' among its fields, which is no field of Bad. Did you mean 'number'?",
      'Bad.twice names a field twice: each part of a key has its own.',
      "Bad.part names 'place.x' among its fields, which cannot be set by itself: name a plain column.",
      "Bad.both has both 'fields' and 'column': its fields are columns of their own, so say it there.",
      'Bad.both and Bad.single name the same fields: a key refers to one model, so keep one.',
      'Bad.three names 3 fields for the key of Bill, which has 2: shopId, number.',
      "Bad.types: 'text' is of type string, and Bill.number, which it refers to, of type int: give both the same type.",
      "Bad.single names its fields, and Shop has a single key: leave out 'fields'.",
      'Bad.order names its fields as the key of Bill does, in another order: give them as they are there, shopId, number.',
    ]);
  });

  it('NULL: a relation is nullable by its fields, and SET NULL is of all of them', () => {
    class Bad extends model('bad', {
      id: f.auto(),
      shop: f.int(),
      number: f.int(),
      open: f.int({ nullable: true }),
      a: f.foreignKey(() => Bill, { fields: ['shop', 'number'], nullable: true }),
      b: f.foreignKey(() => Bill, { fields: ['shop', 'open'] }),
      c: f.foreignKey(() => Bill, { fields: ['number', 'open'], nullable: true, onDelete: 'set null' }),
    }) {}
    expect(problemsOf(Bad)).toEqual([
      'Bad.a is nullable, and none of its fields is: say nullable: true of one of them at least.',
      'Bad.b is not nullable, and its field open is: say nullable: true of the relation.',
      "Bad.c has onDelete: 'set null', by which a database sets all of its fields, and 'number' is not nullable.",
    ]);
  });

  it('G1: one foreign key of all columns, and an index over them where none begins with them', () => {
    class Entry extends model('entry', {
      id: f.auto(),
      shop: f.foreignKey(() => Shop),
      number: f.int(),
      bill: f.foreignKey(() => Bill, { fields: ['shop', 'number'], onDelete: 'cascade' }),
      other: f.int(),
      once: f.oneToOne(() => Bill, { fields: ['shop', 'other'] }),
    }) {}
    class Detail extends model(
      'detail',
      {
        shop: f.int(),
        number: f.int(),
        line: f.int(),
        bill: f.foreignKey(() => Bill, { fields: ['shop', 'number'] }),
        once: f.oneToOne(() => Bill, { fields: ['shop', 'line'] }),
      },
      { primaryKey: ['shop', 'number', 'line'], constraints: [unique('shop', 'line', { name: 'one' })] },
    ) {}
    class Basket extends model('basket', { id: f.auto(), bills: f.manyToMany(() => Bill) }) {}
    const { tables } = schemaOf([Entry, Detail, Basket], new SQLiteDialect());
    const about = (name: string) => {
      const { primaryKey, foreignKeys, indexes } = tables.find((table) => table.name === name)!;
      return {
        primaryKey,
        foreignKeys: foreignKeys.map((key) => [key.name, key.columns, key.table.name, key.targets, key.onDelete]),
        indexes: indexes.map((index) => [index.name, index.parts.map(({ column }) => column), index.unique]),
      };
    };
    expect(about('entry')).toEqual({
      primaryKey: ['id'],
      foreignKeys: [
        ['entry_shop_id_fkey', ['shop_id'], 'shop', ['id'], 'no action'],
        ['entry_shop_id_number_fkey', ['shop_id', 'number'], 'bill', ['shop_id', 'number'], 'cascade'],
        ['entry_shop_id_other_fkey', ['shop_id', 'other'], 'bill', ['shop_id', 'number'], 'no action'],
      ],
      indexes: [
        ['entry_shop_id_idx', ['shop_id'], false],
        ['entry_shop_id_number_idx', ['shop_id', 'number'], false],
        ['entry_shop_id_other_key', ['shop_id', 'other'], true],
      ],
    });
    expect(about('detail')).toEqual({
      primaryKey: ['shop', 'number', 'line'],
      foreignKeys: [
        ['detail_shop_number_fkey', ['shop', 'number'], 'bill', ['shop_id', 'number'], 'no action'],
        ['detail_shop_line_fkey', ['shop', 'line'], 'bill', ['shop_id', 'number'], 'no action'],
      ],
      indexes: [['one', ['shop', 'line'], true]],
    });
    expect(about('basket_bills')).toEqual({
      primaryKey: ['basket_id', 'bill_shop_id', 'bill_number'],
      foreignKeys: [
        ['basket_bills_basket_id_fkey', ['basket_id'], 'basket', ['id'], 'cascade'],
        [
          'basket_bills_bill_shop_id_bill_number_fkey',
          ['bill_shop_id', 'bill_number'],
          'bill',
          ['shop_id', 'number'],
          'cascade',
        ],
      ],
      indexes: [['basket_bills_bill_shop_id_bill_number_idx', ['bill_shop_id', 'bill_number'], false]],
    });
  });
});
