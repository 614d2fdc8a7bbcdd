/** What is sent to PostgreSQL to stop a statement, byte by byte: plain, over TLS, and with a key of the longer form. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import { afterEach, expect, it } from 'vitest';

import { cancelRequest } from '../../../src/adapters/postgres/cancel-request.ts';
import type { CancelTarget } from '../../../src/adapters/postgres/cancel-request.ts';
import { errorOf } from '../../support/database.ts';
import { FOREIGN, OURS } from './tls.fixture.ts';

const TLS_REQUEST = '0000000804d2162f';

let server: Server | undefined;
afterEach(() => void server?.close());

/** A server that answers each request for TLS with `answer`, and gives what it was told before it closes. */
async function serve(
  answer: 'S' | 'N' | undefined,
): Promise<{ place: { host: string; port: number }; told: string[] }> {
  const told: string[] = [];
  const hear = (socket: Socket): void => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes: Buffer) => {
      told.push(bytes.toString('hex'));
      socket.end();
    });
  };
  server = createServer((socket) => {
    if (answer === undefined) return hear(socket);
    socket.on('error', () => undefined);
    socket.once('data', (bytes: Buffer) => {
      told.push(bytes.toString('hex'));
      socket.write(answer);
      if (answer === 'S') hear(new TLSSocket(socket, { isServer: true, ...OURS }));
    });
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { place: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, told };
}

const soon = (): AbortSignal => AbortSignal.timeout(5_000);

it('T8: process and key, and the server has closed the connection before it returns', async () => {
  const { place, told } = await serve(undefined);
  const target = { place, tls: undefined, processId: 0x01020304 };
  await cancelRequest({ ...target, secret: -2 }, soon());
  await cancelRequest({ ...target, secret: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }, soon());
  expect(told).toEqual(['0000001004d2162e01020304fffffffe', '0000001404d2162e010203040102030405060708']);
});

it('T8: X5: over TLS where the connection is, checked in the same way', async () => {
  const { place, told } = await serve('S');
  const target = (ca: string): CancelTarget => ({
    place,
    tls: { ca, servername: 'db.example.org', rejectUnauthorized: true },
    processId: 1,
    secret: 2,
  });
  await cancelRequest(target(OURS.cert), soon());
  expect(told).toEqual([TLS_REQUEST, '0000001004d2162e0000000100000002']);
  // Nothing is told to whoever cannot prove to be the server.
  const error = await errorOf(() => cancelRequest(target(FOREIGN), soon()));
  expect((error as NodeJS.ErrnoException).code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(told).toHaveLength(3);
});

it('T8: X5: nothing goes in the open to a server that has no TLS', async () => {
  const { place, told } = await serve('N');
  const error = await errorOf(() => cancelRequest({ place, tls: {}, processId: 1, secret: 2 }, soon()));
  expect(error.message).toBe('The server does not speak TLS.');
  expect(told).toEqual([TLS_REQUEST]);
});

it('T8: who is not answered does not wait longer than he has time', async () => {
  server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const signal = AbortSignal.timeout(30);
  const error = await errorOf(() => cancelRequest({ place, tls: undefined, processId: 1, secret: 2 }, signal));
  expect(error).toBe(signal.reason);
});
