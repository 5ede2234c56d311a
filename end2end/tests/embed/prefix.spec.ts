// The counting server under a path of the site itself.

import { PREFIX, PrefixProxy } from '../../support/prefix-proxy';
import { expect, test } from '../../support/fixtures';

test('under a path of the site pages are counted, and the page of the API is there', async ({
  page,
  server,
}) => {
  const html = `<!doctype html><html lang="en"><title>Noon</title><link rel="icon" href="data:,">
    <script src="${PREFIX}/embed.js" async></script><view-counter slug="noon"></view-counter>
    <p><view-counter slug="dusk" no-count></view-counter></p>`;
  const site = await PrefixProxy.serve(html, server.url);
  try {
    await page.goto(`${site.url}/noon`);
    await expect(page.locator('view-counter')).toHaveText([
      '1 reading now · 1 view',
      '0 reading now · 0 views',
    ]);
    expect(await server.views('noon')).toEqual({ live: 1, total: 1 });

    await page.goto(`${site.url}${PREFIX}/api`);
    await expect(page.locator('#visits')).toHaveText(/"visitors":/);
    await expect(page.locator('#frames')).toHaveText(/"live":/);
    await expect(page.locator('#badge img')).toHaveJSProperty('complete', true);
  } finally {
    await page.goto('about:blank');
    await site.close();
  }
});
