/**
 * What stands between a browser and the server. It writes down every handshake
 * that passes, so that a test sees what a page did and not what it says it did;
 * and it can fail in the ways that networks and other proxies do.
 */

import {
  createServer,
  request as ask,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PLAIN, plainPage } from './plain-pages';
import { isForDocument, PRELOAD_PATH, withPreload } from './preload';
import type { Server } from './server';

const CONNECT = '/api/v1/connect/';

/** What the proxy says in the server's place. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** A socket that a page asked for, from the outside. */
export class Handshake {
  readonly slug: string;
  /** The id of the view. */
  readonly view: string | null;
  /** Whether the page says that this view was connected before. */
  readonly again: boolean;
  /** Whether it wants to see the numbers without being in them. */
  readonly watch: boolean;
  /** When it came, on the clock of `Date.now()`. */
  readonly at = Date.now();
  /** The texts that the page sent, with their times; what it pings is no text. */
  readonly texts: { text: string; at: number }[] = [];
  /** Whether the page's side of it has ended, by the page or by the other side. */
  ended = false;

  constructor(url: string) {
    const { pathname, searchParams } = new URL(url, 'ws://page');
    this.slug = decodeURIComponent(pathname.slice(CONNECT.length));
    this.view = searchParams.get('v');
    this.again = searchParams.get('again') === '1';
    this.watch = searchParams.get('watch') === '1';
  }
}

/** The two halves of a socket that passes. */
interface Passage {
  page: Duplex;
  server: Duplex;
  /** Nothing gets from one half to the other any more, not even the end. */
  dead: boolean;
}

export class Proxy {
  /** All that ever came, oldest first. */
  readonly handshakes: Handshake[] = [];
  /** The paths of all other requests, oldest first. */
  readonly requests: string[] = [];
  /**
   * Asked before each handshake and request that comes; what it returns is the
   * answer, and the server hears nothing of it.
   */
  answers: (path: string, isHandshake: boolean) => Answer | undefined = () => undefined;
  /** What runs in each document before its own scripts. */
  preload: string | undefined;
  readonly #server: Server;
  readonly #http: HttpServer;
  readonly #sockets = new Set<Duplex>();
  readonly #passages = new Set<Passage>();
  /** Resolves when what comes now may go on. */
  #passable: Promise<void> = Promise.resolve();
  #revive: () => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
    this.#http = createServer((request, response) => void this.#pass(request, response));
    this.#http.on('upgrade', (request: IncomingMessage, page: Duplex, head: Buffer) => {
      void this.#passSocket(request, page, head);
    });
  }

  static async before(server: Server): Promise<Proxy> {
    const proxy = new Proxy(server);
    proxy.#http.listen(0, '127.0.0.1');
    await once(proxy.#http, 'listening');
    return proxy;
  }

  /** Where it is: `http://127.0.0.1:40000`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** The sockets that are open. */
  get open(): Handshake[] {
    return this.handshakes.filter(({ ended }) => !ended);
  }

  /**
   * The network dies without a word. Sockets that are open stay so, for both
   * sides, and carry nothing more, for good. What is new waits, as it does
   * where packets get lost.
   */
  silence(): void {
    for (const passage of this.#passages) passage.dead = true;
    this.#passable = new Promise((resolve) => (this.#revive = resolve));
  }

  /** New connections pass again. Those that were silenced stay dead. */
  revive(): void {
    this.#revive();
  }

  /** Ends all open sockets, dead ones too, for both sides and without a close frame. */
  cut(): void {
    for (const passage of this.#passages) end(passage);
  }

  /** Ends the sockets that were silenced, as a network does that comes to itself. */
  cutDead(): void {
    for (const passage of this.#passages) if (passage.dead) end(passage);
  }

  async close(): Promise<void> {
    this.revive();
    for (const socket of this.#sockets) socket.destroy();
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close');
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    this.requests.push(path);
    await this.#passable;
    const answer =
      this.answers(path, false) ??
      (PLAIN ? plainPage(path) : undefined) ??
      (path === PRELOAD_PATH ? scriptOf(this.preload) : undefined);
    if (answer) {
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    const isWithPreload = this.preload !== undefined && isForDocument(request.headers);
    const { method } = request;
    const headers = isWithPreload ? without('accept-encoding', request) : request.rawHeaders;
    const onward = ask(new URL(path, this.#server.direct), { method, headers });
    onward.on('response', (back) => {
      const status = back.statusCode ?? 502;
      const isPage = status !== 304 && back.headers['content-type']?.startsWith('text/html');
      if (isWithPreload && isPage) {
        text(back).then(
          (html) => response.writeHead(status, without('content-length', back)).end(withPreload(html)),
          () => response.destroy(),
        );
        return;
      }
      response.writeHead(status, back.rawHeaders);
      back.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  async #passSocket(request: IncomingMessage, page: Duplex, head: Buffer): Promise<void> {
    const path = request.url ?? '';
    const handshake = new Handshake(path);
    this.handshakes.push(handshake);
    this.#keep(page);
    page.on('close', () => (handshake.ended = true));
    // A page that gives up while it waits is heard; nothing else is said so early.
    const gaveUp = () => page.destroy();
    page.on('end', gaveUp).resume();
    await this.#passable;
    page.off('end', gaveUp);
    if (page.destroyed) return;

    const answer = this.answers(path, true);
    if (answer) {
      page.end(written(answer));
      return;
    }
    const server = connect(Number(new URL(this.#server.direct).port), '127.0.0.1');
    this.#keep(server);
    server.write(lines(`GET ${path} HTTP/1.1`, pairs(request.rawHeaders)));
    server.write(head);
    this.#join({ page, server, dead: false }, handshake);
  }

  #join(passage: Passage, handshake: Handshake): void {
    const { page, server } = passage;
    this.#passages.add(passage);
    page.on('close', () => this.#passages.delete(passage));
    const texts = new Texts();
    page.on('data', (chunk: Buffer) => {
      for (const text of texts.in(chunk)) handshake.texts.push({ text, at: Date.now() });
    });
    const directions: [Duplex, Duplex][] = [
      [page, server],
      [server, page],
    ];
    for (const [from, to] of directions) {
      from.on('data', (chunk: Buffer) => {
        if (!passage.dead) to.write(chunk);
      });
      from.on('end', () => {
        if (passage.dead) from.destroy();
        else to.end();
      });
      from.on('close', () => {
        if (!passage.dead) to.destroy();
      });
    }
  }

  /** So that nothing stays behind when the proxy is closed. */
  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

function end({ page, server }: Passage): void {
  page.destroy();
  server.destroy();
}

function written({ status, headers, body = '' }: Answer): string {
  const length = String(Buffer.byteLength(body));
  const all = { ...headers, 'content-length': length, connection: 'close' };
  return lines(`HTTP/1.1 ${status} -`, Object.entries(all)) + body;
}

function scriptOf(body: string | undefined): Answer | undefined {
  return body === undefined
    ? undefined
    : { status: 200, headers: { 'content-type': 'text/javascript' }, body };
}

/** The headers of a message but this one, as they came. */
function without(name: string, { rawHeaders }: IncomingMessage): string[] {
  return pairs(rawHeaders).filter(([its]) => its.toLowerCase() !== name).flat();
}

function lines(first: string, headers: [string, string][]): string {
  return [first, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
}

function pairs(rawHeaders: string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    found.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return found;
}

/** Finds the texts in what a browser sends on a WebSocket (RFC 6455 §5.2). */
class Texts {
  #rest: Buffer = Buffer.alloc(0);

  in(chunk: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const texts: string[] = [];
    for (;;) {
      const [first, second] = this.#rest;
      if (first === undefined || second === undefined) return texts;
      const length = second & 0x7f;
      // All that a page of ours sends is small; and a browser always masks.
      if (length > 125) throw new Error(`a page sent a frame of more than 125 bytes`);
      const end = 6 + length;
      if (this.#rest.length < end) return texts;
      const mask = this.#rest.subarray(2, 6);
      const payload = this.#rest.subarray(6, end).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
      if ((first & 0x0f) === 1) texts.push(Buffer.from(payload).toString());
      this.#rest = this.#rest.subarray(end);
    }
  }
}
