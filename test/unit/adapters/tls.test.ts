import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { inspect } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConfigError, ConnectionConfig } from 'blazeorm';
import type { ServerOptions } from 'blazeorm';

import { tlsOptions } from '../../../src/adapters/tls.ts';
import { errorOf } from '../../support/database.ts';
import { FOREIGN, OURS } from './tls.fixture.ts';

let folder: string;
let server: Server;
const path = (name: string): string => join(folder, name);
const options = (dsn: string, given: ServerOptions = {}, host?: string): ReturnType<typeof tlsOptions> =>
  tlsOptions(ConnectionConfig.fromDsn(dsn, given), host);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blaze-tls-'));
  await Promise.all([
    writeFile(path('ca.pem'), OURS.cert),
    writeFile(path('key.pem'), OURS.key),
    writeFile(path('none.pem'), 'S3NT1NEL'),
  ]);
  server = createServer(OURS, (socket) => socket.on('error', () => undefined).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/** What comes of a handshake: `ok`, or the code of the error. */
async function handshake(dsn: string, given: ServerOptions): Promise<unknown> {
  const { host: _, ...tls } = (await options(dsn, given)) ?? {};
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, ...tls });
  try {
    await once(socket, 'secureConnect');
    return 'ok';
  } catch (error) {
    return (error as { code?: unknown }).code;
  } finally {
    socket.destroy();
  }
}

describe('TLS', () => {
  it('X5: a file and a text are the same; every mode as Node takes it', async () => {
    const full = { servername: 'db', rejectUnauthorized: true };
    expect(await options('postgres://db')).toBeUndefined();
    expect(await options('postgres://db?tls=disable')).toBeUndefined();
    expect(await options('postgres://db?ssl=true')).toEqual(full);
    expect(await options('mysql://db', { tlsCa: OURS.cert })).toEqual({ ...full, ca: OURS.cert });
    expect(
      await options('postgres://db', { tlsCa: path('ca.pem'), tlsCert: path('ca.pem'), tlsKey: path('key.pem') }),
    ).toEqual({ ...full, ca: OURS.cert, cert: OURS.cert, key: OURS.key });
    const unnamed = { rejectUnauthorized: false, checkServerIdentity: expect.any(Function) };
    expect(await options('postgres://db?tls=require')).toEqual({ servername: 'db', ...unnamed });
    expect(await options('postgres://db?tls=verify-ca', { tlsCa: OURS.cert })).toEqual({
      ...full,
      ca: OURS.cert,
      checkServerIdentity: expect.any(Function),
    });
    expect(await options('postgres://10.0.0.1?ssl')).toEqual({ host: '10.0.0.1', rejectUnauthorized: true });
    expect(await options('postgres://h1,h2?ssl')).toEqual({ rejectUnauthorized: true });
    expect(await options('postgres://h1,h2?ssl', {}, 'h2')).toMatchObject({ servername: 'h2' });
    expect(await options('mysql:///?socket=/x&ssl')).toEqual({ rejectUnauthorized: true });
    expect(await options('postgres://h1,h2?tlsServerName=db', {}, 'h2')).toMatchObject({ servername: 'db' });
  });

  it('X5: in a handshake: verify-full asks for name and signer, verify-ca for the signer, require for neither', async () => {
    const outcomes = async (query: string, given: ServerOptions): Promise<unknown[]> => [
      await handshake(`postgres://db.example.org?${query}`, { ...given, tlsCa: OURS.cert }),
      await handshake(`postgres://other.example.org?${query}`, { ...given, tlsCa: OURS.cert }),
      await handshake(`postgres://db.example.org?${query}`, { ...given, tlsCa: FOREIGN }),
    ];
    const unsigned = 'DEPTH_ZERO_SELF_SIGNED_CERT';
    expect(await outcomes('tls=verify-full', {})).toEqual(['ok', 'ERR_TLS_CERT_ALTNAME_INVALID', unsigned]);
    expect(await outcomes('ssl=true', {})).toEqual(['ok', 'ERR_TLS_CERT_ALTNAME_INVALID', unsigned]);
    expect(await outcomes('tls=verify-ca', {})).toEqual(['ok', 'ok', unsigned]);
    expect(await handshake('postgres://db.example.org?ssl=true', {})).toBe(unsigned);
    expect(await handshake('postgres://other.example.org?sslmode=require', {})).toBe('ok');
    expect(await handshake('postgres://10.0.0.1?ssl', { tlsCa: OURS.cert, tlsServerName: 'db.example.org' })).toBe(
      'ok',
    );
  });

  it('X4: X5: a file that cannot be read, or is none, is named by its option', async () => {
    const cases = [
      [
        { tlsCa: path('missing S3NT1NEL') },
        "The file of the option 'tlsCa' could not be read (ENOENT). Give the path of a file, or its text in PEM.",
      ],
      [
        { tlsCert: OURS.cert, tlsKey: `MIGHAgEA${'S3NT1NEL'.repeat(1000)}` },
        "The file of the option 'tlsKey' could not be read (ENAMETOOLONG). Give the path of a file, or its text in PEM.",
      ],
      [
        { tlsCa: path('none.pem') },
        "The file of the option 'tlsCa' is not in PEM. It has to have a line '-----BEGIN …-----'.",
      ],
    ] as const;
    for (const [given, message] of cases) {
      const error = await errorOf(() => options('postgres://h', given));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ message });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('S3NT1NEL');
    }
  });
});
