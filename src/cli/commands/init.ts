import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '../output.ts';
import type { Output } from '../output.ts';

const CONFIG = `import { defineConfig } from 'blazeorm/schema';

export default defineConfig({
  url: process.env['DATABASE_URL'] ?? 'sqlite:app.db',
  models: './models.ts',
  migrations: './migrations',
});
`;

const MODELS = `import { f, model } from 'blazeorm';

export class Note extends model('note', {
  id: f.auto(),
  text: f.string({ maxLength: 200 }),
  createdAt: f.datetime({ autoNowAdd: true }),
}) {}
`;

/** `blaze init`: a configuration, first models and a folder for migrations, where they are missing. */
export const init = {
  about: 'Write blaze.config.ts, models.ts and a folder for migrations, where they are missing',
  async run(cwd: string, output: Output): Promise<number> {
    const written: string[] = [];
    for (const [name, text] of [
      ['blaze.config.ts', CONFIG],
      ['models.ts', MODELS],
    ] as const) {
      if (existsSync(join(cwd, name))) continue;
      await writeFile(join(cwd, name), text);
      written.push(name);
    }
    await mkdir(join(cwd, 'migrations'), { recursive: true });
    for (const name of written) output.line(`written: ${name}`);
    output.line('Next: blaze makemigrations, then blaze migrate.');
    output.json({ written });
    return EXIT.ok;
  },
};
