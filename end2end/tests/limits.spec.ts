import type { Response } from '@playwright/test';
import { Client } from '../support/client';
import { expect, test } from '../support/fixtures';
import { counters, expectCounter } from '../support/page';
import type { Server } from '../support/server';

// The limits of one address, which the other tests run without: all their pages
// come from one.
test.use({
  settings: {
    VIEW_COUNTER_LIMITS: 'on',
    VIEW_COUNTER_HANDSHAKE_BURST: '1',
    VIEW_COUNTER_HANDSHAKES_PER_SECOND: '1',
    VIEW_COUNTER_VIEWS_PER_HOUR: '1',
  },
  expectedComplaints: /WebSocket connection to .* failed|status of 429/,
});

/** How soon a token that came is taken: long before the next, and without a rush. */
const PAUSE_MS = 50;

/** Takes every token as it comes: however slow a page is, it is one too many. */
function takeTokens(server: Server): () => Promise<void> {
  let going = true;
  const taking = (async () => {
    while (going) {
      const got = await Client.watcher(server, 'noon').catch(() => undefined);
      if (got) got.close();
      else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return () => {
    going = false;
    return taking;
  };
}

test('a page that was one too many comes in when it is told to', async ({
  page,
  context,
  server,
}) => {
  test.slow();
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  const second = await context.newPage();
  const stopTaking = takeTokens(server);
  let why: Response | undefined;
  // It may come just when there is one.
  await expect(async () => {
    const refused = second.waitForResponse(/\/api\/v1\/views\/noon$/, { timeout: 10_000 });
    [why] = await Promise.all([refused, second.goto('/posts/noon')]);
  }).toPass();
  await stopTaking();
  if (!why) throw new Error('nobody was refused');
  expect(why.status()).toBe(429);
  expect(await why.headerValue('retry-after')).toBe('1');
  // It is a reader, and beyond the views of one address it adds none.
  await expectCounter(second, '2 reading now · 1 view');
  await expectCounter(page, '2 reading now · 1 view');
  await expect(counters(second, 'lost')).toHaveCount(0);
});
