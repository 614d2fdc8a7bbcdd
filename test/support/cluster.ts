/** The Galera cluster of this run: an empty database on it, and its servers one by one. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import mysql from 'mysql2/promise';
import { expect, vi } from 'vitest';

import { root, runCommand } from '../../scripts/support/run.ts';
import { serverUrl } from './test-database.ts';

/** One of the three servers, as the script counts them. */
export type ServerNumber = 1 | 2 | 3;

const SERVERS: readonly ServerNumber[] = [1, 2, 3];
const SCRIPT = join(root, 'scripts/services.sh');

export interface ClusterDatabase {
  /** All of the servers, in the order in which they are tried. */
  readonly url: string;
  /** One of them. */
  readonly urlOf: (server: ServerNumber) => string;
  readonly drop: () => Promise<void>;
}

/** Makes an empty database on all servers. Whoever makes it drops it, in `afterAll`. */
export async function createClusterDatabase(): Promise<ClusterDatabase> {
  const name = `blaze_${randomBytes(6).toString('hex')}`;
  const address = serverUrl('galera')!;
  const database = (url: string): string => url.replace(/\/[^/]*$/, `/${name}`);
  const urlOf = (server: ServerNumber): string => database(addressOf(server));
  await ask(1, `CREATE DATABASE ${name}`);
  await caughtUp();
  return {
    url: database(address),
    urlOf,
    drop: async () => {
      await ask(1, `DROP DATABASE ${name}`);
    },
  };
}

/** `mysql://orm:orm@h1:1,h2:2,h3:3/orm` with one of the hosts. */
function addressOf(server: ServerNumber): string {
  const [, before, hosts, after] = /^(.*@)([^/]*)(\/.*)$/.exec(serverUrl('galera')!)!;
  return `${before}${hosts!.split(',')[server - 1]!}${after}`;
}

/** What one server answers, on a connection of its own, once it has all that the others had written before. */
export const ask = (server: ServerNumber, sql: string): Promise<unknown[][]> => answer(server, sql, 1);

/** What it says of itself. One that was cut off from the others would wait for them in vain. */
export async function statusOf(server: ServerNumber, name: string): Promise<unknown> {
  const [row] = await answer(server, `SHOW STATUS LIKE '${name}'`, 0);
  return row?.[1];
}

async function answer(server: ServerNumber, sql: string, syncWait: 0 | 1): Promise<unknown[][]> {
  const connection = await mysql.createConnection(addressOf(server));
  try {
    await connection.query(`SET SESSION wsrep_sync_wait = ${syncWait}`);
    const [rows] = await connection.query({ sql, rowsAsArray: true });
    return rows as unknown as unknown[][];
  } finally {
    await connection.end();
  }
}

/** Waits until every server has what the others have written. */
export async function caughtUp(): Promise<void> {
  for (const server of SERVERS) await ask(server, 'SELECT 1 FROM information_schema.SCHEMATA LIMIT 1');
}

/** Whether the cluster is the script's own, so that its servers can be ended and started again. */
export function hasScriptedCluster(): boolean {
  const url = serverUrl('galera');
  return url !== undefined && execFileSync('bash', [SCRIPT, 'env'], { encoding: 'utf8' }).includes(`'${url}'`);
}

/** Ends a server as its administrator would, or as a power cut would. */
export const endServer = (how: 'stop' | 'kill', server: ServerNumber): Promise<void> => command(how, server);

/** Starts it again, and waits until all three are members and have the same. */
export async function startServer(server: ServerNumber): Promise<void> {
  await command('start', server);
  await isWhole();
}

/** Waits until all three servers are members. */
export async function isWhole(): Promise<void> {
  for (const server of SERVERS)
    await vi.waitFor(
      async () => {
        const found = [
          await statusOf(server, 'wsrep_cluster_size'),
          await statusOf(server, 'wsrep_local_state_comment'),
        ];
        expect(found).toEqual(['3', 'Synced']);
      },
      { timeout: 30_000, interval: 100 },
    );
}

async function command(verb: 'stop' | 'kill' | 'start', server: ServerNumber): Promise<void> {
  const { code, output } = await runCommand('bash', [SCRIPT, 'node', verb, String(server)]);
  if (code !== 0) throw new Error(`node ${verb} ${server} failed:\n${output}`);
}
