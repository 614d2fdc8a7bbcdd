/** A network that fails at the worst moment: it lets everything through until COMMIT is sent. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What becomes of the next COMMIT: it passes, it never arrives, or its answer never does. */
export type CommitFate = 'passes' | 'is lost' | 'is done and not answered';

export interface CommitProxy {
  /** The address of the server, through this. */
  readonly url: string;
  fate: CommitFate;
  close(): Promise<void>;
}

/** Stands before the server of a DSN. */
export async function openCommitProxy(dsn: string): Promise<CommitProxy> {
  const target = new URL(dsn);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // That the other side hangs up is what this is for.
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    let answered = true;
    const hangUp = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (bytes) => {
      if (proxy.fate !== 'passes' && bytes.includes('COMMIT')) {
        if (proxy.fate === 'is lost') return hangUp();
        answered = false;
      }
      upstream.write(bytes);
      return undefined;
    });
    upstream.on('data', (bytes) => (answered ? void client.write(bytes) : hangUp()));
    client.on('end', hangUp).on('close', hangUp);
    upstream.on('end', hangUp).on('close', hangUp);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(dsn);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const proxy: CommitProxy = {
    url: url.href,
    fate: 'passes',
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
