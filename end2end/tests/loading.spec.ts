/** How a page comes alive where what it loads does not come at once. */

import { expect, SERVER_IS_AWAY, test } from '../support/fixtures';
import { expectCounter } from '../support/page';

for (const [kind, pattern] of [
  ['script', '**/pkg/*.js*'],
  ['WebAssembly', '**/pkg/*.wasm'],
] as const) {
  test.describe(`a page whose ${kind} cannot be had at first`, () => {
    test.use({
      expectedComplaints: new RegExp(`${SERVER_IS_AWAY.source}|net::ERR_FAILED|preload`),
    });

    test('comes alive when it can', async ({ page }) => {
      let isAway = true;
      let refused = 0;
      await page.route(pattern, (route) => {
        if (!isAway) return route.continue();
        refused += 1;
        return route.abort();
      });
      await page.goto('/posts/noon');
      // What is fetched ahead, and the first try.
      await expect.poll(() => refused).toBeGreaterThan(1);
      isAway = false;
      await expectCounter(page, '1 reading now · 1 view');
    });
  });
}
