// What the element makes of servers, proxies and networks that refuse it.

import { counters, expect, html, test } from './host-page';

test.use({
  expectedComplaints:
    /WebSocket connection to .* failed|status of 40[34]|ERR_CONN|ERR_FAILED|blocked by CORS policy/,
});

const LIVE = '1 reading now · 1 view';

test('the 404 of a proxy before a server that restarts ends nothing', async ({
  page,
  write,
  server,
}) => {
  write('/noon', html('<view-counter slug="noon"></view-counter>'));
  await page.goto('/noon');
  await expect(counters(page)).toHaveText(LIVE);
  let refusals = 0;
  await page.route('**/api/v1/views/noon', (route) => {
    refusals += 1;
    return route.fulfill({
      status: 404,
      contentType: 'text/html',
      headers: { 'access-control-allow-origin': '*' },
      body: '<h1>Not Found</h1>',
    });
  });
  await server.stop();
  await expect.poll(() => refusals, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  await server.start();
  await expect(counters(page)).toHaveText(LIVE, { timeout: 20_000 });
});

test('a network without WebSockets shows the numbers, as not live', async ({
  page,
  write,
  read,
}) => {
  await read('noon');
  await page.addInitScript(() => {
    window.WebSocket = class extends EventTarget {
      onclose: ((event: { code: number }) => void) | null = null;
      constructor() {
        super();
        setTimeout(() => this.onclose?.({ code: 1006 }));
      }
      close() {}
      send() {}
    } as unknown as typeof WebSocket;
  });
  write('/noon', html('<view-counter slug="noon"></view-counter>'));
  await page.goto('/noon');
  await expect(counters(page)).toHaveText('1 reading now · 1 view · not live');
});
