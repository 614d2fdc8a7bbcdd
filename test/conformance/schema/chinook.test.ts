/** Models of a database that this library did not make: Chinook, by its own scripts, with all its rows. */
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Registry } from 'blazeorm';

import type { ModelClassValue } from '../../../src/core/metadata.ts';
import { inspect } from '../../../src/schema/inspect/inspect.ts';
import type { Inspected } from '../../../src/schema/inspect/inspect.ts';
import type { IntrospectedSchema } from '../../../src/schema/introspect/source.ts';
import { tableSchemaOf } from '../../../src/schema/of-models.ts';
import { freshUrl, onEngine } from '../../support/database.ts';
import { Folder } from '../../support/inspected.ts';
import { LiveDatabase } from '../../support/live-schema.ts';
import { pictureOf } from '../../support/schema-picture.ts';

type Row = Readonly<Record<string, string | number | null>>;

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const rows = JSON.parse(text('../../../examples/chinook/data/chinook.json')) as Readonly<
  Record<string, readonly Row[]>
>;

/** The script of a database, but for what makes the database itself. */
function statements(): string[] {
  const script = text(
    `../../support/chinook/schema.${onEngine({ sqlite: 'sqlite', postgres: 'postgres', mysql: 'mysql' })}.sql`,
  );
  return script
    .replaceAll(/\/\*[\s\S]*?\*\/|^\\c.*$/gm, '')
    .split(';')
    .map((sql) => sql.trim())
    .filter((sql) => sql !== '' && !/^(?:DROP|CREATE DATABASE|USE)\b/i.test(sql));
}

/** `InvoiceLine` as each script calls it. */
function nameOf(name: string): string {
  const snake = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  return onEngine({ sqlite: `"${name}"`, postgres: snake, mysql: `\`${name}\`` });
}

function literal(value: string | number | null): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

function inserts(): string[] {
  return Object.entries(rows).map(([table, all]) => {
    const columns = Object.keys(all[0]!);
    const values = all.map((row) => `(${columns.map((column) => literal(row[column]!)).join(', ')})`);
    return `INSERT INTO ${nameOf(table)} (${columns.map(nameOf).join(', ')}) VALUES ${values.join(', ')}`;
  });
}

const folder = new Folder();
let db: LiveDatabase;
let found: IntrospectedSchema;
let inspected: Inspected;
let models: readonly ModelClassValue[];

beforeAll(async () => {
  const url = await freshUrl();
  db = await LiveDatabase.connect(url);
  await db.run(...statements(), ...inserts());
  found = await db.introspect();
  inspected = inspect(found);
  models = await folder.load(inspected.files);
});
afterAll(async () => {
  await db.close();
  folder.remove();
});

describe('G11: models of Chinook', () => {
  it('G3: say what the database has, and nothing else', () => {
    expect(found.notes).toEqual([]);
    expect(inspected.warnings).toEqual([]);
    const metas = new Registry(models).models;
    expect(metas.map(tableSchemaOf).map((table) => pictureOf(table, db.dialect))).toEqual(
      found.tables.map((table) => pictureOf(table, db.dialect)),
    );
  });

  it('compile, one file or many, as the formatter would write them', async () => {
    folder.write(inspect(found, { files: 'each' }).files, 'each');
    folder.write(inspect(found, { files: 'each', extension: '.ts' }).files, 'ts');
    expect(await folder.compile()).toBe('');
    expect(await folder.unformatted()).toBe('');
  }, 120_000);

  it('have the names, relations and types that one would give them', () => {
    expect(inspected.files.map(({ name }) => name)).toEqual(['models.ts']);
    const [track, playlist, link] = ['Track', 'Playlist', 'PlaylistTrack'].map(classText);
    console.log(track, playlist, link);
  });

  it('make the same tables again', async () => {
    const again = await LiveDatabase.connect(await freshUrl(), { models });
    await again.createAll();
    expect((await again.introspect()).tables.map((table) => pictureOf(table, db.dialect))).toEqual(
      found.tables.map((table) => pictureOf(table, db.dialect)),
    );
    await again.close();
  });
});

function classText(name: string): string {
  const source = inspected.files[0]!.text;
  const start = source.indexOf(`export class ${name} `);
  return source.slice(start, source.indexOf('\n\n', start));
}
