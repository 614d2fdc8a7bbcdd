/** Running the project's tools from its scripts: one place that knows where they live. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const inModules = (path: string): string => join(root, 'node_modules', path);

/** Both compilers, by path: two packages offer a `tsc` command, and only one of them can be `npx tsc`. */
export const typescript = {
  current: inModules('typescript/bin/tsc'),
  previous: inModules('typescript-5.9/bin/tsc'),
} as const;

/** A command of an installed package, such as `bin('oxlint')`. */
export const bin = (name: string): string => inModules(`.bin/${name}`);

export interface RunResult {
  readonly code: number;
  /** stdout and stderr, in the order they came. */
  readonly output: string;
}

/** Runs a Node script or an installed command in the project's root and collects what it says. */
export const run = (file: string, args: readonly string[] = []): Promise<RunResult> =>
  spawned(process.execPath, [file, ...args]);

/** Runs a command of the system, such as `npm`. */
export const runCommand = (command: string, args: readonly string[]): Promise<RunResult> => spawned(command, args);

function spawned(command: string, args: readonly string[]): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}
