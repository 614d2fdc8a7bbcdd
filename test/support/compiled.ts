/** The source as Node runs it, for processes that are started many times over: they have no time to compile it each by itself. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

export interface Compiled {
  /** The folder; inside of the project, so that packages are found from there. */
  readonly folder: string;
  remove(): void;
}

/** Compile `src` into a folder of its own, without looking at its types. */
export async function compileSource(name: string): Promise<Compiled> {
  const folder = join(root, '.cache', `${name}-${process.pid}`);
  const options = [
    '-p',
    'tsconfig.build.json',
    '--outDir',
    folder,
    '--noCheck',
    '--declaration',
    'false',
    '--declarationMap',
    'false',
  ];
  await promisify(execFile)(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options], {
    cwd: root,
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
