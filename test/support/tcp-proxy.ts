/** A way to a server that can be cut, frozen and opened again: what a network does. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export class TcpProxy {
  #to: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #frozen = false;
  #freezeAt: string | undefined;
  /** How often somebody has connected. */
  connections = 0;

  private constructor(to: URL) {
    this.#to = placeOf(to);
  }

  /** @param url The server's. */
  static async to(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url));
    await proxy.open();
    return proxy;
  }

  /** The same address through the proxy. */
  through(url: string): string {
    const address = new URL(url);
    address.hostname = '127.0.0.1';
    address.port = String(this.#port);
    return address.href;
  }

  /** Listen, again at the same port if it was closed. @param url Another server from now on. */
  async open(url?: string): Promise<void> {
    await this.close();
    this.#frozen = false;
    this.#freezeAt = undefined;
    if (url !== undefined) this.#to = placeOf(new URL(url));
    const server = createServer((client) => this.#accept(client));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Refuse whoever comes, and cut every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }

  /** Take connections, and let nothing through any more. */
  freeze(): void {
    this.#frozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Freeze when a client sends this. */
  freezeAt(text: string): void {
    this.#freezeAt = text;
  }

  #accept(client: Socket): void {
    this.connections++;
    this.#keep(client);
    if (this.#frozen) return;
    const server = connect(this.#to);
    client.on('data', (chunk: Buffer) => {
      if (this.#freezeAt !== undefined && chunk.includes(this.#freezeAt)) this.freeze();
    });
    this.#keep(server);
    client.pipe(server);
    server.pipe(client);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // That a connection is cut is what this is for.
    socket.on('error', () => undefined);
  }
}

function placeOf({ hostname, port }: URL): { readonly host: string; readonly port: number } {
  return { host: hostname, port: Number(port) };
}
