import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const project = join(import.meta.dirname, '../..');

export interface NestedRun {
  readonly code: number;
  /** stdout and stderr, without colours. */
  readonly output: string;
  /** The last line of stdout. */
  readonly last: string | undefined;
}

export interface NestedRunOptions {
  /** Where the files go and stay, instead of a folder of their own inside the project. */
  readonly folder?: string;
  /** A file, as seen from the project's root. */
  readonly globalSetup?: string;
  /** Beside the variables of this process; undefined takes one away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Inside the project, so that the files find Vitest. */
function folderInProject(): string {
  mkdirSync(join(project, '.cache'), { recursive: true });
  return mkdtempSync(join(project, '.cache/nested-run-'));
}

/** Runs test files in a Vitest of their own, with the project's reporters. */
export async function nestedRun(
  files: Readonly<Record<string, string>>,
  options: NestedRunOptions = {},
): Promise<NestedRun> {
  const folder = options.folder ?? folderInProject();
  const test = options.globalSetup === undefined ? {} : { globalSetup: [join(project, options.globalSetup)] };
  writeFileSync(join(folder, 'vitest.config.ts'), `export default ${JSON.stringify({ test })};`);
  for (const [name, code] of Object.entries(files)) {
    writeFileSync(join(folder, name), `import { beforeAll, describe, expect, it } from 'vitest';\n${code}`);
  }
  const reporters = ['--reporter', 'default', '--reporter', join(project, 'test/support/closing-line-reporter.ts')];
  const vitest = join(project, 'node_modules/vitest/vitest.mjs');
  const env = { ...process.env, NO_COLOR: '1', ...options.environment };
  try {
    return await new Promise<NestedRun>((resolve) => {
      const args = [vitest, 'run', '--root', folder, ...reporters, ...Object.keys(files)];
      execFile(process.execPath, args, { cwd: project, env }, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code);
        resolve({ code, output: stdout + stderr, last: stdout.trimEnd().split('\n').at(-1) });
      });
    });
  } finally {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}
