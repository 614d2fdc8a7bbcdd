/**
 * Type-checks every ```ts block of the documentation and of the doc comments in `src`. A block stands for itself and
 * says what it imports; one that goes on where the one before it ends is marked ```ts continued, and one that is not meant
 * to compile ```ts ignore. Errors name the document's own file
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

/** Where each extracted file came from, and its text. */
const origins = new Map<string, string>();
const programs = new Map<string, string>();
let blocks = 0;
for (const document of documents) {
  const name = relative(root, document);
  const text = readFileSync(document, 'utf8');
  let file = '';
  for (const { line, code, continued } of codeBlocks(sources.includes(document) ? docComments(text) : text)) {
    if (!continued) file = `${name.replaceAll(/[^\w]+/g, '-')}-${line}.ts`;
    const before = continued ? (programs.get(file) ?? '') : '';
    // As many empty lines as stand before the block, so that the compiler's line numbers are the document's.
    programs.set(file, `${before}${'\n'.repeat(line - before.split('\n').length)}${code}\n`);
    origins.set(file, name);
    blocks++;
  }
}
for (const [file, program] of programs) writeFileSync(join(workspace, file), `${program}export {};\n`);

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
    `${blocks} code blocks in ${new Set(origins.values()).size} documents ${code === 0 ? 'compile' : 'checked'}\n`,
  );
  process.exitCode = code;
}
