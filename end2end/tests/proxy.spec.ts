import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { WebSocket } from 'ws';
import { expect, test } from '../support/fixtures';
import { PAGES, expectCounter } from '../support/page';
import type { Server } from '../support/server';

// Only behind a real proxy: `make proxy-tests`.

test('pages and their files come over HTTP/2, whole and compressed', async ({ page, server }) => {
  const codings = new Map<string, string | null>();
  page.on('response', async (response) => {
    const kind = /\.(css|js|wasm)$/.exec(response.url())?.[1] ?? 'page';
    if (new URL(response.url()).pathname === PAGES.post || kind !== 'page') {
      codings.set(kind, await response.headerValue('content-encoding'));
    }
  });
  await page.goto(PAGES.post);
  await expectCounter(page, '1 reading now · 1 view');
  const protocols = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol)
      .filter((protocol) => protocol !== ''),
  );
  expect(new Set(protocols)).toEqual(new Set(['h2']));
  // A response is heard of before its headers are read.
  await expect
    .poll(() => [...codings].sort())
    .toEqual([
      ['css', 'br'],
      ['js', 'br'],
      // What is compressed while readers wait.
      ['page', 'gzip'],
      ['wasm', 'br'],
    ]);
  expect(server.url).toMatch(/^https:/);
});

test('a proxy that cannot open sockets over HTTP/2 says so, and they come all the same', async ({
  page,
  server,
}) => {
  const session = connectHttp2(server.url, { rejectUnauthorized: false });
  const [settings] = (await once(session, 'remoteSettings')) as [
    { enableConnectProtocol?: boolean },
  ];
  session.close();
  // RFC 8441: without it a browser takes HTTP/1.1 for the socket. If this fails, a
  // newer proxy can: say so in deploy/.
  expect(settings.enableConnectProtocol ?? false).toBe(false);
  await page.goto(PAGES.post);
  await expectCounter(page, '1 reading now · 1 view');
});

test('a reader who only reads is there after the time that proxies give', async ({
  page,
  sockets,
}) => {
  test.setTimeout(120_000);
  await page.goto(PAGES.post);
  await expectCounter(page, '1 reading now · 1 view');
  // nginx cuts what is silent for 75 s, and by itself for 60.
  await page.waitForTimeout(80_000);
  await expectCounter(page, '1 reading now · 1 view');
  await expect.poll(() => sockets.opened).toHaveLength(1);
});

test.describe('limits', () => {
  test.use({
    settings: { VIEW_COUNTER_LIMITS: 'on', VIEW_COUNTER_SOCKETS_PER_ADDRESS: '2' },
  });

  test('are of the address that the proxy sees, whatever the client makes up', async ({
    server,
  }) => {
    const sockets = [handshake(server, '192.0.2.1'), handshake(server, '192.0.2.2')];
    expect(await Promise.all(sockets.map(statusOf))).toEqual([101, 101]);
    const third = handshake(server, '192.0.2.3');
    expect(await statusOf(third)).toBe(429);
    // And without a word of a proxy that nobody told it of.
    expect(server.log).not.toContain('not trusted');
    for (const socket of [...sockets, third]) socket.terminate();
  });
});

/** One who claims to be at this address. */
function handshake(server: Server, claimed: string): WebSocket {
  const url = new URL('/api/v1/connect/noon', server.url.replace('http', 'ws'));
  const socket = new WebSocket(url, {
    origin: server.url,
    headers: { 'x-forwarded-for': claimed },
    handshakeTimeout: 5_000,
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  return socket;
}

/** What it is answered. */
function statusOf(socket: WebSocket): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode));
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}
