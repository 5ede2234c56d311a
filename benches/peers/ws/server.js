// @ts-check
// The counter on Node, with ws and better-sqlite3.

import { createServer } from 'node:http';
import Database from 'better-sqlite3';
import { WebSocket, WebSocketServer } from 'ws';
import { data, hosts, origin, port, slugs, windowMs } from '../shared/settings.js';
import { Totals } from '../shared/totals.js';
import { windowed } from '../shared/window.js';

const CONNECT = /^\/api\/v1\/connect\/([^/?]+)/;
const VIEWS = /^\/api\/v1\/views\/([^/?]+)$/;

/** Who has not answered one ping when the next is due is gone. */
const PING_MS = 30_000;
/** Who takes no frames is cut when so much waits. */
const MAX_WAITING_BYTES = 64 * 1024;

const totals = new Totals(new Database(`${data}/views.db`));

class Reader extends WebSocket {
  isAlive = true;
}

class Post {
  /** @type {Set<Reader>} */
  #readers = new Set();
  #slug;
  #total;
  #changed;

  /** @param {string} slug */
  constructor(slug) {
    this.#slug = slug;
    this.#total = totals.load(slug);
    this.#changed = windowed(windowMs, () => this.#broadcast());
  }

  get counts() {
    return { live: this.#readers.size, total: this.#total };
  }

  /** @param {Reader} reader */
  join(reader) {
    this.#readers.add(reader);
    this.#total += 1;
    totals.add(this.#slug);
    if (!this.#changed()) reader.send(this.#frame(), { binary: false });
  }

  /** @param {Reader} reader */
  leave(reader) {
    this.#readers.delete(reader);
    this.#changed();
  }

  /** Encodes once for all: https://github.com/websockets/ws#server-broadcast */
  #broadcast() {
    const frame = this.#frame();
    for (const reader of this.#readers) {
      if (reader.readyState !== WebSocket.OPEN) continue;
      if (reader.bufferedAmount > MAX_WAITING_BYTES) reader.terminate();
      else reader.send(frame, { binary: false });
    }
  }

  #frame() {
    return Buffer.from(JSON.stringify(this.counts));
  }
}

/** Those of which anyone asked. @type {Map<string, Post>} */
const posts = new Map();

/** @param {string} slug One that exists. */
function postOf(slug) {
  let post = posts.get(slug);
  if (!post) posts.set(slug, (post = new Post(slug)));
  return post;
}

const wss = new WebSocketServer({
  noServer: true,
  WebSocket: Reader,
  // Costs much memory, and is for large messages:
  // https://github.com/websockets/ws#websocket-compression
  perMessageDeflate: false,
  maxPayload: 512,
});

wss.on('connection', (reader, request) => {
  const post = postOf(/** @type {string} */ (slugIn(CONNECT, request)));
  reader.on('error', () => reader.terminate());
  reader.on('pong', () => (reader.isAlive = true));
  reader.on('close', () => post.leave(reader));
  post.join(reader);
});

// https://github.com/websockets/ws#how-to-detect-and-close-broken-connections
setInterval(() => {
  for (const reader of wss.clients) {
    if (!reader.isAlive) {
      reader.terminate();
      continue;
    }
    reader.isAlive = false;
    reader.ping();
  }
}, PING_MS);

/** @typedef {import('node:http').IncomingMessage} Request */

/** @param {RegExp} route @param {Request} request */
function slugIn(route, { url = '' }) {
  return route.exec(url)?.[1];
}

/** Why this is no handshake, as a status; 0 if it is one. @param {Request} request */
function refusal(request) {
  const slug = slugIn(CONNECT, request);
  if (!slug) return 404;
  if (request.headers.origin !== origin || !slugs.has(slug)) return 403;
  return request.headers.upgrade?.toLowerCase() === 'websocket' ? 0 : 426;
}

/** @type {import('node:http').RequestListener} */
function answer(request, response) {
  const slug = slugIn(VIEWS, request);
  if (slug && slugs.has(slug)) {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ slug, ...postOf(slug).counts }));
  } else {
    response.writeHead(slug ? 404 : refusal(request)).end();
  }
}

// Refuses before the upgrade: https://github.com/websockets/ws#client-authentication
/** @type {(request: Request, socket: import('node:stream').Duplex, head: Buffer) => void} */
function upgrade(request, socket, head) {
  const status = refusal(request);
  if (status) {
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  wss.handleUpgrade(request, socket, head, (reader) => wss.emit('connection', reader, request));
}

await Promise.all(
  hosts.map(
    (host) =>
      new Promise((listening) => {
        const server = createServer(answer).on('upgrade', upgrade);
        // A crowd that comes at once waits in the queue, and is not turned away.
        server.listen({ host, port, backlog: 4096 }, () => listening(host));
      }),
  ),
);
console.log('listening');

process.on('SIGTERM', () => {
  totals.save();
  process.exit();
});
