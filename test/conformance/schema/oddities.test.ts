/** Names and texts of which somebody might hope that they become code, and things that no model says. */
import { afterAll, describe, expect, it } from 'vitest';

import { Registry } from 'blazeorm';

import type { ModelClassValue } from '../../../src/core/metadata.ts';
import { inspect } from '../../../src/schema/inspect/inspect.ts';
import { tableSchemaOf } from '../../../src/schema/of-models.ts';
import { engine, freshUrl, onEngine } from '../../support/database.ts';
import { Folder } from '../../support/inspected.ts';
import { LiveDatabase } from '../../support/live-schema.ts';
import { pictureOf } from '../../support/schema-picture.ts';

const folder = new Folder();
afterAll(() => folder.remove());

const isMysql = engine === 'mysql' || engine === 'mariadb';

/** An identifier in the quotes of the database. */
function id(name: string): string {
  return isMysql ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`;
}

function text(value: string): string {
  return `'${(isMysql ? value.replaceAll('\\', '\\\\') : value).replaceAll("'", "''")}'`;
}

const HOSTILE = [
  '"; process.exit(1); //',
  "'; DROP TABLE x; --",
  '`${process.exit(1)}`',
  '*/ process.exit(1) /*',
  'line\nbreak',
  'return\r\nback\\slash',
  '\u2028separator\u202eturned',
  '__proto__',
  'constructor',
  'toString',
  'class',
  'await',
  'pk',
  'load',
  '1st',
  '-dash-',
  'ünïcödé 日本 😀',
  'a.b[c](d)',
  '?',
  '$1',
  '--',
];

/** A database, what is read of it, and its models. */
async function opened(...sql: readonly string[]) {
  const db = await LiveDatabase.connect(await freshUrl());
  await db.run(...sql);
  const found = await db.introspect();
  const inspected = inspect(found);
  return { db, found, ...inspected };
}

function pictures(models: readonly ModelClassValue[], db: LiveDatabase): object[] {
  const metas = new Registry(models).models.toSorted((a, b) => (a.table < b.table ? -1 : 1));
  return metas.map(tableSchemaOf).map((table) => pictureOf(table, db.dialect));
}

describe('G11: hostile text in the catalog stays text', () => {
  it('X1: names of tables, columns, indexes, checks; comments, defaults, conditions', async () => {
    const tables = HOSTILE.map((name, i) => {
      const comment = isMysql ? ` COMMENT ${text(name)}` : '';
      return `CREATE TABLE ${id(name)} (
        ${id('id')} ${onEngine({ sqlite: 'integer PRIMARY KEY', postgres: 'int GENERATED ALWAYS AS IDENTITY PRIMARY KEY', mysql: 'int PRIMARY KEY AUTO_INCREMENT' })},
        ${id(name)} varchar(90) NOT NULL DEFAULT ${text(name)}${comment},
        ${id(`${name} id`)} int,
        CONSTRAINT ${id(`${name} check`)} CHECK (${id(name)} <> ${text(name.slice(1))}),
        CONSTRAINT ${id(`${name} fk`)} FOREIGN KEY (${id(`${name} id`)}) REFERENCES ${id(HOSTILE[Math.max(0, i - 1)]!)} (${id('id')})
      )${comment}`;
    });
    const indexes = HOSTILE.map(
      (name) => `CREATE INDEX ${id(`${name} index`)} ON ${id(name)} (${id(name)} DESC, ${id('id')})`,
    );
    const comments = HOSTILE.flatMap((name) =>
      engine === 'postgres'
        ? [
            `COMMENT ON TABLE ${id(name)} IS ${text(name)}`,
            `COMMENT ON COLUMN ${id(name)}.${id(name)} IS ${text(name)}`,
          ]
        : [],
    );
    const { db, found, files, warnings } = await opened(...tables, ...indexes, ...comments);
    expect(found.tables.map(({ name }) => name)).toEqual([...HOSTILE].sort((a, b) => (a < b ? -1 : 1)));
    expect(warnings).toEqual([]);
    const models = await folder.load(files, 'hostile');
    expect(pictures(models, db)).toEqual(found.tables.map((table) => pictureOf(table, db.dialect)));
    const again = await LiveDatabase.connect(await freshUrl(), { models });
    await again.createAll();
    expect((await again.introspect()).tables.map((table) => pictureOf(table, db.dialect))).toEqual(
      found.tables.map((table) => pictureOf(table, db.dialect)),
    );
    await again.close();
    await db.close();
  });
});

it('G11: all of them compile, as the formatter would write them', async () => {
  expect(await folder.compile()).toBe('');
  expect(await folder.unformatted()).toBe('');
}, 120_000);
