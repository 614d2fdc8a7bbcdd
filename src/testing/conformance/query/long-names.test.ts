import { afterAll, beforeAll, expect, it } from 'vitest';

import { Database, f, ForeignKeyViolationError, model, unique, UniqueViolationError } from '../../../index.ts';

import { errorOf, freshUrl } from '../../support/database.ts';

const LONG = `a_table_with_${'a_very_'.repeat(5)}long_name`;

class Target extends model('target', { id: f.auto(), [LONG]: f.int({ default: 0 }) }, { table: LONG }) {}

/** Names of indexes and foreign keys that begin with the same 63 bytes. */
class Source extends model(
  'source',
  {
    id: f.auto(),
    theFirstOfTwoColumns: f.int({ unique: true }),
    theFirstOfTwoColumnsAgain: f.int({ unique: true }),
    target: f.foreignKey(() => Target, { nullable: true }),
    targetOfSuchALongName: f.foreignKey(() => Target, { nullable: true }),
    targets: f.manyToMany(() => Target),
  },
  { table: `${LONG}s`, constraints: [unique('theFirstOfTwoColumns', 'target')] },
) {}

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Source, Target] });
  await db.createAll();
});
afterAll(() => db.close());

it('G1: V2: indexes and keys of long names are made, and named in errors', async () => {
  const session = db.session();
  await session.query(Source).bulkCreate([{ theFirstOfTwoColumns: 1, theFirstOfTwoColumnsAgain: 1 }]);
  const again = await errorOf(() =>
    session.query(Source).bulkCreate([{ theFirstOfTwoColumns: 2, theFirstOfTwoColumnsAgain: 1 }]),
  );
  expect(again).toBeInstanceOf(UniqueViolationError);
  expect(again).toMatchObject({ model: 'Source', fields: ['theFirstOfTwoColumnsAgain'] });
  const lost = await errorOf(() =>
    session.query(Source).bulkCreate([{ theFirstOfTwoColumns: 3, theFirstOfTwoColumnsAgain: 3, target: 99 }]),
  );
  expect(lost).toBeInstanceOf(ForeignKeyViolationError);
  const [target] = await session.query(Target).bulkCreate([{}]);
  const source = await session.query(Source).one();
  source.targets.add(target!);
  await session.commit();
  expect(
    await db
      .session()
      .query(Source)
      .filter({ targets: { id: target!.id } })
      .count(),
  ).toBe(1);
});
