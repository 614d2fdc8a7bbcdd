import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as blazeorm from './blazeorm.ts';
import type { ContestantLoader } from '../engines/engine.ts';

type Blazeorm = typeof blazeorm;

const bench = fileURLToPath(new URL('..', import.meta.url));
/** What the contestant is made of, and imports the library. */
const FILES = ['contestants/blazeorm.ts', 'models.ts'];

/**
 * Another build of the library in the same run: the same reading code, copied, with its `dist` in place of this one. The copy is beside
 * the original, where it finds its drivers.
 */
export async function before(dist: string): ReturnType<ContestantLoader> {
  const folder = mkdtempSync(join(bench, '.before-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(bench, 'contestants', 'contestant.ts'), join(folder, 'contestants', 'contestant.ts'));
  const library = pathToFileURL(join(dist, 'index.js')).href;
  for (const file of FILES) {
    const code = readFileSync(join(bench, file), 'utf8').replaceAll("from 'blazeorm'", `from '${library}'`);
    writeFileSync(join(folder, file), code.replace("'../../package.json'", "'../../../package.json'"));
  }
  const copy = (await import(pathToFileURL(join(folder, FILES[0]!)).href)) as Blazeorm; // Named cast: a copy of that file.
  return copy.openBlazeorm;
}
