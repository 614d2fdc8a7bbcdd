/** `npm run demo`: the Chinook music store, loaded and reported on. See README.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Command } from 'commander';
import pc from 'picocolors';

import { type DemoResult, runDemo } from './demo.ts';
import { formatResult } from './print.ts';
import { progressBar } from './progress.ts';

interface Options {
  readonly json?: true;
  readonly database?: string;
}

const program = new Command('chinook')
  .description('Load the Chinook music store through BlazeORM and report on it.')
  .option('--json', 'print one JSON object in place of tables')
  .option('--database <dsn>', 'where to load it, as in sqlite:chinook.db (default: a file that is removed at the end)')
  .parse();

try {
  await main(program.opts<Options>());
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${pc.red('error:')} ${process.env['DEBUG'] ? stack : message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  process.exitCode = 1;
}

async function main({ database, json }: Options): Promise<void> {
  const result = await (database === undefined
    ? inTemporaryFolder((folder) => runWithBar(`sqlite:${join(folder, 'chinook.db')}`))
    : runWithBar(database));
  const { alreadyLoaded, ...shown } = result;
  if (json && alreadyLoaded) process.stderr.write('The data is there already; nothing was loaded.\n');
  process.stdout.write(json ? `${JSON.stringify(shown, null, 2)}\n` : formatResult(result));
}

async function runWithBar(dsn: string): Promise<DemoResult> {
  const progress = progressBar();
  try {
    return await runDemo(dsn, progress);
  } finally {
    progress.stop();
  }
}

/** Run the work with a folder of its own, and leave nothing behind. */
async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'blazeorm-chinook-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
