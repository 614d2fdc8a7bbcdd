/** What models make, read back; and models of what was read, which make the same again. */
import { afterAll, describe, expect, it } from 'vitest';

import { Registry } from 'blazeorm';

import * as blog from '../../../examples/blog/models.ts';
import * as library from '../../../examples/library/models.ts';
import type { TableSchema } from '../../../src/core/ast/schema.ts';
import type { ModelClassValue } from '../../../src/core/metadata.ts';
import { inspect } from '../../../src/schema/inspect/inspect.ts';
import { tableSchemaOf } from '../../../src/schema/of-models.ts';
import { tableOf } from '../../../src/schema/tables.ts';
import { animals } from '../../../src/testing/support/animals.ts';
import { scopedModels } from '../../../src/testing/support/scoped-models.ts';
import { freshUrl } from '../../support/database.ts';
import { Folder } from '../../support/inspected.ts';
import { LiveDatabase } from '../../support/live-schema.ts';
import { models } from '../../support/models.ts';
import { pictureOf, toldPicture } from '../../support/schema-picture.ts';

const folder = new Folder();
afterAll(() => folder.remove());

/** The tables of models, and of the links between them. */
function tablesOf(classes: readonly ModelClassValue[]): TableSchema[] {
  const metas = new Registry(classes).models.filter(({ view }) => view === undefined);
  return [...new Set(metas.map(tableOf))].map(tableSchemaOf).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const SETS: Readonly<Record<string, readonly ModelClassValue[]>> = {
  'shop and blog': models,
  animals,
  scopes: scopedModels,
  'the blog of the examples': blog.models,
  'the library of the examples': library.models,
};

describe.each(Object.keys(SETS))('G11: %s', (name) => {
  const classes = SETS[name]!;

  it('G3: the tables that models make are those that they say', async () => {
    const db = await LiveDatabase.connect(await freshUrl(), { models: classes });
    await db.createAll();
    const { tables, notes } = await db.introspect();
    expect(tables.map((table) => toldPicture(table, db.dialect))).toEqual(
      tablesOf(classes).map((table) => toldPicture(table, db.dialect)),
    );
    expect(notes).toEqual([]);
    await db.close();
  });

  it('G3: models of them say the same, and make the same tables', async () => {
    const db = await LiveDatabase.connect(await freshUrl(), { models: classes });
    await db.createAll();
    const found = await db.introspect();
    const { files, warnings } = inspect(found);
    expect(warnings).toEqual([]);
    const written = await folder.load(files, name.replaceAll(' ', '-'));
    const pictures = found.tables.map((table) => pictureOf(table, db.dialect));
    expect(tablesOf(written).map((table) => pictureOf(table, db.dialect))).toEqual(pictures);
    const again = await LiveDatabase.connect(await freshUrl(), { models: written });
    await again.createAll();
    expect((await again.introspect()).tables.map((table) => pictureOf(table, db.dialect))).toEqual(pictures);
    await again.close();
    await db.close();
  });
});

it('G11: all of them compile, as the formatter would write them', async () => {
  expect(await folder.compile()).toBe('');
  expect(await folder.unformatted()).toEqual([]);
}, 120_000);
