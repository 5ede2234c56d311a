// @ts-check
// The counter on Bun, with nothing but what Bun has built in.
// https://bun.com/docs/runtime/http/websockets

import { Database } from 'bun:sqlite';
import { data, hosts, origin, port, slugs, windowMs } from '../shared/settings.js';
import { Totals } from '../shared/totals.js';
import { windowed } from '../shared/window.js';

const totals = new Totals(new Database(`${data}/views.db`));

class Post {
  #live = 0;
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
    return { live: this.#live, total: this.#total };
  }

  /** @param {Bun.ServerWebSocket<Post>} reader */
  join(reader) {
    reader.subscribe(this.#slug);
    this.#live += 1;
    this.#total += 1;
    totals.add(this.#slug);
    if (!this.#changed()) reader.send(JSON.stringify(this.counts));
  }

  leave() {
    this.#live -= 1;
    this.#changed();
  }

  #broadcast() {
    const frame = JSON.stringify(this.counts);
    for (const server of servers) server.publish(this.#slug, frame);
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

/** @param {number} status */
const refused = (status) => new Response(null, { status });

/** Topics are a server's own, and a server has one address. */
const servers = hosts.map((hostname) =>
  Bun.serve({
    hostname,
    port,
    development: false,

    routes: {
      '/api/v1/connect/:slug': (request, server) => {
        const { slug } = request.params;
        if (request.headers.get('Origin') !== origin || !slugs.has(slug)) return refused(403);
        if (!server.upgrade(request, { data: postOf(slug) })) return refused(426);
      },
      '/api/v1/views/:slug': (request) => {
        const { slug } = request.params;
        return slugs.has(slug) ? Response.json({ slug, ...postOf(slug).counts }) : refused(404);
      },
    },
    fetch: () => refused(404),

    websocket: {
      data: /** @type {Post} */ ({}),
      open: (reader) => reader.data.join(reader),
      message() {},
      close: (reader) => reader.data.leave(),

      perMessageDeflate: false,
      maxPayloadLength: 512,
      // In seconds. Bun pings by itself before this is over (sendPings).
      idleTimeout: 40,
      // Who takes no frames is cut when so much waits. By default what is more would be
      // dropped, also the last, which is the truth.
      backpressureLimit: 64 * 1024,
      closeOnBackpressureLimit: true,
    },
  }),
);
console.log('listening');

process.on('SIGTERM', () => {
  totals.save();
  process.exit();
});
