// The reference design on its own runtime: a Durable Object for each post.
// https://developers.cloudflare.com/durable-objects/best-practices/websockets/

import { DurableObject, env } from 'cloudflare:workers';
import { windowed } from '../shared/window.js';

const SAVE_MS = 5_000;

const slugs = new Set(Array.from({ length: Number(env.SLUGS) }, (_, n) => `s${n}`));
const windowMs = Number(env.WINDOW_MS ?? 0);

export class Post extends DurableObject {
  /** @type {Set<WebSocket>} */
  #readers;
  #total;
  #changed = windowed(windowMs, () => this.#broadcast());

  /** Runs at each wake: sockets outlive the object, and all else comes from storage. */
  constructor(ctx, env) {
    super(ctx, env);
    this.#readers = new Set(ctx.getWebSockets());
    const { sql } = ctx.storage;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS views (one INTEGER PRIMARY KEY CHECK (one = 1), total INTEGER NOT NULL)',
    );
    this.#total = sql.exec('SELECT total FROM views').toArray()[0]?.total ?? 0;
  }

  /** A handshake that the Worker let through. */
  async fetch() {
    const { 0: client, 1: reader } = new WebSocketPair();
    // And not `reader.accept()`, so that the object may sleep while readers stay.
    this.ctx.acceptWebSocket(reader);
    this.#readers.add(reader);
    this.#total += 1;
    if (!this.#changed()) reader.send(this.#frame());

    // One alarm for all views of these seconds, and no write for each:
    // https://developers.cloudflare.com/durable-objects/api/alarms/
    if ((await this.ctx.storage.getAlarm()) === null) {
      this.ctx.storage.setAlarm(Date.now() + SAVE_MS);
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  alarm() {
    this.ctx.storage.sql.exec(
      'INSERT INTO views VALUES (1, ?) ON CONFLICT DO UPDATE SET total = excluded.total',
      this.#total,
    );
  }

  counts() {
    return { live: this.#readers.size, total: this.#total };
  }

  webSocketMessage() {}

  /** Sockets that may sleep are not answered by the runtime, whatever the compatibility date. */
  webSocketClose(reader, code, reason) {
    // 1005 and 1006 say that there was no code, and may not be sent.
    reader.close(code === 1005 || code === 1006 ? 1000 : code, reason);
    this.#leave(reader);
  }

  webSocketError(reader) {
    this.#leave(reader);
  }

  #leave(reader) {
    if (this.#readers.delete(reader)) this.#changed();
  }

  #broadcast() {
    const frame = this.#frame();
    for (const reader of this.#readers) {
      if (reader.readyState === WebSocket.OPEN) reader.send(frame);
    }
  }

  #frame() {
    return JSON.stringify(this.counts());
  }
}

/** Refuses before there is an object to wake. */
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const [, route, slug] = /^\/api\/v1\/(connect|views)\/([^/]+)$/.exec(pathname) ?? [];
    if (route === 'connect') {
      if (request.headers.get('Origin') !== env.ORIGIN || !slugs.has(slug)) return refused(403);
      if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return refused(426);
      return env.POSTS.getByName(slug).fetch(request);
    }
    if (route === 'views' && slugs.has(slug)) {
      return Response.json({ slug, ...(await env.POSTS.getByName(slug).counts()) });
    }
    return refused(404);
  },
};

/** @param {number} status */
const refused = (status) => new Response(null, { status });
