/** A server, and an empty database on it, for one test file. */
import { randomBytes } from 'node:crypto';

import mysql from 'mysql2/promise';
import pg from 'pg';
import { describe, inject } from 'vitest';

import type { ServerName } from './services.ts';

export type SqlServerName = Extract<ServerName, 'postgres' | 'postgres15' | 'mysql' | 'mariadb'>;

/** The address of a server, or none where this run has no such server. */
export const serverUrl = (name: ServerName): string | undefined => inject('servers')[name];

/** A suite that needs a server. Without one it is skipped, and its title says so. */
export function describeOn(name: ServerName, title: string, suite: () => void): void {
  const missing = serverUrl(name) === undefined;
  describe.skipIf(missing)(missing ? `${title} (skipped: this run has no ${name})` : `${name} · ${title}`, () => {
    suite();
  });
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>;
}

/** Makes an empty database with a name of its own. Whoever makes it drops it, in `afterAll`. */
export async function createTestDatabase(server: SqlServerName): Promise<TestDatabase> {
  const serverAddress = serverUrl(server);
  if (serverAddress === undefined) throw new Error(`This run has no ${server}`);
  const name = `blaze_${randomBytes(6).toString('hex')}`;
  const url = new URL(serverAddress);
  url.pathname = `/${name}`;
  const isPostgres = server === 'postgres' || server === 'postgres15';
  const execute = isPostgres ? executeOnPostgres : executeOnMysql;
  await execute(serverAddress, `CREATE DATABASE ${name}`);
  return {
    name,
    url: url.href,
    drop: () => execute(serverAddress, `DROP DATABASE IF EXISTS ${name}${isPostgres ? ' WITH (FORCE)' : ''}`),
  };
}

async function executeOnPostgres(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function executeOnMysql(url: string, sql: string): Promise<void> {
  const connection = await mysql.createConnection(url);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
