/**
 * What every test starts from: a server of its own, an empty database, and a
 * browser whose complaints fail the test.
 */

import { expect, test as base, type TestInfo } from '@playwright/test';
import { Client } from './client';
import { THROUGH } from './front';
import { PLAIN } from './plain-pages';
import { Proxy } from './proxy';
import { Server, type Settings } from './server';
import { Sockets } from './sockets';

export { expect };

interface Options {
  /** Complaints of the browser that the test brings about on purpose. */
  expectedComplaints: RegExp;
  /** Settings of the server other than those that all tests share. */
  settings: Settings;
}

interface Fixtures {
  server: Server;
  /** A way to the server at another address, which a test can break. */
  network: Proxy;
  /** The sockets of `page`. */
  sockets: Sockets;
  /** Watches a post's numbers from outside the browser. */
  watch: (slug: string) => Promise<Client>;
  /** Reads a post from outside the browser. */
  read: (slug: string) => Promise<Client>;
  complaints: string[];
}

export const test = base.extend<Options & Fixtures>({
  expectedComplaints: [/^$/, { option: true }],

  settings: [{}, { option: true }],

  server: async ({ settings }, use, testInfo) => {
    await lend(await Server.start(settings), use, testInfo);
  },

  network: async ({ server }, use) => {
    const network = await Proxy.before(server);
    try {
      await use(network);
    } finally {
      await network.close();
    }
  },

  // Plain pages come from where a test can break the way to the server.
  baseURL: async ({ server }, use) => {
    if (!PLAIN) return use(server.url);
    const pages = await Proxy.before(server);
    try {
      await use(pages.url);
    } finally {
      await pages.close();
    }
  },

  sockets: ({ page }, use) => use(new Sockets(page)),

  watch: async ({ server }, use) => {
    await withClients(use, (slug) => Client.watcher(server, slug));
  },

  read: async ({ server }, use) => {
    await withClients(use, (slug) => Client.reader(server, slug));
  },

  // Automatic: a panic in WebAssembly, a failed hydration and a broken promise
  // all end here, whatever the test is about.
  complaints: [
    async ({ context, expectedComplaints }, use) => {
      const complaints: string[] = [];
      context.on('console', (message) => {
        if (['error', 'warning', 'assert'].includes(message.type())) {
          complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
        }
      });
      context.on('weberror', (error) => complaints.push(String(error.error())));
      await use(complaints);
      expectNone(complaints, expectedComplaints);
    },
    { auto: true },
  ],
});

/** Gives a test this server, and ends it. What it wrote is kept if the test failed. */
export async function lend(
  server: Server,
  use: (server: Server) => Promise<void>,
  testInfo: TestInfo,
): Promise<void> {
  try {
    await use(server);
  } finally {
    await server.dispose();
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server log', { body: server.log, contentType: 'text/plain' });
    }
  }
}

/**
 * Chromium's word for a page that is left before its socket is open, which is
 * what the page must do. On a busy machine any test may be that quick.
 */
const LEFT_EARLY = /WebSocket is closed before the connection is established/;

/** Behind a proxy a page is secure, and what a test has other servers for is not. */
const MIXED = THROUGH ? /Mixed Content/ : /^$/;

/** Fails the test if the browser complained of anything else than `expected`. */
export function expectNone(complaints: string[], expected: RegExp): void {
  const unexpected = complaints
    .map(asWithoutProxy)
    .filter((complaint) => ![expected, LEFT_EARLY, MIXED].some((known) => known.test(complaint)));
  expect(unexpected, 'the browser has nothing to complain about').toEqual([]);
}

/**
 * What the browsers say of each try to reach a server that is away. A server that stops
 * may also end a connection under a question, or answer it with 503. Firefox complains of
 * a page that is left during a try, too.
 */
export const SERVER_IS_AWAY = new RegExp(
  [
    'WebSocket connection to .* failed',
    'net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED|ABORTED)|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)',
    'status of 503',
    'can’t establish a connection',
    'CORS request did not succeed',
    'was interrupted while the page was loading',
  ].join('|'),
);

/** What a proxy answers for a server that is away; Apache says 503, as the server may too. */
const AWAY =
  THROUGH === 'apache'
    ? 'the server responded with a status of 503 ()'
    : 'the server responded with a status of 502 ()';

/**
 * What the browser would have said without the proxy: over HTTP/2 a status has no
 * words, and a proxy answers for a server that is away.
 */
function asWithoutProxy(complaint: string): string {
  if (PLAIN) return complaint.replaceAll('net::ERR_EMPTY_RESPONSE', 'net::ERR_CONNECTION_REFUSED');
  if (!THROUGH) return complaint;
  return complaint
    .replaceAll('https://localhost:', 'http://127.0.0.1:')
    .replace('status of 404 ()', 'status of 404 (Not Found)')
    .replace(AWAY, 'net::ERR_CONNECTION_REFUSED');
}

async function withClients(
  use: (connect: (slug: string) => Promise<Client>) => Promise<void>,
  connect: (slug: string) => Promise<Client>,
): Promise<void> {
  const clients: Client[] = [];
  try {
    await use(async (slug) => {
      const client = await connect(slug);
      clients.push(client);
      return client;
    });
  } finally {
    for (const client of clients) client.close();
  }
}
