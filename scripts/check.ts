/**
 * `npm run check`: everything that is fast and needs no database. `npm run check -- lint types` runs only those.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { filesUnder } from './support/files.ts';
import { bin, root, run, runCommand, typescript } from './support/run.ts';
import type { RunResult } from './support/run.ts';
import { runSteps } from './support/steps.ts';
import type { Step } from './support/steps.ts';

const script = (name: string, ...args: string[]): Promise<RunResult> =>
  run(bin('tsx'), [`scripts/${name}.ts`, ...args]);

/** Packs the fresh build as npm would publish it, and looks at what a consumer gets. */
async function checkPackage(): Promise<RunResult> {
  const built = await script('build');
  if (built.code !== 0) return built;
  const folder = join(root, '.cache', 'pack');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packed = await runCommand('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
  if (packed.code !== 0) return packed;
  const [tarball = ''] = filesUnder(folder, '.tgz');
  const [lint, types] = await Promise.all([
    run(bin('publint'), [tarball, '--strict']),
    run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji']),
  ]);
  return { code: lint.code || types.code, output: lint.output + types.output };
}

const steps: readonly Step[] = [
  {
    name: 'types',
    about: 'src, tests, examples, scripts',
    run: () => run(typescript.current, ['-p', 'tsconfig.json']),
  },
  {
    name: 'lint',
    about: 'oxlint: correctness, promises, any, cycles, layers',
    run: () => run(bin('oxlint'), ['--type-aware', '--deny-warnings']),
  },
  { name: 'type-tests', about: 'test/types and examples under both compilers', run: () => script('test-types') },
  {
    name: 'type-cost',
    about: 'instantiations of the Chinook models, 200 chained models',
    run: () => script('type-cost'),
  },
  { name: 'docs', about: 'code blocks of the documentation compile', run: () => script('check-docs') },
  { name: 'links', about: 'files and headings that the documentation links to', run: () => script('check-links') },
  { name: 'package', about: 'build, pack, publint, are-the-types-wrong', run: checkPackage },
  { name: 'unused', about: 'knip: unused files, exports, dependencies', run: () => run(bin('knip')) },
  { name: 'format', about: 'oxfmt', run: () => run(bin('oxfmt'), ['--list-different']) },
  { name: 'rows', about: 'titles of tests name known requirements', run: () => script('coverage-rows', '--quiet') },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(`No check is called ${unknown.join(', ')}; there are: ${steps.map((s) => s.name).join(', ')}\n`);
  process.exit(2);
}
const failed = await runSteps(wanted.length > 0 ? steps.filter((step) => wanted.includes(step.name)) : steps);
process.stdout.write(failed.length > 0 ? `\n${failed.length} failed: ${failed.join(', ')}\n` : '\nAll checks passed\n');
process.exitCode = failed.length > 0 ? 1 : 0;
