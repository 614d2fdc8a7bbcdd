import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Database } from 'blazeorm';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blazeorm-cli-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(root, join(folder, 'node_modules', 'blazeorm'), 'dir');
  await write('package.json', '{ "type": "module" }');
  await write(
    'blaze.config.ts',
    `import { defineConfig } from 'blazeorm/schema';
     export default defineConfig({ url: 'sqlite:app.db', models: './models.ts', seed: './seed.ts' });`,
  );
  await models('title: f.string({ maxLength: 80 })');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const models = (fields: string): Promise<void> =>
  write(
    'models.ts',
    `import { f, model } from 'blazeorm';
     export class Note extends model('note', { id: f.auto(), ${fields} }) {}`,
  );

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The built program, in the folder, without a terminal. */
async function blaze(...args: string[]): Promise<Answer> {
  const env = { ...process.env, NO_COLOR: '1', DATABASE_URL: undefined, NODE_OPTIONS: '' };
  try {
    const { stdout, stderr } = await run(process.execPath, [join(root, 'dist', 'cli.js'), ...args], {
      cwd: folder,
      env,
    });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

const json = async (...args: string[]): Promise<unknown> => JSON.parse((await blaze('--json', ...args)).out);

describe('blaze', () => {
  it('K1: G2: G10: writes a migration, applies it, and agrees', async () => {
    expect(await blaze('makemigrations')).toEqual({
      code: 0,
      out: 'written: migrations/0001_initial.ts\n  create table note\n',
      err: '',
    });
    expect(await readFile(join(folder, 'migrations', '0001_initial.ts'), 'utf8')).toBe(`import { f } from 'blazeorm';
import { createTable, migration } from 'blazeorm/schema';

export default migration({
  operations: [createTable('note', { id: f.auto(), title: f.string({ maxLength: 80 }) })],
});
`);
    expect(await json('status')).toEqual({ migrations: [{ name: '0001_initial', state: 'pending' }] });
    expect(await blaze('sql')).toMatchObject({
      code: 0,
      out: `-- 0001_initial
CREATE TABLE "note" (
  "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  "title" varchar(80) NOT NULL
);
`,
    });
    expect(await blaze('migrate')).toEqual({ code: 0, out: '✓ 0001_initial\n', err: '' });
    expect(await blaze('migrate')).toEqual({ code: 0, out: 'Everything is applied.\n', err: '' });
    expect(await blaze('check')).toEqual({ code: 0, out: 'Models and migrations agree.\n', err: '' });
    expect(await json('status')).toEqual({
      migrations: [{ name: '0001_initial', state: 'applied', at: expect.any(String) as string }],
    });
  });

  it('K1: G2: what has changed is found without a terminal, and without a question', async () => {
    await blaze('makemigrations');
    await models("heading: f.string({ maxLength: 80, default: '' })");
    expect(await blaze('check')).toEqual({
      code: 3,
      out: 'The models have what no migration makes:\n  add column note.heading\n  drop column note.title\n',
      err: '',
    });
    expect(await blaze('makemigrations', '--check')).toMatchObject({ code: 3 });
    expect(await readdir(join(folder, 'migrations'))).toEqual(['0001_initial.ts']);
    await models("heading: f.string({ maxLength: 80, renamedFrom: 'title' })");
    expect(await blaze('makemigrations', '--name', 'headings')).toEqual({
      code: 0,
      out: 'written: migrations/0002_headings.ts\n  rename column note.title to heading\n',
      err: '',
    });
  });

  it('K1: G6: what destroys is refused until it is confirmed by name', async () => {
    await blaze('makemigrations');
    await blaze('migrate');
    expect(await blaze('rollback')).toEqual({
      code: 4,
      out: '',
      err: "✗ This destroys what cannot be brought back: drop table note. If that is meant, confirm it by name: 'drop table note'.\n",
    });
    expect(await blaze('rollback', '--confirm', 'drop table notes')).toMatchObject({ code: 4 });
    expect(await blaze('rollback', '--confirm', 'drop table note')).toEqual({
      code: 0,
      out: '✓ 0001_initial taken back\n',
      err: '',
    });
    expect(await blaze('rollback')).toEqual({ code: 0, out: 'There is nothing to take back.\n', err: '' });
  });

  it('K1: a required column that nobody can fill is refused, with what to do about it', async () => {
    await blaze('makemigrations');
    await models('title: f.string({ maxLength: 80 }), slug: f.string()');
    expect(await blaze('makemigrations')).toEqual({
      code: 1,
      out: '',
      err: "✗ note.slug is required, and nobody says what rows that are there get. Give 'default' or 'dbDefault' to the field, or add the column while it is nullable, fill it by run(), and require it then.\n",
    });
  });

  it('K1: branches are refused by name, and merged', async () => {
    await blaze('makemigrations');
    const branch = (column: string): string => `import { f } from 'blazeorm';
      import { addColumn, migration } from 'blazeorm/schema';
      export default migration({ after: ['0001_initial'], operations: [addColumn('note', '${column}', f.int({ nullable: true }))] });`;
    await write('migrations/0002_a.ts', branch('a'));
    await write('migrations/0002_b.ts', branch('b'));
    expect(await blaze('migrate')).toMatchObject({
      code: 1,
      err: expect.stringContaining('There are 2 migrations that none comes after: 0002_a, 0002_b.') as string,
    });
    expect(await blaze('makemigrations', '--merge')).toMatchObject({
      code: 0,
      out: 'written: migrations/0003_merge.ts\n',
    });
    expect(await blaze('migrate')).toMatchObject({
      code: 0,
      out: '✓ 0001_initial\n✓ 0002_a\n✓ 0002_b\n✓ 0003_merge\n',
    });
  });

  it('K1: G3: verify goes up, down and up again; drift sees what others have changed', async () => {
    await blaze('makemigrations');
    await models('title: f.string({ maxLength: 80, index: true })');
    await blaze('makemigrations');
    expect(await blaze('verify')).toEqual({
      code: 0,
      out: 'Every migration can be taken back and applied again.\n',
      err: '',
    });
    await blaze('migrate');
    expect(await json('drift')).toEqual({ drift: [] });
    const { default: Driver } = await import('better-sqlite3');
    const file = new Driver(join(folder, 'app.db'));
    file.exec('DROP INDEX note_title_idx');
    file.close();
    expect(await blaze('drift')).toEqual({
      code: 3,
      out: 'To be what its migrations have made, the database lacks:\n  add index note_title_idx to note\n',
      err: '',
    });
  });

  it('K1: G11: inspect writes models of what is there, and writes over nothing', async () => {
    await blaze('makemigrations');
    await blaze('migrate');
    expect(await blaze('inspect', '--out', 'found.ts')).toEqual({ code: 0, out: 'written: found.ts\n', err: '' });
    expect(await readFile(join(folder, 'found.ts'), 'utf8')).toMatchInlineSnapshot(`
      "import { f, model } from 'blazeorm';

      export class Note extends model('note', {
        id: f.auto(),
        title: f.string({ maxLength: 80 }),
      }) {}

      /** All of them, as \`Database.connect()\` takes them. */
      export const models = [Note];
      "
    `);
    expect(await blaze('inspect', '--out', 'found.ts')).toEqual({
      code: 1,
      out: '',
      err: '✗ There is a file found.ts already. Move it away, or use --force.\n',
    });
    expect(await blaze('inspect', '--out', 'found.ts', '--force')).toMatchObject({ code: 0 });
  });

  it('K1: G6: --safe writes stages that hurt nobody, and what it does not write it shows', async () => {
    await write(
      'blaze.config.ts',
      `import { defineConfig } from 'blazeorm/schema';
       export default defineConfig({ url: 'postgres://nobody@127.0.0.1:1/none', models: './models.ts' });`,
    );
    await models('title: f.string({ maxLength: 80 }), body: f.text({ nullable: true })');
    await blaze('makemigrations');
    await models("title: f.string({ maxLength: 80, index: true }), body: f.text({ default: '' })");
    expect((await blaze('makemigrations', '--dry-run', '--name', 'more')).out).toContain(
      '- add index note_title_idx keeps others waiting: Every row is read while writers of note wait (SHARE lock).',
    );
    expect(await blaze('makemigrations', '--safe', '--name', 'more')).toEqual({
      code: 0,
      err: '',
      out: `written: migrations/0002_more.ts
  add check note_body_present to note, for new rows
written: migrations/0003_more_2.ts
  fill note in batches
written: migrations/0004_more_3.ts
  validate constraint note_body_present of note
written: migrations/0005_more_4.ts
  alter column note.body
  drop constraint note_body_present of note
  add index note_title_idx to note, concurrently
`,
    });
    expect(await readFile(join(folder, 'migrations', '0003_more_2.ts'), 'utf8')).toMatchInlineSnapshot(`
      "import { backFill, migration } from 'blazeorm/schema';

      export default migration({
        after: ['0002_more'],
        operations: [backFill('note', { body: "''" }, { where: '"body" IS NULL' })],
      });
      "
    `);
    expect(await blaze('makemigrations', '--check')).toEqual({ code: 0, out: 'Nothing has changed.\n', err: '' });
  });

  it('K1: seed fills the database in one transaction', async () => {
    await write(
      'seed.ts',
      `import { Note } from './models.ts';
       import type { Session } from 'blazeorm';
       export default (session: Session) => session.add(new Note({ title: 'first' }));`,
    );
    await blaze('makemigrations');
    await blaze('migrate');
    expect(await blaze('seed')).toEqual({ code: 0, out: 'The database is filled.\n', err: '' });
  });

  it('K1: erd draws tables and foreign keys', async () => {
    await write(
      'models.ts',
      `import { f, model } from 'blazeorm';
       export class Author extends model('author', { id: f.auto(), name: f.string() }) {}
       export class Post extends model('post', { id: f.auto(), author: f.foreignKey(() => Author, { nullable: true }) }) {}`,
    );
    expect((await blaze('erd')).out).toBe(`erDiagram
  "author" |o--o{ "post" : "author_id"
  "author" {
    int id PK
    string name
  }
  "post" {
    int id PK
    int author_id FK
  }
`);
    expect((await blaze('erd', '--format', 'svg')).out).toContain('<svg');
  });

  it('K1: what is not known is said, with the way to help, and its own exit code', async () => {
    expect(await blaze('migrat')).toMatchObject({
      code: 2,
      err: expect.stringContaining("unknown command 'migrat'") as string,
    });
    expect(await blaze('migrate', '0009_nothing')).toEqual({
      code: 1,
      out: '',
      err: "✗ There is no migration '0009_nothing'. There is none.\n",
    });
    expect(await json('migrate', '0009_nothing')).toEqual({
      error: { code: 'E_MIGRATION', message: "There is no migration '0009_nothing'. There is none." },
    });
    await rm(join(folder, 'blaze.config.ts'));
    expect(await blaze('status')).toEqual({
      code: 1,
      out: '',
      err: '✗ There is no blaze.config.ts here. Make one with: blaze init. Or name it with --config.\n',
    });
    expect(await blaze('init')).toMatchObject({
      code: 0,
      out: expect.stringContaining('written: blaze.config.ts') as string,
    });
  });

  it('K1: G6: check --safety says what pending migrations do, and whether they would be refused', async () => {
    await blaze('makemigrations');
    expect(await blaze('check', '--safety')).toEqual({ code: 0, out: 'What is pending hurts nobody.\n', err: '' });
    await blaze('migrate');
    await models('title: f.text()');
    await blaze('makemigrations');
    const [, name] = (await readdir(join(folder, 'migrations'))).toSorted();
    expect(await blaze('check', '--safety')).toEqual({
      code: 0,
      out: '- alter column note.title is worth a thought: note is copied, and whoever writes waits for that. The more rows there are, the longer. A busy_timeout longer than the copy lets them wait.\n',
      err: '',
    });
    expect(await json('check', '--safety')).toEqual({
      migrations: [name!.replace('.ts', '')],
      findings: [
        {
          rule: 'rebuild table',
          name: 'alter column note.title',
          severity: 'advice',
          what: 'note is copied, and whoever writes waits for that.',
          grows: true,
          remedy: 'A busy_timeout longer than the copy lets them wait.',
        },
      ],
    });
  });

  it('K1: G5: migrate --count applies so many, and no more', async () => {
    await blaze('makemigrations');
    await models('title: f.string({ maxLength: 80 }), rank: f.int({ nullable: true })');
    await blaze('makemigrations');
    expect(await blaze('migrate', '--count', '1')).toEqual({ code: 0, out: '✓ 0001_initial\n', err: '' });
    expect(await blaze('migrate', '--count', 'some')).toEqual({
      code: 1,
      out: '',
      err: '✗ --count takes a whole number of at least 1.\n',
    });
    expect(await blaze('migrate', '--count', '1')).toMatchObject({ code: 0, out: '✓ 0002_add_note_rank\n' });
  });

  it('K1: G10: sql --idempotent is one script, which says where there is none', async () => {
    await blaze('makemigrations');
    const { code, out, err } = await blaze('sql', '--idempotent', '--back');
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err: '✗ --idempotent is a way forward, and --back the way back. Leave one out.\n',
    });
    expect(await blaze('sql', '--idempotent')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^✗ SQLite has no /) as string,
    });
  });

  it('K1: G9: adopt takes over a database that has what the migrations would make, and no other', async () => {
    await blaze('makemigrations');
    const made = await Database.connect(`sqlite:${join(folder, 'app.db')}`);
    await made.session().sql`CREATE TABLE note (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name text)`;
    expect(await blaze('adopt', '0001_initial')).toMatchObject({
      code: 1,
      err: expect.stringContaining('0001_initial: the database differs from what it makes') as string,
    });
    await made.session().sql`DROP TABLE note`;
    await made.session()
      .sql`CREATE TABLE note (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, title varchar(80) NOT NULL)`;
    await made.close();
    expect(await blaze('adopt', '0001_initial')).toEqual({
      code: 0,
      out: 'The database is remembered as migrated to 0001_initial.\n',
      err: '',
    });
    expect(await blaze('migrate')).toMatchObject({ code: 0, out: 'Everything is applied.\n' });
  });

  it('X3: K1: a password is in nothing that it says', async () => {
    const { code, out, err } = await blaze('--url', 'postgres://orm:secret-word@127.0.0.1:1/none', 'status');
    expect({ code, leaks: `${out}${err}`.includes('secret-word') }).toEqual({ code: 1, leaks: false });
    expect(err).toMatch(/^✗ /);
  });
});
