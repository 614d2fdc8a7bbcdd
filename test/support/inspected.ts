/** Models that `inspect` wrote: compiled, formatted, and loaded as a user loads them. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bin, root, run, typescript } from '../../scripts/support/run.ts';
import type { ModelClassValue } from '../../src/core/metadata.ts';
import type { SourceFile } from '../../src/schema/inspect/inspect.ts';

const CACHE = join(root, '.cache', 'inspect');

/** A folder of files of TypeScript that import the package by its name; whoever makes it removes it. */
export class Folder {
  readonly path = join(CACHE, randomBytes(6).toString('hex'));

  write(files: readonly SourceFile[], folder = ''): string {
    const path = join(this.path, folder);
    mkdirSync(path, { recursive: true });
    for (const { name, text } of files) writeFileSync(join(path, name), text);
    return path;
  }

  /** Where a file of this name would be. */
  file(name: string): string {
    mkdirSync(this.path, { recursive: true });
    return join(this.path, name);
  }

  /** The models of a file. */
  async load(files: readonly SourceFile[], folder = ''): Promise<readonly ModelClassValue[]> {
    const path = this.write(files, folder);
    const entry = files.length === 1 ? files[0]!.name : 'index.ts';
    const module = (await import(/* @vite-ignore */ join(path, entry))) as {
      readonly models: readonly ModelClassValue[];
    };
    return module.models;
  }

  /** What the compiler says of all files; empty if it has nothing to say. */
  async compile(): Promise<string> {
    const config = { extends: '../../../tsconfig.json', include: ['**/*.ts'], exclude: [] };
    writeFileSync(join(this.path, 'tsconfig.json'), JSON.stringify(config));
    const { output } = await run(typescript.current, ['-p', join(this.path, 'tsconfig.json'), '--pretty', 'false']);
    return output.trim();
  }

  /** The lines that the formatter would write otherwise; none if all is as it should be. */
  async unformatted(): Promise<readonly string[]> {
    // It leaves out what git does, as this folder.
    const copy = mkdtempSync(join(tmpdir(), 'blaze-inspect-'));
    try {
      cpSync(this.path, copy, { recursive: true });
      const config = join(copy, '.oxfmtrc.json');
      writeFileSync(config, JSON.stringify({ printWidth: 120, singleQuote: true, semi: true }));
      const files = readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
      const { code, output } = await run(bin('oxfmt'), ['--config', config, ...files.map((name) => join(copy, name))]);
      if (code !== 0) return [output];
      return files.flatMap((name) => {
        const [ours, theirs] = [this.path, copy].map((path) => readFileSync(join(path, name), 'utf8').split('\n'));
        return ours!.filter((line, i) => line !== theirs![i]).map((line) => `${name}: ${line}`);
      });
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
