import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { engines } from './engines/index.ts';
import { workloads, type Workload } from './workloads.ts';

export interface Options {
  readonly engine: string;
  /** The server of an engine that needs one. */
  readonly url: string | undefined;
  readonly workloads: readonly Workload[];
  /** Overrides each workload's own number of rounds. */
  readonly rounds: number | undefined;
  readonly peers: readonly string[];
  /** A `dist` of the library at another time. */
  readonly before: string | undefined;
  /** Whom the others are measured against. */
  readonly reference: string;
  readonly json: string | undefined;
  readonly data: string;
}

const chinook = fileURLToPath(new URL('../examples/chinook/data/chinook.json', import.meta.url));

/** Reads the command line; a mistake in it ends the process with an explanation. */
export function readOptions(argv: readonly string[]): Options {
  const options = new Command('npm run bench --')
    .description('Measures BlazeORM against hand-written driver code. See bench/README.md.')
    .option('--engine <name>', `database: ${Object.keys(engines).join(', ')}`, oneOf(Object.keys(engines)), 'sqlite')
    .option(
      '--url <dsn>',
      'where it makes its database, if it needs a server (default: POSTGRES_URL, MYSQL_URL, MARIADB_URL)',
    )
    .option(
      '--only <ids>',
      `some workloads, separated by commas: ${workloads.map(({ id }) => id).join(', ')}`,
      someWorkloads,
    )
    .option('--rounds <n>', 'measured rounds per workload (default: 20 to 60, by workload)', positiveInteger)
    .option('--peers <names>', 'others to measure too, separated by commas: stats, drizzle, plain', list)
    .option('--before <dist>', 'the library as it was: the dist folder of another build', fromCallersFolder)
    .option('--reference <name>', 'whom to measure against: raw, or a peer', 'raw')
    .option('--json <file>', 'write the results to a file', fromCallersFolder)
    .option('--data <file>', 'another copy of chinook.json', fromCallersFolder, chinook)
    .allowExcessArguments(false)
    .parse(argv, { from: 'user' })
    .opts<Pick<Options, 'engine' | 'data' | 'reference'> & Partial<Options> & { only?: Workload[] }>();
  return {
    ...options,
    url: options.url,
    workloads: options.only ?? workloads,
    rounds: options.rounds,
    before: options.before,
    peers: withReference(options.peers ?? [], options.reference),
    json: options.json,
  };
}

function withReference(peers: readonly string[], reference: string): readonly string[] {
  return ['raw', 'blazeorm', 'before'].includes(reference) || peers.includes(reference) ? peers : [reference, ...peers];
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function oneOf(names: readonly string[]): (text: string) => string {
  return (text) => {
    if (!names.includes(text)) throw new InvalidArgumentError(`It is one of ${names.join(', ')}.`);
    return text;
  };
}

function someWorkloads(text: string): Workload[] {
  const wanted = list(text).map(oneOf(workloads.map(({ id }) => id)));
  return workloads.filter(({ id }) => wanted.includes(id));
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It is a whole number from 1 up.');
  return value;
}

/** npm runs a script in the package's folder, and says in INIT_CWD where the user is. */
function fromCallersFolder(file: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), file);
}
