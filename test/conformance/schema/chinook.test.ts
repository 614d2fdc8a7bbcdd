/** Models of a database that this library did not make: Chinook, by its own scripts, with all its rows. */
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { check, Registry, sql } from 'blazeorm';
import { addConstraint, diffSchemas, inspect, MigrationEngine, schemaOf } from 'blazeorm/schema';
import type { Inspected, IntrospectedSchema, Migration } from 'blazeorm/schema';

import type { FieldMeta, ModelClassValue } from '../../../src/core/metadata.ts';
import { metaOf } from '../../../src/core/registry.ts';
import { tableSchemaOf } from '../../../src/schema/of-models.ts';
import { inspected as inspectedOf, takeOver } from '../../support/adopted.ts';
import { engine, freshUrl, onEngine } from '../../support/database.ts';
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
  if (typeof value !== 'string') return String(value);
  const text = onEngine({ sqlite: value, mysql: value.replaceAll('\\', '\\\\') });
  return `'${text.replaceAll("'", "''")}'`;
}

function inserts(): string[] {
  return Object.entries(rows).map(([table, all]) => {
    const columns = Object.keys(all[0]!);
    const values = all.map((row) => `(${columns.map((column) => literal(row[column]!)).join(', ')})`);
    return `INSERT INTO ${nameOf(table)} (${columns.map(nameOf).join(', ')}) VALUES ${values.join(', ')}`;
  });
}

/** What a new database has otherwise: numbers of SQLite, and on MySQL and MariaDB times and how texts are compared. */
const others = 'In a new database types are others, unless a migration sets them with runSql():';
const WARNINGS = onEngine({
  sqlite: [
    `Invoice: ${others} Total is double, not NUMERIC(10,2).`,
    `InvoiceLine, Track: ${others} UnitPrice is double, not NUMERIC(10,2).`,
  ],
  postgres: [],
  mysql: [
    `Album, Artist, Customer, Employee, Genre, Invoice, MediaType, Playlist, Track: Its texts are compared by utf8mb3_general_ci, which no model can say; in a new database by ${engine === 'mariadb' ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'}, which tells all letters apart.`,
    `Employee: ${others} BirthDate is datetime(3), not datetime; HireDate is datetime(3), not datetime.`,
    `Invoice: ${others} InvoiceDate is datetime(3), not datetime.`,
  ],
});

const folder = new Folder();
let db: LiveDatabase;
let url = '';
let found: IntrospectedSchema;
let inspected: Inspected;
let models: readonly ModelClassValue[];

beforeAll(async () => {
  // Two connections see one database.
  url = engine === 'sqlite' ? `sqlite:${folder.file('chinook.db')}` : await freshUrl();
  const maker = await LiveDatabase.connect(url);
  await maker.run(...statements(), ...inserts());
  found = await maker.introspect();
  await maker.close();
  inspected = inspect(found);
  models = await folder.load(inspected.files);
  db = await LiveDatabase.connect(url, { models });
});
afterAll(async () => {
  await db.close();
  folder.remove();
});

describe('G11: models of Chinook', () => {
  it('G3: say what the database has, and tell the rest', () => {
    expect(inspected.warnings).toEqual(WARNINGS);
    const metas = new Registry(models).models;
    expect(metas.map(tableSchemaOf).map((table) => pictureOf(table, db.dialect))).toEqual(
      found.tables.map((table) => pictureOf(table, db.dialect)),
    );
    expect(diffSchemas(found, schemaOf(models, db.dialect), db.dialect, { stored: true })).toEqual([]);
  });

  it('compile, one file or many, as the formatter would write them', async () => {
    folder.write(inspect(found, { files: 'each' }).files, 'each');
    folder.write(inspect(found, { files: 'each', extension: '.ts' }).files, 'ts');
    expect(await folder.compile()).toBe('');
    expect(await folder.unformatted()).toEqual([]);
  }, 120_000);

  it('have the names, relations and types that one would give them', () => {
    expect(inspected.files.map(({ name }) => name)).toEqual(['models.ts']);
    expect(['Track', 'Playlist', 'PlaylistTrack'].map(classText)).toEqual(EXPECTED);
  });

  it('read every row', async () => {
    for (const [table, all] of Object.entries(rows)) {
      const { fields, key } = metaOf(modelOf(table));
      const wanted = all.map((row) => Object.fromEntries(fields.map((field) => [field.name, valueIn(row, field)])));
      const entities = (await db.session().query(modelOf(table))) as unknown as readonly Readonly<
        Record<string, unknown>
      >[];
      const read = entities.map((entity) => Object.fromEntries(fields.map(({ name }) => [name, entity[name]])));
      const inOrder = (list: readonly Readonly<Record<string, unknown>>[]): unknown =>
        list.toSorted((a, b) => key.reduce((order, { name }) => order || Number(a[name]) - Number(b[name]), 0));
      expect(inOrder(read)).toEqual(inOrder(wanted));
    }
  });

  it('write rows, follow relations and find by what they wrote', async () => {
    const [Invoice, Playlist, Track] = ['Invoice', 'Playlist', 'Track'].map(modelOf);
    const session = db.session();
    const invoice = (await session.get(Invoice!, 1)) as unknown as {
      invoiceDate: Date;
      total: unknown;
      customerId: number;
    };
    invoice.invoiceDate = new Date('2026-01-31T13:45:00.000Z');
    invoice.total = onEngine<unknown>({ sqlite: 3.75, postgres: '3.75', mysql: '3.75' });
    await session.commit();
    const found = db.session().query(Invoice!).filter({ invoiceDate: invoice.invoiceDate, total: invoice.total });
    expect(await found.selectRelated('customer')).toMatchObject([
      { invoiceId: 1, invoiceDate: invoice.invoiceDate, customer: { customerId: invoice.customerId } },
    ]);
    const heard = db
      .session()
      .query(Track!)
      .filter({ playlists: { name: 'Music' }, genre: { name: 'Opera' } });
    expect(await heard.count()).toBe(1);
    expect(
      await db
        .session()
        .query(Playlist!)
        .filter({ tracks: { trackId: 1 } })
        .count(),
    ).toBe(3);
  });

  it('G7: G10: are migrated and adopted, and the database is altered then, with all its rows', async () => {
    const inspection = await inspectedOf(db, folder, 'adopted');
    expect(await takeOver(db, inspection)).toEqual({ changes: 0, adopted: '' });
    const [table, column] = onEngine({
      sqlite: ['Track', 'Milliseconds'],
      postgres: ['track', 'milliseconds'],
      mysql: ['Track', 'Milliseconds'],
    });
    const more: Migration = {
      kind: 'migration',
      name: '0002_more',
      checksum: '',
      after: inspection.migrations.map(({ name }) => name),
      replaces: [],
      operations: [
        addConstraint(
          table!,
          check('lasts', () => sql<boolean>`${sql.id(column!)} > 0`),
        ),
      ],
    };
    const before = await db.introspect();
    const migrations = [...inspection.migrations, more];
    await new MigrationEngine(db, migrations).migrate({ acknowledge: true });
    const after = await db.introspect();
    const withoutChecks = (schema: IntrospectedSchema) => ({
      ...schema,
      tables: schema.tables.map((one) => ({ ...one, checks: [] })),
    });
    expect(withoutChecks(after)).toEqual(withoutChecks(before));
    expect(after.tables.flatMap(({ checks }) => checks.map(({ name }) => name))).toEqual(['lasts']);
    expect(await db.session().query(modelOf('Track')).count()).toBe(rows['Track']!.length);
    const scratch = await LiveDatabase.connect(await freshUrl());
    expect(await new MigrationEngine(db, migrations).drift(scratch)).toEqual([]);
    await scratch.close();
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

/** A model whose types nobody knows here. */
function modelOf(name: string): never {
  return models.find((model) => model.name === name) as never;
}

/** What a row of the data has for a column, as its field reads it. */
function valueIn(row: Row, { column, type }: FieldMeta): unknown {
  const key = Object.keys(row).find((name) => name.toLowerCase() === column.replaceAll('_', '').toLowerCase())!;
  const value = row[key]!;
  if (value !== null && key.endsWith('Date')) return new Date(`${value}Z`);
  return type.kind === 'decimal' ? Number(value).toFixed(type.scale) : value;
}

const COLUMNS = onEngine({
  sqlite: [
    "    trackId: f.auto({ column: 'TrackId' }),",
    "    unitPrice: f.float({ column: 'UnitPrice' }),",
    "  playlistId: f.auto({ column: 'PlaylistId' }),",
  ],
  mysql: [
    "    trackId: f.int({ primaryKey: true, column: 'TrackId' }),",
    "    unitPrice: f.decimal({ precision: 10, scale: 2, column: 'UnitPrice' }),",
    "  playlistId: f.int({ primaryKey: true, column: 'PlaylistId' }),",
  ],
});

const EXPECTED = onEngine({
  sqlite: [
    `export class Track extends model(
  'Track',
  {
${COLUMNS[0]!}
    name: f.string({ maxLength: 200, column: 'Name' }),
    album: f.foreignKey(() => Album, { nullable: true, column: 'AlbumId' }),
    mediaType: f.foreignKey(() => MediaType, { column: 'MediaTypeId' }),
    genre: f.foreignKey(() => Genre, { nullable: true, column: 'GenreId' }),
    composer: f.string({ maxLength: 220, nullable: true, column: 'Composer' }),
    milliseconds: f.int({ column: 'Milliseconds' }),
    bytes: f.int({ nullable: true, column: 'Bytes' }),
${COLUMNS[1]!}
    playlists: f.reverse(() => Playlist, 'tracks'),
    invoiceLines: f.reverse(() => InvoiceLine, 'track'),
  },
  {
    indexes: [
      index('album', { name: 'IFK_TrackAlbumId' }),
      index('genre', { name: 'IFK_TrackGenreId' }),
      index('mediaType', { name: 'IFK_TrackMediaTypeId' }),
    ],
  },
) {}`,
    `export class Playlist extends model('Playlist', {
${COLUMNS[2]!}
  name: f.string({ maxLength: 120, nullable: true, column: 'Name' }),
  tracks: f.manyToMany(() => Track, { through: () => PlaylistTrack }),
}) {}`,
    `export class PlaylistTrack extends model(
  'PlaylistTrack',
  {
    playlist: f.foreignKey(() => Playlist, { column: 'PlaylistId' }),
    track: f.foreignKey(() => Track, { column: 'TrackId' }),
  },
  {
    primaryKey: ['playlist', 'track'],
    indexes: [
      index('playlist', { name: 'IFK_PlaylistTrackPlaylistId' }),
      index('track', { name: 'IFK_PlaylistTrackTrackId' }),
    ],
  },
) {}`,
  ],
  postgres: [
    `export class Track extends model('track', {
  trackId: f.int({ primaryKey: true }),
  name: f.string({ maxLength: 200 }),
  album: f.foreignKey(() => Album, { nullable: true }),
  mediaType: f.foreignKey(() => MediaType),
  genre: f.foreignKey(() => Genre, { nullable: true }),
  composer: f.string({ maxLength: 220, nullable: true }),
  milliseconds: f.int(),
  bytes: f.int({ nullable: true }),
  unitPrice: f.decimal({ precision: 10, scale: 2 }),
  playlists: f.reverse(() => Playlist, 'tracks'),
  invoiceLines: f.reverse(() => InvoiceLine, 'track'),
}) {}`,
    `export class Playlist extends model('playlist', {
  playlistId: f.int({ primaryKey: true }),
  name: f.string({ maxLength: 120, nullable: true }),
  tracks: f.manyToMany(() => Track, { through: () => PlaylistTrack }),
}) {}`,
    `export class PlaylistTrack extends model(
  'playlist_track',
  {
    playlist: f.foreignKey(() => Playlist),
    track: f.foreignKey(() => Track),
  },
  { primaryKey: ['playlist', 'track'], indexes: [index('playlist')] },
) {}`,
  ],
});
