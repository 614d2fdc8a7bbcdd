/** `npm run test:types`: the type tests and the examples compile, under the current compiler and the previous one. */
import { join } from 'node:path';

import { filesUnder } from './support/files.ts';
import { root, run, typescript } from './support/run.ts';

if (filesUnder(join(root, 'test', 'types'), '.ts').length > 0) {
  const results = await Promise.all(
    Object.values(typescript).map(async (compiler) => {
      const version = (await run(compiler, ['--version'])).output.trim().replace('Version', 'TypeScript');
      return { version, ...(await run(compiler, ['-p', 'tsconfig.types.json', '--pretty', 'false'])) };
    }),
  );
  for (const { version, code, output } of results) {
    process.stdout.write(`${code === 0 ? 'passed' : 'FAILED'} under ${version}\n${output}`);
    if (code !== 0) process.exitCode = 1;
  }
} else {
  process.stdout.write('No type tests in test/types\n');
}
