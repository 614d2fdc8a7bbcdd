/**
 * Builds `src` into `dist`: ESM, declarations and declaration maps.
 *
 * The new build replaces the old one only when it is whole, so a failed build leaves the last good one. Everything
 * it says goes to stderr, so that `npm run demo -- --json` prints JSON and nothing else.
 */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { root, run, typescript } from './support/run.ts';

const dist = join(root, 'dist');
// A sibling, not a subfolder: the paths inside the source maps depend on the depth.
const fresh = `${dist}.${process.pid}`;

const { code, output } = await run(typescript.current, ['-p', 'tsconfig.build.json', '--outDir', fresh]);
if (code === 0) {
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
} else {
  rmSync(fresh, { recursive: true, force: true });
  process.stderr.write(output);
}
process.exitCode = code;
