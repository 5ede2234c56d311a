/**
 * A site that has the counting server under a path of its own, as a proxy does with
 * `location /counts/`: it takes the path off, and passes WebSockets on.
 */

import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where the counting server is on the site. */
export const PREFIX = '/counts';

export class PrefixProxy {
  readonly #http: HttpServer;
  readonly #sockets = new Set<Duplex>();

  private constructor(page: string, counts: URL) {
    this.#http = createServer((incoming, outgoing) => {
      const path = underPrefix(incoming);
      if (path === undefined) {
        outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
        return;
      }
      const { method, headers } = incoming;
      const passed = request(new URL(path, counts), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on('error', () => outgoing.destroy());
      incoming.pipe(passed);
    });
    this.#http.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
      const path = underPrefix(incoming);
      const server: Socket = connect(Number(counts.port), counts.hostname);
      const headers = [];
      for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
        headers.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}\r\n`);
      }
      server.write(`GET ${path} HTTP/1.1\r\n${headers.join('')}\r\n`);
      server.pipe(socket).pipe(server);
      for (const end of [socket, server]) {
        this.#sockets.add(end);
        end.on('error', () => {});
        end.on('close', () => [socket, server].forEach((other) => other.destroy()));
      }
    });
  }

  /** A site whose every page is this one. */
  static async serve(page: string, counts: string): Promise<PrefixProxy> {
    const proxy = new PrefixProxy(page, new URL(counts));
    proxy.#http.listen(0, '127.0.0.1');
    await once(proxy.#http, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close');
  }
}

/** The path that the counting server is asked for; undefined of a page of the site. */
function underPrefix({ url }: IncomingMessage): string | undefined {
  return url?.startsWith(`${PREFIX}/`) ? url.slice(PREFIX.length) : undefined;
}
