/** A network between a driver and its server on which the nth request is refused, cut off, or never answered. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import type { FaultKind, FaultyWay, Seen } from '../fault.ts';
import type { Protocol } from './protocol.ts';

export class FaultyWire implements FaultyWay {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #armed: { readonly kind: FaultKind; readonly at: number } | undefined;
  #requests: string[] = [];
  #trips = 0;
  #failed: string | undefined;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** Stands before the server of a DSN. */
  static async before(dsn: string, protocol: Protocol): Promise<FaultyWire> {
    const target = new URL(dsn);
    const server = createServer((client) => wire.#accept(client, target, protocol));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(dsn);
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    const wire = new FaultyWire(server, url.href);
    return wire;
  }

  arm(kind: FaultKind, at: number): void {
    this.#armed = { kind, at };
    this.#requests = [];
    this.#trips = 0;
    this.#failed = undefined;
  }

  disarm(): Seen {
    this.#armed = undefined;
    return { failed: this.#failed, requests: this.#requests, trips: this.#trips };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket, { hostname, port }: URL, protocol: Protocol): void {
    const server = connect({ host: hostname, port: Number(port) });
    const hangUp = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      // That the other side hangs up is what this is for.
      socket.on('error', hangUp).on('close', () => {
        this.#sockets.delete(socket);
        hangUp();
      });
    }
    const [said, answered] = [protocol.client(), protocol.server()];
    /** Requests that are not answered; and how many answers still go through, once one is not to. */
    let open = 0;
    let last = Infinity;
    client.on('data', (chunk: Buffer) => {
      for (const piece of said.read(chunk)) {
        // Nothing is sent after what is not answered.
        if (last !== Infinity) return;
        const fault = piece.request === undefined ? undefined : this.#meet(piece.request, open);
        if (piece.request !== undefined) open++;
        if (fault === 'lost') return hangUp();
        if (fault === 'unanswered') last = open - 1;
        server.write(fault === 'refused' ? said.refusal(piece) : piece.bytes);
      }
      return undefined;
    });
    server.on('data', (chunk: Buffer) => {
      for (const { bytes, ends } of answered.read(chunk)) {
        if (last > 0) client.write(bytes);
        if (!ends || open === 0) continue;
        open--;
        if (last-- === 0) return hangUp();
      }
      return undefined;
    });
  }

  /** Counts a request, and says what is to become of it. */
  #meet(request: string, open: number): FaultKind | undefined {
    const armed = this.#armed;
    if (armed === undefined) return undefined;
    this.#requests.push(request);
    if (open === 0) this.#trips++;
    if (this.#requests.length !== armed.at) return undefined;
    this.#failed = request;
    return armed.kind;
  }
}
