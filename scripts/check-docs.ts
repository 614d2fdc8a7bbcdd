/**
 * Type-checks every ```ts block of the documentation and of the doc comments in `src`. A block stands for itself and
 * says what it imports; one that is not meant to compile is marked ```ts ignore. Errors name the document's own file
 * and line.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { filesUnder } from './support/files.ts';
import { codeBlocks } from './support/markdown.ts';
import { root, run, typescript } from './support/run.ts';

const sources = filesUnder(join(root, 'src'), '.ts');
const documents = [
  ...readdirSync(root)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, name)),
  ...['docs', 'src', 'examples', 'bench', 'test'].flatMap((folder) => filesUnder(join(root, folder), '.md')),
  ...sources,
];

/** The text of the doc comments of a source file, each line on its own line of the file. */
function docComments(source: string): string {
  let inside = false;
  const lines = source.split(/\r?\n/).map((line) => {
    if (!inside) inside = /^\s*\/\*\*/.test(line);
    if (!inside) return '';
    inside = !line.includes('*/');
    return line.replace(/^\s*\/?\*+\/? ?/, '');
  });
  return lines.join('\n');
}

const workspace = join(root, '.cache', 'docs');
rmSync(workspace, { recursive: true, force: true });
mkdirSync(workspace, { recursive: true });

/** Where each extracted file came from. */
const origins = new Map<string, string>();
for (const document of documents) {
  const name = relative(root, document);
  const text = readFileSync(document, 'utf8');
  for (const { line, code } of codeBlocks(sources.includes(document) ? docComments(text) : text)) {
    const file = `${name.replaceAll(/[^\w]+/g, '-')}-${line}.ts`;
    // As many empty lines as stand before the block, so that the compiler's line numbers are the document's.
    writeFileSync(join(workspace, file), `${'\n'.repeat(line - 1)}${code}\nexport {};\n`);
    origins.set(file, name);
  }
}

if (origins.size === 0) {
  process.stdout.write('No code blocks in the documentation\n');
} else {
  const config = { extends: '../../tsconfig.json', include: ['*.ts'], exclude: [] };
  writeFileSync(join(workspace, 'tsconfig.json'), JSON.stringify(config));
  const { code, output } = await run(typescript.current, ['-p', join(workspace, 'tsconfig.json'), '--pretty', 'false']);
  process.stdout.write(
    output.replaceAll(/^\S*?([\w-]+\.ts)\((\d+),/gm, (whole, file: string, line: string) => {
      const origin = origins.get(file);
      return origin === undefined ? whole : `${origin}(${line},`;
    }),
  );
  process.stdout.write(
    `${origins.size} code blocks in ${new Set(origins.values()).size} documents ${code === 0 ? 'compile' : 'checked'}\n`,
  );
  process.exitCode = code;
}
