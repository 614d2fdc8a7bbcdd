import { connect as connectSocket } from 'node:net';
import type { NetConnectOpts, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { Client } from 'pg';
import { ConnectionError } from '../../utils/errors.ts';

/** Where a server process is reached, and what proves that one may stop it. */
export interface CancelTarget {
  readonly place: NetConnectOpts;
  readonly tls: ConnectionOptions | undefined;
  readonly processId: number;
  /** Of 4 bytes as a number; of the longer form that servers of version 18 can give as bytes. */
  readonly secret: number | Uint8Array;
}

const CANCEL_REQUEST = 80_877_102;
const TLS_REQUEST = 80_877_103;

/**
 * Ask PostgreSQL to stop what runs on another connection
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS). Settled when the server
 * has closed this one: by then it has signalled the process, so nothing that is sent later can be meant. Over TLS where the
 * connection is, for the secret must not be read on the way.
 */
export async function cancelRequest(target: CancelTarget, signal: AbortSignal): Promise<void> {
  const socket = connectSocket(target.place);
  const abort = (): unknown => socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort);
  try {
    if (signal.aborted) abort();
    const channel = target.tls === undefined ? socket : await encrypted(socket, target.tls);
    await closed(channel, cancelMessage(target));
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

/** The server answers with one letter whether it speaks TLS. */
async function encrypted(socket: Socket, tls: ConnectionOptions): Promise<Socket> {
  const request = Buffer.alloc(8);
  request.writeInt32BE(8, 0);
  request.writeInt32BE(TLS_REQUEST, 4);
  socket.write(request);
  const answer = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new ConnectionError('The server closed the connection.')));
  });
  if (answer.toString('latin1') !== 'S') throw new ConnectionError('The server does not speak TLS.');
  return connectTls({ ...tls, socket });
}

function closed(channel: Socket, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.once('error', reject);
    channel.once('close', () => resolve());
    // What the server sends must be read, or its closing is not seen.
    channel.resume();
    channel.write(message);
  });
}

function cancelMessage({ processId, secret }: CancelTarget): Buffer {
  const key = typeof secret === 'number' ? Buffer.alloc(4) : Buffer.from(secret);
  if (typeof secret === 'number') key.writeInt32BE(secret);
  const head = Buffer.alloc(12);
  head.writeInt32BE(12 + key.length, 0);
  head.writeInt32BE(CANCEL_REQUEST, 4);
  head.writeInt32BE(processId, 8);
  return Buffer.concat([head, key]);
}

/** What the driver knows of a connection, besides what its types show. */
interface Known {
  readonly processID: number;
  readonly secretKey: number | Uint8Array;
  readonly connection: { readonly stream: Socket };
  readonly host: string;
  readonly port: number;
}

/** The target of a connection that is open: the very address that it reached, for a name may stand for several servers. */
export function cancelTarget(client: Client, tls: ConnectionOptions | undefined): CancelTarget {
  const { processID, secretKey, connection, host, port } = client as unknown as Known; // Named cast: its types leave them out.
  const { remoteAddress } = connection.stream;
  return {
    place: remoteAddress === undefined ? { path: `${host}/.s.PGSQL.${port}` } : { host: remoteAddress, port },
    tls,
    processId: processID,
    secret: secretKey,
  };
}
