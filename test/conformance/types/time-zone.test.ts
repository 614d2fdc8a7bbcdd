/** Points in time in processes of several time zones, and on servers whose sessions are in another zone than UTC. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

import { Database } from 'blazeorm';

import { engine, freshUrl } from '../../support/database.ts';
import { MOMENTS } from './time-zone.fixture.ts';

const file = join(tmpdir(), `blaze-zones-${process.pid}.db`);
afterAll(() => {
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
});

/** Each with its distance to UTC at the beginning of 2026, in minutes. */
const ZONES = [
  ['UTC', 0],
  ['America/New_York', 300],
  ['Asia/Kolkata', -330],
  ['Australia/Lord_Howe', -660],
] as const;

/** The database of this run, whose sessions are in a zone of their own on PostgreSQL; elsewhere the library sets UTC. */
async function databaseIn(zone: string): Promise<string> {
  if (engine === 'sqlite') return `sqlite:${file}`;
  const url = await freshUrl();
  if (!engine.startsWith('postgres')) return url;
  const db = await Database.connect(url);
  const { sql } = db.session();
  await sql`ALTER DATABASE ${sql.id(new URL(url).pathname.slice(1))} SET timezone TO ${sql.id(zone)}`;
  await db.close();
  return url;
}

describe('M3: points in time', () => {
  it.each(ZONES)('are the same in a process in %s, whatever the zone of the server', async (zone, offset) => {
    for (const [serverZone] of engine.startsWith('postgres') ? ZONES : ZONES.slice(0, 1)) {
      const script = fileURLToPath(new URL('./time-zone.fixture.ts', import.meta.url));
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ['--import', 'tsx', script, await databaseIn(serverZone)],
        {
          env: { ...process.env, TZ: zone, TSX_TSCONFIG_PATH: 'tsconfig.json' },
          encoding: 'utf8',
        },
      );
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual({
        offset,
        read: MOMENTS,
        lists: MOMENTS,
        days: MOMENTS.map((text) => text.slice(0, 10)),
        times: MOMENTS.map((text) => text.slice(11, 19)),
        equal: MOMENTS.map(() => 1),
        between: MOMENTS.length,
        edges: { least: MOMENTS[0], greatest: MOMENTS.at(-1) },
        raw: MOMENTS,
        parts: MOMENTS.map((text) => text.slice(0, 10)),
        now: true,
        rewritten: 0,
      });
    }
  });
});
