import { expect, test } from '../support/fixtures';
import { counters, expectCounter } from '../support/page';

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

test('a page that was one too many comes in when it is told to', async ({ page, context }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  const second = await context.newPage();
  const refused = second.waitForResponse(/\/api\/v1\/views\/noon$/);
  await second.goto('/posts/noon');
  const why = await refused;
  expect(why.status()).toBe(429);
  expect(await why.headerValue('retry-after')).toBe('1');
  // It is a reader, and beyond the views of one address it adds none.
  await expectCounter(second, '2 reading now · 1 view');
  await expectCounter(page, '2 reading now · 1 view');
  await expect(counters(second, 'lost')).toHaveCount(0);
});
