/**
 * A socket that is not the page's: an independent witness of what a page under
 * test did, or a second reader without a second browser.
 */

import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Counts, Server } from './server';

export class Client {
  /** Everything it was sent, oldest first. */
  readonly frames: Counts[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.frames.push(JSON.parse(String(data)) as Counts));
    // A witness of a restart sees its own socket break; that is not the news.
    socket.on('error', () => {});
  }

  /** One that sees a post's numbers and is not in them. */
  static watcher(server: Server, slug: string): Promise<Client> {
    return Client.#connect(server, `${slug}?watch=1`);
  }

  /** One more reader of a post, and one more view. */
  static reader(server: Server, slug: string): Promise<Client> {
    return Client.#connect(server, slug);
  }

  static async #connect(server: Server, target: string): Promise<Client> {
    const url = new URL(`/api/v1/connect/${target}`, server.url.replace('http', 'ws'));
    const socket = new WebSocket(url, {
      origin: server.origin,
      handshakeTimeout: 5_000,
      // A proxy of these tests vouches for itself.
      rejectUnauthorized: false,
    });
    const client = new Client(socket);
    await once(socket, 'message', { signal: AbortSignal.timeout(5_000) });
    return client;
  }

  /** What it was sent last. */
  get latest(): Counts | undefined {
    return this.frames.at(-1);
  }

  /** The most readers it ever saw at once. */
  get mostLive(): number {
    return Math.max(...this.frames.map(({ live }) => live));
  }

  close(): void {
    this.#socket.close();
  }
}
