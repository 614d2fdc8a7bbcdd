/**
 * The lint rules that hold the house together, each shown to fire: violations are planted in a temporary tree of the
 * same shape and linted with the project's own configuration.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = join(import.meta.dirname, '../../..');

/** From the lowest layer to the highest; folders of one layer are siblings. */
const layers = [
  ['utils'],
  ['core', 'security'],
  ['validation', 'hooks', 'cache', 'query', 'dialects'],
  ['adapters'],
  ['persistence', 'schema'],
  ['cli', 'observe', 'studio', 'testing'],
];
const folders = layers.flat();
const levelOf = (folder: string): number => layers.findIndex((layer) => layer.includes(folder));
const mayImport = (from: string, to: string): boolean => from === to || levelOf(to) < levelOf(from);

interface Finding {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
}

let tree: string;

function plant(file: string, lines: readonly string[]): void {
  const path = join(tree, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`);
}

function lint(...args: string[]): Finding[] {
  let output: string;
  try {
    output = execFileSync(process.execPath, [join(project, 'node_modules/.bin/oxlint'), '--format', 'json', ...args], {
      cwd: tree,
      encoding: 'utf8',
    });
  } catch (error) {
    // Findings make the linter exit with 1, and they are what is wanted here.
    output = (error as { stdout: string }).stdout;
  }
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[];
  };
  return diagnostics.map(({ code, filename, labels }) => ({
    rule: code,
    file: filename.replaceAll('\\', '/'),
    line: labels[0]?.span.line ?? 0,
  }));
}

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'blazeorm-lint-'));
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
    copyFileSync(join(project, file), join(tree, file));
  symlinkSync(join(project, 'node_modules'), join(tree, 'node_modules'));
});
afterAll(() => {
  rmSync(tree, { recursive: true, force: true });
});

describe('layers', () => {
  const targets = folders.flatMap((to) => [to, `${to}/deep`]);
  const forms = ['value', 'type', 'export'] as const;
  const statement = (form: (typeof forms)[number], path: string): string =>
    form === 'value'
      ? `import '${path}';`
      : form === 'type'
        ? `import type {} from '${path}';`
        : `export * from '${path}';`;

  it.each(forms)('imports run one way, in every form: %s', (form) => {
    const expected: string[] = [];
    for (const from of folders) {
      for (const [file, up] of [
        [`src/${from}/${form}.ts`, '../'],
        [`src/${from}/ast/${form}.ts`, '../../'],
      ] as const) {
        plant(
          file,
          targets.map((to) => statement(form, `${up}${to}/file.ts`)),
        );
        for (const [index, to] of targets.entries()) {
          if (!mayImport(from, to.split('/')[0] ?? '')) expected.push(`${file}:${index + 1}`);
        }
      }
    }
    const found = lint('src')
      .filter(({ rule, file }) => rule === 'eslint(no-restricted-imports)' && file.endsWith(`/${form}.ts`))
      .map(({ file, line }) => `${file}:${line}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it('entry files import anything', () => {
    for (const entry of ['index', 'sqlite', 'schema'])
      plant(
        `src/${entry}.ts`,
        folders.map((to) => statement('export', `./${to}/file.ts`)),
      );
    expect(lint('src/index.ts', 'src/sqlite.ts', 'src/schema.ts')).toEqual([]);
  });

  it('no folder imports the package by its name', () => {
    plant('src/core/self.ts', ["import 'blazeorm';", "import 'blazeorm/sqlite';"]);
    expect(
      lint('src/core/self.ts')
        .map(({ line }) => String(line))
        .toSorted(),
    ).toEqual(['1', '2']);
  });
});

describe('cycles', () => {
  it('of values', () => {
    plant('src/query/one.ts', ["import { two } from './two.ts';", 'export const one = (): unknown => two;']);
    plant('src/query/two.ts', ["import { one } from './one.ts';", 'export const two = (): unknown => one;']);
    const rules = lint('src/query/one.ts', 'src/query/two.ts').map(({ rule, file }) => `${rule} ${file}`);
    expect(rules.toSorted()).toEqual(['import(no-cycle) src/query/one.ts', 'import(no-cycle) src/query/two.ts']);
  });

  it('of types', () => {
    plant('src/query/three.ts', ["import type { Four } from './four.ts';", 'export interface Three { four: Four }']);
    plant('src/query/four.ts', ["import type { Three } from './three.ts';", 'export interface Four { three: Three }']);
    const rules = lint('src/query/three.ts', 'src/query/four.ts').map(({ rule, file }) => `${rule} ${file}`);
    expect(rules.toSorted()).toEqual(['import(no-cycle) src/query/four.ts', 'import(no-cycle) src/query/three.ts']);
  });

  it('through the entry file', () => {
    plant('src/index.ts', ["export { five } from './query/five.ts';"]);
    plant('src/query/five.ts', ["import type {} from '../index.ts';", 'export const five = 5;']);
    expect(lint('src/query/five.ts').map(({ rule }) => rule)).toEqual(['import(no-cycle)']);
  });
});

describe('single rules', () => {
  it.each([
    ['typescript(no-explicit-any)', 'export const value = {} as any;'],
    ['typescript(no-floating-promises)', 'export function start(): void { Promise.resolve(1); }'],
    ['typescript(consistent-type-imports)', "export type Session = import('../persistence/session.ts').Session;"],
    ['eslint(no-restricted-imports)', "export const later = (): unknown => import('../persistence/session.ts');"],
    ['eslint(no-unused-vars)', 'const unused = 1;'],
    ['eslint(no-console)', "console.log('noise');"],
    ['typescript(ban-ts-comment)', '// @ts-ignore\nexport const x: number = 1;'],
    [
      'typescript(switch-exhaustiveness-check)',
      "export function f(kind: 'a' | 'b'): number | undefined { switch (kind) { case 'a': return 1; } }",
    ],
  ])('%s', (rule, code) => {
    plant('src/core/planted.ts', [code]);
    expect(lint('--type-aware', 'src/core/planted.ts').map((finding) => finding.rule)).toContain(rule);
  });
});
