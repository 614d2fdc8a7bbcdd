import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Database, ForeignKeyViolationError } from 'blazeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ChinookData, readChinook } from '../../examples/chinook/data.ts';
import { type DemoResult, migrate, runDemo } from '../../examples/chinook/demo.ts';
import { loadChinook } from '../../examples/chinook/loader.ts';
import { Customer, Employee, models, Playlist, PlaylistTrack, Track } from '../../examples/chinook/models.ts';
import { formatResult } from '../../examples/chinook/print.ts';
import { staffTree } from '../../examples/chinook/reports.ts';

const LOADED = {
  Genre: 25,
  MediaType: 5,
  Artist: 275,
  Album: 347,
  Track: 3503,
  Employee: 8,
  Customer: 59,
  Invoice: 412,
  InvoiceLine: 2240,
  Playlist: 18,
  PlaylistTrack: 8715,
};

const ROWS = 15_607;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blazeorm-test-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.each([
  ['a file', () => `sqlite:${join(folder, 'demo.db')}`],
  ['memory', () => 'sqlite::memory:'],
])('the Chinook example in %s', (_name, dsn) => {
  const progress = { announced: 0, written: 0 };
  let result: DemoResult;

  beforeAll(async () => {
    result = await runDemo(dsn(), {
      onStart: (rows) => (progress.announced = rows),
      onProgress: (_model, rows) => (progress.written += rows),
    });
  });

  it('K3: loads every row of the eleven tables', () => {
    expect(result.alreadyLoaded).toBe(false);
    expect(result.loaded).toEqual(LOADED);
    expect(progress).toEqual({ announced: ROWS, written: ROWS });
  });

  it('loads with a statement for every row, and few that are distinct', () => {
    expect(result.statements['load']).toBeLessThanOrEqual(ROWS);
    expect(result.statements['prepared']).toBeGreaterThan(0);
    expect(result.statements['prepared']).toBeLessThanOrEqual(30);
  });

  it('takes one statement for a figure, and one more for each prefetched path', () => {
    const { migrate: _migrate, load: _load, prepared: _prepared, ...reports } = result.statements;
    expect(reports).toEqual({
      check: 11,
      count: 11,
      topArtists: 1,
      salesByGenre: 1,
      salesByCountry: 1,
      totals: 1,
      bestCustomer: 6,
      playlists: 1,
      customersInBrazil: 1,
      employees: 1,
    });
  });

  it('sums decimals exactly', () => {
    const { topArtists, salesByGenre, salesByCountry, totals } = result.reports;
    expect(topArtists.slice(0, 3)).toEqual([
      { id: 90, artist: 'Iron Maiden', lines: 140, revenue: '138.60' },
      { id: 150, artist: 'U2', lines: 107, revenue: '105.93' },
      { id: 50, artist: 'Metallica', lines: 91, revenue: '90.09' },
    ]);
    expect(salesByGenre[0]).toEqual({ genre: 'Rock', lines: 835, revenue: '826.65' });
    expect(salesByGenre.reduce((lines, row) => lines + row.lines, 0)).toBe(LOADED.InvoiceLine);
    expect(salesByCountry[0]).toEqual({ country: 'USA', invoices: 91, total: '523.06' });
    expect(salesByCountry.reduce((invoices, row) => invoices + row.invoices, 0)).toBe(LOADED.Invoice);
    expect(totals).toEqual({ invoices: 412, total: '2328.60', largest: '25.86' });
  });

  it('L6: reads a customer with invoices, lines, tracks, albums and artists', () => {
    const customer = result.reports.bestCustomer!;
    const { invoices, ...person } = customer;
    expect(person).toEqual({
      id: 6,
      name: 'Helena Holý',
      country: 'Czech Republic',
      supportRep: 'Steve Johnson',
      spent: '49.62',
    });
    expect(invoices.map((invoice) => invoice.lines.length)).toEqual([9, 2, 4, 6, 1, 2, 14]);
    expect(invoices[0]).toMatchObject({ id: 46, date: new Date('2021-07-11T00:00:00Z'), total: '8.91' });
    expect(invoices[0]!.lines[0]).toEqual({
      track: 'When You Gonna Learn (Digeridoo)',
      album: 'Emergency On Planet Earth',
      artist: 'Jamiroquai',
      unitPrice: '0.99',
      quantity: 1,
    });
  });

  it('counts the tracks of every playlist', () => {
    const { playlists } = result.reports;
    expect(playlists.reduce((sum, row) => sum + row.trackCount, 0)).toBe(LOADED.PlaylistTrack);
    expect(playlists.slice(0, 3)).toEqual([
      { id: 1, name: 'Music', trackCount: 3290, milliseconds: 877_683_083 },
      { id: 8, name: 'Music', trackCount: 3290, milliseconds: 877_683_083 },
      { id: 5, name: '90’s Music', trackCount: 1477, milliseconds: 398_705_153 },
    ]);
    // An empty one has no sum.
    expect(playlists.filter((row) => row.trackCount === 0)).toHaveLength(4);
    expect(playlists.every((row) => (row.milliseconds === null) === (row.trackCount === 0))).toBe(true);
  });

  it('Q18: asks a manager for the customers of a country', () => {
    expect(result.reports.customersInBrazil.map((row) => `${row.name}: ${row.supportRep}`)).toEqual([
      'Roberto Almeida: Jane Peacock',
      'Luís Gonçalves: Jane Peacock',
      'Eduardo Martins: Margaret Park',
      'Fernanda Ramos: Margaret Park',
      'Alexandre Rocha: Steve Johnson',
    ]);
  });

  it('puts the employees together as a tree', () => {
    const agent = { title: 'Sales Support Agent', reports: [] };
    const staff = { title: 'IT Staff', customers: 0, reports: [] };
    expect(result.reports.employees).toEqual([
      {
        id: 1,
        name: 'Andrew Adams',
        title: 'General Manager',
        customers: 0,
        reports: [
          {
            id: 2,
            name: 'Nancy Edwards',
            title: 'Sales Manager',
            customers: 0,
            reports: [
              { id: 3, name: 'Jane Peacock', customers: 21, ...agent },
              { id: 4, name: 'Margaret Park', customers: 20, ...agent },
              { id: 5, name: 'Steve Johnson', customers: 18, ...agent },
            ],
          },
          {
            id: 6,
            name: 'Michael Mitchell',
            title: 'IT Manager',
            customers: 0,
            reports: [
              { id: 7, name: 'Robert King', ...staff },
              { id: 8, name: 'Laura Callahan', ...staff },
            ],
          },
        ],
      },
    ]);
  });

  it('prints every report', () => {
    const text = formatResult(result);
    for (const words of [
      'Iron Maiden',
      '138.60',
      '835',
      '523.06',
      '2328.60',
      'Helena Holý',
      '3290',
      'Laura Callahan',
    ]) {
      expect(text).toContain(words);
    }
  });
});

describe('the Chinook data in the database', () => {
  let db: Database;
  let data: ChinookData;

  beforeAll(async () => {
    data = await readChinook();
    db = await Database.connect('sqlite::memory:', { models: Object.values(models) });
    await db.createAll();
    await loadChinook(db, data);
  });

  afterAll(() => db.close());

  it('keeps keys, times in UTC, absent texts and references', async () => {
    await using session = db.session();
    const nancy = await session.query(Employee).selectRelated('reportsTo').get({ id: 2 });
    expect(nancy.fullName).toBe('Nancy Edwards');
    expect(nancy.hireDate).toEqual(new Date('2002-05-01T00:00:00Z'));
    expect(nancy.reportsTo?.fullName).toBe('Andrew Adams');
    const leonie = await session.getOrFail(Customer, 2);
    expect([leonie.fullName, leonie.company, leonie.state, leonie.supportRepId]).toEqual([
      'Leonie Köhler',
      null,
      null,
      5,
    ]);
    const track = await session.getOrFail(Track, 1);
    expect([track.unitPrice, track.albumId, track.minutes]).toEqual(['0.99', 1, 343_719 / 60_000]);
  });

  it('R1: reads links from both sides and by their composite key', async () => {
    await using session = db.session();
    const grunge = await session.query(Playlist).prefetchRelated('tracks').get({ name: 'Grunge' });
    const wanted = data.PlaylistTrack.filter((link) => link.PlaylistId === grunge.id).map((link) => link.TrackId);
    expect(grunge.tracks.map((track) => track.id).toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b));
    const track = await session.query(Track).prefetchRelated('playlists').get({ id: wanted[0]! });
    expect(track.playlists.includes(grunge)).toBe(true);
    const link = await session.getOrFail(PlaylistTrack, [grunge.id, wanted[0]!]);
    expect(link.pk).toEqual([grunge.id, wanted[0]]);
  });

  it('R1: reads the same tree through the reverse of the self-reference', async () => {
    await using session = db.session();
    const [head] = await session.query(Employee).filter({ reportsTo: null }).prefetchRelated('reports.reports');
    const [same] = await staffTree(session);
    expect(head!.reports.map((lead) => lead.reports.map((employee) => employee.fullName))).toEqual(
      same!.reports.map((lead) => lead.reports.map((employee) => employee.name)),
    );
  });

  it('S8: a load that fails half-way leaves nothing behind', async () => {
    await using other = await Database.connect('sqlite::memory:', { models: Object.values(models) });
    await other.createAll();
    const line = { InvoiceLineId: 9999, InvoiceId: 1, TrackId: -1, UnitPrice: 0.99, Quantity: 1 };
    const broken = { ...data, InvoiceLine: [...data.InvoiceLine, line] };
    await expect(loadChinook(other, broken)).rejects.toThrow(ForeignKeyViolationError);
    await using session = other.session();
    expect(await session.query(Track).count()).toBe(0);
    await loadChinook(other, data);
    expect(await session.query(PlaylistTrack).count()).toBe(LOADED.PlaylistTrack);
  });
});

describe('the command line of the Chinook example', () => {
  it('K3: prints one JSON object, the same as in process, and leaves no file behind', async () => {
    const temporary = await mkdtemp(join(folder, 'tmp-'));
    const { code, stdout, stderr } = await demo(['--json'], { TMPDIR: temporary, TEMP: temporary, TMP: temporary });
    const { alreadyLoaded: _alreadyLoaded, ...expected } = await runDemo('sqlite::memory:');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(Object.keys(expected)).toEqual(['loaded', 'statements', 'reports']);
    expect((await readdir(temporary)).filter((name) => name.startsWith('blazeorm'))).toEqual([]);
  });

  it('reports on data that is there already, without loading it again', async () => {
    const dsn = `sqlite:${join(folder, 'kept.db')}`;
    const first = await runDemo(dsn);
    const { code, stdout, stderr } = await demo(['--json', '--database', dsn]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'The data is there already; nothing was loaded.\n' });
    const { loaded, statements, reports } = JSON.parse(stdout) as DemoResult;
    expect({ loaded, reports }).toEqual(JSON.parse(JSON.stringify({ loaded: first.loaded, reports: first.reports })));
    expect(statements).toMatchObject({ load: 0, prepared: 0 });
  });

  it('refuses a database that holds other data, and writes nothing to it', async () => {
    const dsn = `sqlite:${join(folder, 'other.db')}`;
    await using db = await Database.connect(dsn, { models: Object.values(models) });
    await migrate(db);
    await db.transaction((session) => session.add(new models.Genre({ name: 'Mine' })));
    await expect(runDemo(dsn)).rejects.toThrow('The database holds other data: 1 rows of Genre, not 25.');
    await using session = db.session();
    expect(await session.query(Track).count()).toBe(0);
  });

  it.each([
    ['an unknown scheme', ['--database', 'nosuch:x'], /^error: The DSN has an unknown scheme\..*\n$/],
    ['an unknown option', ['--nosuch'], /^error: unknown option '--nosuch'\n$/],
  ])('tells of %s in one line, with exit code 1', async (_name, args, line) => {
    const { code, stdout, stderr } = await demo(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(line);
  });

  it('shows the stack of an error when DEBUG is set', async () => {
    const { code, stderr } = await demo(['--database', 'nosuch:x'], { DEBUG: '1' });
    expect(code).toBe(1);
    expect(stderr).toContain('\n    at ');
  });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run the example as a process of its own. */
function demo(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const command = ['--import', 'tsx', join(root, 'examples', 'chinook', 'main.ts'), ...args];
  const { DEBUG: _debug, FORCE_COLOR: _color, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      command,
      { cwd: root, env: { ...inherited, NO_COLOR: '1', ...env }, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
