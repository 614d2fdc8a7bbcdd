import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import type { Contestant } from './contestants/contestant.ts';
import { readChinook } from './data.ts';
import type { ContestantLoader } from './engines/engine.ts';
import { engines } from './engines/index.ts';
import { measure, type Measurement } from './harness/measure.ts';
import { toReport, toTable, writeJson } from './harness/report.ts';
import { readOptions } from './options.ts';

const options = readOptions(process.argv.slice(2));
const engine = await engines[options.engine]!();
const library = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const hasLibrary = existsSync(library);
const loaders = chooseContestants();
const server = chooseServer();
if (!existsSync(options.data)) exit(`${options.data} is missing; --data FILE names another copy of it.`);

const createTables = hasLibrary ? (await import('./contestants/blazeorm.ts')).createTables : undefined;
const opening = engine.open(readChinook(options.data), createTables, server);
process.once('SIGINT', () => void opening.then((opened) => opened.close()).finally(() => process.exit(130)));
const db = await opening;
const contestants = new Map<string, Contestant>();
try {
  for (const [name, load] of loaders) {
    const open = await load();
    contestants.set(name, await open(db.url));
  }
  process.setSourceMapsEnabled(false); // tsx turns them on: a stack trace would cost more than in production
  const measurements: Measurement[] = [];
  const rejection = (name: string, error: unknown) => (name in engine.peers ? engine.rejection?.(error) : undefined);
  const field = { db, contestants, rejection, reference: options.reference };
  for (const workload of options.workloads) {
    progress(workload.id);
    measurements.push(await measure(workload, field, options.rounds ?? workload.rounds));
  }
  process.setSourceMapsEnabled(true);
  progress('');
  print(measurements);
} finally {
  for (const contestant of contestants.values()) await contestant.close();
  await db.close();
}

function chooseServer(): string | undefined {
  const { serverVariable: variable } = engine;
  if (variable === undefined) return options.url && exit(`${options.engine} needs no server: leave out --url.`);
  const dsn = options.url ?? process.env[variable];
  if (!dsn) exit(`Which server? --url or ${variable} names one: ${options.engine}://user:password@host:port/database`);
  if (!URL.canParse(dsn))
    exit(`--url or ${variable} is no DSN; it looks like ${options.engine}://user:password@host/db`);
  return dsn;
}

/** The driver by hand comes first: the others' results are checked against its. */
function chooseContestants(): Map<string, ContestantLoader> {
  const { raw, arrays, blazeorm } = engine.contestants;
  const chosen = new Map([
    ['raw', raw],
    ['arrays', arrays],
  ]);
  if (hasLibrary) chosen.set('blazeorm', blazeorm);
  const { before: dist } = options;
  if (dist !== undefined) chosen.set('before', async () => (await import('./contestants/before.ts')).before(dist));
  for (const name of options.peers) {
    if (name === 'stats') {
      chosen.set(name, async () => (await import('./contestants/blazeorm.ts')).openMeasured);
      continue;
    }
    const peer = engine.peers[name];
    if (peer === undefined)
      exit(`No peer ${name} on ${options.engine}; there are: ${Object.keys(engine.peers).join(', ')}.`);
    chosen.set(name, () => peer().catch((cause: unknown) => notInstalled(name, cause)));
  }
  return chosen;
}

function notInstalled(name: string, cause: unknown): never {
  if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
  return exit(`${name} is not installed. Run: npm --prefix bench install`);
}

function print(measurements: readonly Measurement[]): void {
  const versions: Record<string, string> = { ...db.versions };
  for (const contestant of contestants.values()) Object.assign(versions, contestant.versions);
  const report = toReport(options.engine, options.reference, versions, measurements);
  if (options.json !== undefined) writeJson(options.json, report);

  const stack = [['node', report.node], ...Object.entries(versions)].map((entry) => entry.join(' '));
  console.log([options.engine, ...stack].join(' · '));
  console.log(toTable([...contestants.keys()], options.reference, measurements, engine.goals));
  console.log(
    pc.dim(`Ratios to ${options.reference} in the same round: median (min–max); below 1 is faster than that.`),
  );
  for (const { workload, failures, rejections } of measurements) {
    for (const [name, said] of rejections) console.log(pc.dim(`${workload.id}, ${name}: rejected: ${said}`));
    for (const [name, error] of failures) fail(`${workload.id}, ${name}:`, error);
  }
  if (!hasLibrary) fail(`blazeorm was not measured: ${library} is missing. Run: npm run build`);
}

/** What was not measured must not pass for a result. */
function fail(message: string, ...details: unknown[]): void {
  console.error(pc.red(message), ...details);
  process.exitCode = 1;
}

function exit(message: string): never {
  console.error(pc.red(message));
  process.exit(1);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
