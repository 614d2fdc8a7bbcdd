/** A million rows in a process of its own, whose memory is watched. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, expect, it } from 'vitest';

import { engine, freshUrl } from '../../support/database.ts';

const file = join(tmpdir(), `blaze-memory-${process.pid}.db`);
afterAll(() => {
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
});

const ROWS = 2 ** 20;
const MEGABYTES = 50;

it('Q12: a million rows stream with less than 50 MB more of resident memory', { timeout: 180_000 }, async () => {
  const script = fileURLToPath(new URL('./memory.fixture.ts', import.meta.url));
  const dsn = engine === 'sqlite' ? `sqlite:${file}` : await freshUrl();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', script, dsn], {
    env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.json' },
    encoding: 'utf8',
  });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  const grown = JSON.parse(stdout) as Record<string, { rows: number; megabytes: number }>;
  expect(Object.keys(grown)).toEqual(['entities', 'readOnly', 'values']);
  expect(grown['entities']!.rows).toBe(ROWS);
  for (const { megabytes } of Object.values(grown)) expect(megabytes).toBeLessThan(MEGABYTES);
});
