import { createRequire } from 'node:module';
import { Client } from 'pg';

const { version } = createRequire(import.meta.url)('pg/package.json') as { version: string };

export const driverVersions: Readonly<Record<string, string>> = { pg: version };

/** One connection, with the driver's own defaults. */
export async function openPostgres(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // An interrupted run drops the database while it is connected; whatever it asks for next fails.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export async function inTransaction(client: Client, work: () => Promise<unknown>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
