/** A library of models can be published: its declarations are emitted whole, and type its users as the source would. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { root, run, typescript } from '../../scripts/support/run.ts';

const source = fileURLToPath(new URL('.', import.meta.url));
const models = ['models.ts', 'models2.ts', 'chinook.ts'];
const users = ['use.ts', 'loading.ts', 'filters.ts', 'querysets.ts', 'definitions.ts'];

async function compile(compiler: string, folder: string, options: object, files: readonly string[]): Promise<string> {
  const config = join(folder, 'tsconfig.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    config,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions: options, include: [], files }),
  );
  const { code, output } = await run(compiler, ['-p', config, '--pretty', 'false']);
  return code === 0 ? '' : output;
}

describe.each(Object.entries(typescript))('declarations under the %s compiler', (name, compiler) => {
  it('M1: are whole, and the code that uses them compiles against them', async () => {
    const folder = join(root, '.cache', `type-declarations-${name}`);
    const declared = join(folder, 'declared');
    rmSync(folder, { recursive: true, force: true });
    const emit = { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: root, outDir: declared };
    const inputs = models.map((file) => join(source, file));
    expect(await compile(compiler, join(folder, 'emit'), emit, inputs)).toBe('');

    const output = join(declared, 'test', 'types');
    expect(readdirSync(output)).toEqual(expect.arrayContaining(['models.d.ts', 'models2.d.ts', 'chinook.d.ts']));
    for (const file of models) {
      const text = readFileSync(join(output, file.replace('.ts', '.d.ts')), 'utf8');
      expect(text).toContain('ModelClass<');
      expect(text).not.toMatch(/\bany\b|\/\*elided\*\/|\.\.\. \d+ more/);
    }

    // The users, moved beside the declarations: they import the models from there.
    for (const file of [...users, 'expect.ts']) {
      const text = readFileSync(join(source, file), 'utf8').replaceAll(/from '(\.\/[\w]+)\.ts'/g, "from '$1.js'");
      writeFileSync(join(output, file), text);
    }
    const files = users.map((file) => join(output, file));
    expect(await compile(compiler, join(folder, 'use'), { noEmit: true }, files)).toBe('');
  }, 120_000);
});
