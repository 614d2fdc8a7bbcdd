/** A process that migrates, and may die of it. Its messages are lines of JSON. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { afterAll } from 'vitest';

import { compileSource } from '../../support/compiled.ts';

/** What a process is to do. */
export interface Orders {
  readonly url: string;
  readonly call: 'migrate' | 'rollback';
  readonly options?: object;
  readonly engine?: object;
  /** After which statement it kills itself; `late`: as soon as the next one has been sent. */
  readonly die?: { readonly after: number; readonly late: boolean };
  readonly migrations?: readonly string[];
}

export type Message =
  | { readonly kind: 'step'; readonly migration: string; readonly done: number; readonly what: string }
  | { readonly kind: 'holding' }
  | { readonly kind: 'done'; readonly statements: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** A process under way. */
export interface Migrator {
  kill(): void;
  /** The first message of a kind. */
  until(kind: Message['kind']): Promise<Message>;
  /** Everything that it said, once it has ended. */
  ended: Promise<{ readonly messages: readonly Message[]; readonly signal: string | null }>;
}

const MAIN = `
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { Database } from '#SOURCE/index.js';
import { MigrationEngine, readMigrations } from '#SOURCE/schema.js';

const orders = JSON.parse(process.argv[2]);
const say = (message) => writeSync(1, JSON.stringify(message) + '\\n');
globalThis.holding = () => say({ kind: 'holding' });
const db = await Database.connect(orders.url, { connection: orders.url.startsWith('sqlite') ? {} : { poolSize: 3 } });
let statements = 0;
subscribe('blazeorm:statement', () => {
  if (++statements !== orders.die?.after) return;
  const die = () => process.kill(process.pid, 'SIGKILL');
  if (orders.die.late) setImmediate(die); else die();
});
const all = await readMigrations(process.argv[3]);
const migrations = all.filter(({ name }) => orders.migrations?.includes(name) ?? true);
const engine = new MigrationEngine(db, migrations, {
  wait: 60_000,
  ...orders.engine,
  onProgress: ({ migration, done, step, rows }) => {
    if (step !== undefined && rows === undefined) say({ kind: 'step', migration, done, what: step.kind === 'sql' ? step.sql : step.kind });
  },
});
try {
  await engine[orders.call]({ force: true, ...orders.options });
  say({ kind: 'done', statements });
} catch (error) {
  say({ kind: 'failed', code: error.code ?? error.name, message: error.message });
}
await db.close();
`;

/** A folder of migrations, and processes that apply them. */
export async function migratorsOf(files: Readonly<Record<string, string>>): Promise<{
  readonly folder: string;
  start(orders: Orders): Migrator;
}> {
  const source = await compileSource('migrators');
  const folder = mkdtempSync(join(tmpdir(), 'blaze-migrations-'));
  const started: Migrator[] = [];
  afterAll(() => {
    for (const migrator of started) migrator.kill();
    source.remove();
    rmSync(folder, { recursive: true });
  });
  const write = (path: string, text: string): void => writeFileSync(path, text.replaceAll('#SOURCE', source.folder));
  const main = join(source.folder, 'main.mjs');
  write(main, MAIN);
  for (const [name, text] of Object.entries(files)) write(join(folder, `${name}.mjs`), text);
  return {
    folder,
    start(orders) {
      const migrator = start(main, folder, orders);
      started.push(migrator);
      return migrator;
    },
  };
}

function start(main: string, folder: string, orders: Orders): Migrator {
  const child = spawn(process.execPath, [main, JSON.stringify(orders), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const messages: Message[] = [];
  const waiting: { readonly kind: Message['kind']; readonly resolve: (message: Message) => void }[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const message = JSON.parse(line) as Message;
    messages.push(message);
    for (const { kind, resolve } of waiting) if (kind === message.kind) resolve(message);
  });
  const ended = new Promise<Awaited<Migrator['ended']>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_code, signal) => resolve({ messages, signal }));
  });
  return {
    kill: () => child.kill('SIGKILL'),
    until: async (kind) => {
      const found = messages.find((message) => message.kind === kind);
      if (found !== undefined) return found;
      const said = new Promise<Message>((resolve) => waiting.push({ kind, resolve }));
      const end = ended.then(() =>
        Promise.reject(new Error(`It ended without: ${kind}. It said: ${JSON.stringify(messages)}`)),
      );
      return Promise.race([said, end]);
    },
    ended,
  };
}
