/**
 * Looks at every link between the project's own documents: the file and the heading that it names must be there. And each
 * page of `docs` and each README of `src` must be linked from README.md, so that readers find it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

import { filesUnder } from './support/files.ts';
import { anchors, localLinks } from './support/links.ts';
import { root } from './support/run.ts';

const documents = [
  ...readdirSync(root)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, name)),
  ...['docs', 'src', 'examples', 'bench', 'test'].flatMap((folder) => filesUnder(join(root, folder), '.md')),
];

/** What is wrong with a link of a document, or undefined. */
function wrong(document: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document : resolve(dirname(document), path);
  if (!existsSync(file)) return 'no such file';
  if (anchor === undefined) return undefined;
  return anchors(readFileSync(file, 'utf8')).has(anchor) ? undefined : 'no such heading';
}

const problems: string[] = [];
let links = 0;
for (const document of documents) {
  for (const { line, target } of localLinks(readFileSync(document, 'utf8'))) {
    links++;
    const problem = wrong(document, target);
    if (problem !== undefined) problems.push(`${relative(root, document)}:${line}: ${target}: ${problem}`);
  }
}

const readme = join(root, 'README.md');
const linked = new Set(
  localLinks(readFileSync(readme, 'utf8')).map(({ target }) => join(root, target.split('#')[0] ?? '')),
);
const wanted = [
  ...filesUnder(join(root, 'docs'), '.md'),
  ...filesUnder(join(root, 'src'), '.md').filter((file) => file.endsWith('README.md')),
];
for (const file of wanted) if (!linked.has(file)) problems.push(`README.md has no link to ${relative(root, file)}`);

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(
  problems.length > 0
    ? `${problems.length} problems\n`
    : `${links} links in ${documents.length} documents lead somewhere\n`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
