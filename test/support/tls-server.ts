/** A server whose certificate a test may change: `scripts/services.sh` makes it, and certificates of all kinds beside it. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';

import mysql from 'mysql2/promise';
import pg from 'pg';

import type { ServerName } from './services.ts';

export type TlsServerName = Extract<ServerName, `${string}_tls`>;

export type CertificateName = 'good' | 'name-only' | 'address-only' | 'other-host' | 'expired' | 'self-signed';

export class TlsServer {
  readonly name: TlsServerName;
  readonly #url: URL;
  readonly #folder: string;

  /** `url`: as `services.sh` says it, with the `tlsCa` that signed for it. */
  constructor(name: TlsServerName, url: string) {
    this.name = name;
    this.#url = new URL(url);
    this.#folder = dirname(this.#url.searchParams.get('tlsCa')!);
    this.#url.search = '';
  }

  /** Its address under a name, without options. */
  at(host: 'localhost' | '127.0.0.1', user?: string): string {
    const url = new URL(this.#url);
    url.hostname = host;
    if (user !== undefined) [url.username, url.password] = [user, ''];
    return url.href;
  }

  file(name: string): string {
    return join(this.#folder, name);
  }

  /** From now on it shows this certificate. */
  async present(certificate: CertificateName): Promise<void> {
    // Written over, so that owner and mode of the files stay.
    for (const kind of ['crt', 'key'])
      writeFileSync(this.file(`server.${kind}`), readFileSync(this.file(`${certificate}.${kind}`)));
    if (this.name === 'mariadb_tls') await this.ask('FLUSH SSL');
    else if (this.name === 'mysql_tls')
      await this.ask("SET GLOBAL tls_version = 'TLSv1.2,TLSv1.3'", 'ALTER INSTANCE RELOAD TLS');
    else await this.#reload('ALTER SYSTEM RESET ssl', new X509Certificate(readFileSync(this.file('server.crt'))));
  }

  /** From now on it refuses TLS. MariaDB cannot be told to while it runs. */
  async refuse(): Promise<void> {
    if (this.name === 'mysql_tls')
      await this.ask("SET GLOBAL tls_version = ''", 'ALTER INSTANCE RELOAD TLS NO ROLLBACK ON ERROR');
    else await this.#reload('ALTER SYSTEM SET ssl = off', undefined);
  }

  /** Statements without TLS, by the driver alone. */
  async ask(...statements: readonly string[]): Promise<void> {
    if (this.name === 'postgres_tls') {
      const client = new pg.Client(this.#url.href);
      await client.connect();
      for (const sql of statements) await client.query(sql);
      await client.end();
    } else {
      const connection = await mysql.createConnection(this.#url.href);
      for (const sql of statements) await connection.query(sql);
      await connection.end();
    }
  }

  /** PostgreSQL reads its settings again some time after it was told to. */
  async #reload(setting: string, expected: X509Certificate | undefined): Promise<void> {
    await this.ask(setting, 'SELECT pg_reload_conf()');
    while ((await this.#shown()) !== expected?.fingerprint256);
  }

  /** The certificate that it shows; none if it refuses TLS. */
  async #shown(): Promise<string | undefined> {
    const client = new pg.Client({ connectionString: this.#url.href, ssl: { rejectUnauthorized: false } });
    try {
      await client.connect();
      const { stream } = (client as unknown as { connection: { stream: TLSSocket } }).connection; // Named cast: not among its types.
      return stream.getPeerCertificate().fingerprint256;
    } catch (error) {
      if (/does not support SSL/.test(String(error))) return undefined;
      throw error;
    } finally {
      await client.end();
    }
  }
}
