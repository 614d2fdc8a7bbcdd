import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

import { nestedRun } from '../../support/nested-run.ts';
import { missingMessage, wantedByDefault, wantedDatabases } from '../../support/services.ts';
import { startServers } from '../../support/start-services.ts';
import { createTestDatabase, describeOn, serverUrl } from '../../support/test-database.ts';

const project = join(import.meta.dirname, '../../..');

/** What one query gives, on a connection of its own. */
async function ask(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe('which databases are wanted', () => {
  it('without settings: the usual ones, and a run without a server goes on', () => {
    expect(wantedDatabases({})).toEqual({ databases: wantedByDefault, required: false });
    expect(wantedDatabases({ BLAZE_TEST_DATABASES: ' , ', CI: 'false' }).required).toBe(false);
  });

  it.each([{ CI: 'true' }, { BLAZE_REQUIRE_SERVERS: '1' }])('all of them with %o', (environment) => {
    expect(wantedDatabases(environment)).toEqual({ databases: wantedByDefault, required: true });
  });

  it('those that are named, and they have to be there', () => {
    const wanted = wantedDatabases({ BLAZE_TEST_DATABASES: 'sqlite, mysql,replica' });
    expect(wanted).toEqual({ databases: ['sqlite', 'mysql', 'replica'], required: true });
  });

  it('a name that nobody knows is refused', () => {
    expect(() => wantedDatabases({ BLAZE_TEST_DATABASES: 'sqlite,postgers,toString' })).toThrow(
      'BLAZE_TEST_DATABASES names postgers, toString; there are: ' +
        'sqlite, postgres, postgres15, mysql, mariadb, redis, pgbouncer, replica, postgres_tls, mysql_tls, mariadb_tls',
    );
  });

  it('the tests are told', () => {
    expect(inject('databases')).toEqual(wantedDatabases(process.env).databases);
  });
});

describe('a server that is missing', () => {
  const gone = { BLAZE_TEST_POSTGRES_URL: 'postgres://orm:secret@127.0.0.1:1/orm', BLAZE_TEST_DATABASES: undefined };
  const reason = 'nothing answers at the address in BLAZE_TEST_POSTGRES_URL';
  const files = {
    'some.test.ts': `
      import { createTestDatabase, describeOn } from '${join(project, 'test/support/test-database.ts')}';
      it('needs none', () => {});
      describeOn('postgres', 'a suite', () => { it('needs one', () => {}); });
      it('says so', () => expect(createTestDatabase('postgres')).rejects.toThrow('This run has no postgres'));
    `,
  };
  const globalSetup = 'test/support/global-setup.ts';

  it('is named with what helps, and its tests are skipped', async () => {
    const environment = { ...gone, CI: undefined, BLAZE_REQUIRE_SERVERS: undefined };
    const { code, output, last } = await nestedRun(files, { globalSetup, environment });
    expect(output).toContain(missingMessage('postgres', reason, false));
    expect(output).not.toContain('secret');
    expect({ code, last }).toEqual({ code: 0, last: '2 passed, 0 failed, 1 skipped' });
  });

  it('fails the run where servers are required', async () => {
    const { code, output, last } = await nestedRun(files, { globalSetup, environment: { ...gone, CI: 'true' } });
    expect(output).toContain(missingMessage('postgres', reason, true));
    expect({ code, last }).toEqual({ code: 1, last: '2 passed, 1 failed, 1 skipped' });
  });
});

describeOn('postgres', 'servers', () => {
  const url = serverUrl('postgres')!;

  it('one that is given is used, and stays', async () => {
    const { urls, missing, end } = await startServers(['postgres'], { BLAZE_TEST_POSTGRES_URL: url });
    await end();
    expect({ urls, missing }).toEqual({ urls: { postgres: url }, missing: {} });
    expect(await ask(url, 'SELECT 1')).toEqual([[1]]);
  });

  it('one that is given is used, and stays', async () => {
    const { urls, missing, end } = await startServers(['postgres'], { BLAZE_TEST_POSTGRES_URL: url });
    await end();
    expect({ urls, missing }).toEqual({ urls: { postgres: url }, missing: {} });
    expect(await ask(url, 'SELECT 1')).toEqual([[1]]);
  });
});

// What the script starts has been downloaded, unless this run's server is a given one.
const cache = join(project, '.services/cache');
const downloaded = existsSync(cache);
describe.skipIf(!downloaded)(`servers of the script${downloaded ? '' : ' (skipped: none was started here)'}`, () => {
  let folder: string;
  const environment = (more: Record<string, string> = {}): Record<string, string | undefined> => ({
    ...process.env,
    BLAZE_TEST_POSTGRES_URL: undefined,
    SERVICES_DIR: join(folder, 'services'),
    SERVICES_CACHE: cache,
    ...more,
  });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'blazeorm-services-'));
    // The servers run as another user.
    chmodSync(folder, 0o755);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('end with the run that started them, not with one that found them', async () => {
    const first = await startServers(['postgres'], environment());
    const second = await startServers(['postgres'], environment());
    const url = first.urls.postgres!;
    expect(second.urls).toEqual({ postgres: url });
    await second.end();
    expect(await ask(url, 'SHOW server_version_num')).toEqual([[expect.stringMatching(/^18/)]]);
    await first.end();
    await expect(ask(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('end even if the run is killed', async () => {
    const run = `
      const { spawn } = require('node:child_process');
      spawn('bash', ['scripts/services.sh', 'hold', 'postgres']).stdout.pipe(process.stdout);`;
    const options = { cwd: project, env: { ...environment() } };
    const child = spawn(process.execPath, ['-e', run], { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    await expect.poll(() => output, { timeout: 20_000 }).toContain('ready\n');
    const url = /POSTGRES_URL='(.*)'/.exec(output)![1]!;
    expect(await ask(url, 'SELECT 1')).toEqual([[1]]);
    child.kill('SIGKILL');
    const refusal = (): Promise<unknown> => ask(url, 'SELECT 1').catch((error: unknown) => String(error));
    await expect.poll(refusal, { timeout: 20_000 }).toContain('ECONNREFUSED');
  });

  it('come from Docker where the script has none, and are removed', async () => {
    // Redis runs in a container from the beginning, PostgreSQL from `up` on.
    const log = join(folder, 'docker.log');
    const docker = `#!/bin/sh
      echo "$*" >>'${log}'
      case "$4" in ps) echo redis; ! grep -q ' up ' '${log}' || echo postgres ;; esac`;
    writeFileSync(join(folder, 'docker'), docker, { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);

    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    const { urls, missing, end } = await startServers(['postgres'], environment({ SERVICES_POSTGRES_PORT: port }));
    taken.close();
    expect({ urls, missing }).toEqual({ urls: { postgres: 'postgres://orm:orm@127.0.0.1:54329/orm' }, missing: {} });
    await end();
    const commands = readFileSync(log, 'utf8').replaceAll('compose -f scripts/docker-compose.yml ', '');
    expect(commands.trim().split('\n')).toEqual([
      'version',
      'ps --services --status running',
      'up -d --wait postgres',
      'ps --services --status running',
      'rm --stop --force --volumes postgres',
    ]);
  });
});

describeOn('postgres', 'test databases', () => {
  it('are empty, apart from each other, and dropped under open connections', async () => {
    const [one, two] = await Promise.all([createTestDatabase('postgres'), createTestDatabase('postgres')]);
    expect(one.name).toMatch(/^blaze_[0-9a-f]{12}$/);
    await ask(one.url, 'CREATE TABLE post (id int)');
    const tables = "SELECT current_database(), count(*)::int FROM pg_tables WHERE schemaname = 'public'";
    expect(await ask(one.url, tables)).toEqual([[one.name, 1]]);
    expect(await ask(two.url, tables)).toEqual([[two.name, 0]]);

    const connected = new pg.Client(one.url);
    const lost = new Promise<Error>((resolve) => connected.on('error', resolve));
    await connected.connect();
    await one.drop();
    expect((await lost).message).toContain('terminating connection');
    await two.drop();
    await two.drop();
    const left = `SELECT datname FROM pg_database WHERE datname IN ('${one.name}', '${two.name}')`;
    expect(await ask(serverUrl('postgres')!, left)).toEqual([]);
  });
});
