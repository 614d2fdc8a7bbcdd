/** The whole example as one function: tables, data, reports, and what each of them cost in statements. */
import { fileURLToPath } from 'node:url';

import { Database, type Model, type Session } from 'blazeorm';
import { MigrationEngine, readMigrations } from 'blazeorm/schema';

import { type ChinookData, readChinook } from './data.ts';
import { loadChinook, type OnProgress } from './loader.ts';
import { type ModelName, modelNames, models } from './models.ts';
import * as reports from './reports.ts';
import { StatementMeter } from './statements.ts';

const MIGRATIONS = fileURLToPath(new URL('migrations', import.meta.url));

/** Number of rows by model. */
export type RowCounts = Readonly<Record<ModelName, number>>;

/** What `runDemo` gives. Nothing in it depends on the time or the machine. */
export type DemoResult = Awaited<ReturnType<typeof runDemo>>;

/** Who is told about the load, if there is one. */
export interface LoadListener {
  /** How many rows there will be. */
  readonly onStart?: (rows: number) => void;
  readonly onProgress?: OnProgress;
}

/**
 * Create the tables, load the data unless it is there, and make the reports.
 *
 * @param dsn The database, for example `sqlite:chinook.db`: empty, or filled by an earlier run.
 * @throws Error if its tables hold anything else.
 */
export async function runDemo(dsn: string, { onStart, onProgress }: LoadListener = {}) {
  await using db = await Database.connect(dsn, { models: Object.values(models) });
  const meter = new StatementMeter(db);
  /** A session for every section: nothing that one has read saves another a statement. */
  const inSession = <T>(section: string, work: (session: Session) => Promise<T>): Promise<T> =>
    meter.measure(section, async () => {
      await using session = db.session();
      return await work(session);
    });

  await meter.measure('migrate', () => migrate(db));

  const data = await readChinook();
  const alreadyLoaded = isLoaded(await inSession('check', countRows), data);
  const load = async (): Promise<void> => {
    if (alreadyLoaded) return;
    onStart?.(modelNames.reduce((sum, name) => sum + data[name].length, 0));
    await loadChinook(db, data, onProgress);
  };
  await meter.measure('load', load, 'prepared');

  const loaded = await inSession('count', countRows);
  const results = {
    topArtists: await inSession('topArtists', (session) => reports.topArtists(session, 10)),
    salesByGenre: await inSession('salesByGenre', reports.salesByGenre),
    salesByCountry: await inSession('salesByCountry', reports.salesByCountry),
    totals: await inSession('totals', reports.totals),
    bestCustomer: await inSession('bestCustomer', reports.bestCustomer),
    playlists: await inSession('playlists', reports.playlistSizes),
    customersInBrazil: await inSession('customersInBrazil', (session) => reports.customersIn(session, 'Brazil')),
    employees: await inSession('employees', reports.staffTree),
  };
  return { alreadyLoaded, loaded, statements: meter.sections, reports: results };
}

/** Make the tables by the migrations beside this file; nothing, where they are there. */
export async function migrate(db: Database): Promise<void> {
  await new MigrationEngine(db, await readMigrations(MIGRATIONS)).migrate();
}

/** What the database holds. */
async function countRows(session: Session): Promise<RowCounts> {
  const counts: Partial<Record<ModelName, number>> = {};
  for (const name of modelNames) counts[name] = await session.query<Model>(models[name]).count();
  return counts as RowCounts;
}

/** True if all rows of the data are there, false if none is. */
function isLoaded(found: RowCounts, data: ChinookData): boolean {
  if (modelNames.every((name) => found[name] === 0)) return false;
  const other = modelNames.find((name) => found[name] !== data[name].length);
  if (other === undefined) return true;
  throw new Error(
    `The database holds other data: ${found[other]} rows of ${other}, not ${data[other].length}. Give an empty one.`,
  );
}
