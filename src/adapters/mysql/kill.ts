import type { Duplex } from 'node:stream';
import type { Connection as Client, ConnectionOptions } from 'mysql2';
import type mysql from 'mysql2';
import { ConnectionError } from '../../utils/errors.ts';
import { wrapError } from './errors.ts';
import { IDENTITY } from './session-settings.ts';

/**
 * How a server is made to stop what runs on a connection: KILL QUERY, sent over another one
 * (https://dev.mysql.com/doc/refman/8.4/en/kill.html). Behind a name or a balancer there may be several servers, and on
 * another one the same number is somebody else's: so it is compared first.
 */
export function killer(
  client: Client,
  identity: string,
  open: (signal: AbortSignal) => Promise<Client>,
): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    const other = await open(signal);
    const abort = (): void => cutOff(other);
    signal.addEventListener('abort', abort);
    try {
      const [row] = await plain(other, `SELECT ${IDENTITY}`);
      if (String(row![0]) !== identity)
        throw new ConnectionError('The connection that was to cancel a statement reached another server.');
      await plain(other, `KILL QUERY ${client.threadId}`);
      other.end();
    } catch (error) {
      cutOff(other);
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
}

/** Close a connection without a word to the server. The driver's own `destroy` never says so to statements under way. */
export function cutOff(client: Client): void {
  (client as unknown as { readonly stream: Duplex }).stream.destroy(); // Named cast: its types leave it out.
}

/** A connection outside of the pool, so that what exhausts the pool can be cancelled. */
export async function beside(driver: typeof mysql, options: ConnectionOptions, signal: AbortSignal): Promise<Client> {
  const client = driver.createConnection(options);
  client.on('error', () => undefined);
  const abort = (): void => cutOff(client);
  signal.addEventListener('abort', abort);
  try {
    await connected(client);
    return client;
  } catch (error) {
    cutOff(client);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Settled when a connection stands. */
export function connected(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
}

/** Rows of a statement that is sent as text. */
export function plain(client: Client, sql: string): Promise<unknown[][]> {
  return new Promise((resolve, reject) => {
    client.query({ sql, rowsAsArray: true }, (error, rows) => {
      if (error === null) resolve(rows as unknown as unknown[][]);
      else reject(wrapError(error, sql));
    });
  });
}
