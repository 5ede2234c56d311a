// The counting routes under a prefix, which pages learn from the head of the document.

import { readFileSync } from 'node:fs';
import { inRepository } from '../../support/server';
import { SITE } from '../../support/sockets';
import { expect, test } from './fixtures';

test.use({ settings: { RECIPES_PREFIX: '/counts' } });

test('a page under a prefix is read there, also when it is come to', async ({
  page,
  sockets,
  server,
}) => {
  // A page that has no post.
  await page.goto('/');
  await expect(page.locator('.live-visitors')).toHaveText('1 on this site now');
  await page.getByRole('link', { name: 'Onion soup' }).click();
  await expect(page.locator('.view-counter')).toHaveText('1 reading now · 1 view');
  await expect.poll(() => sockets.everOpened).toEqual([SITE, 'onion-soup']);
  for (const socket of sockets.opened) {
    expect(new URL(socket.url()).pathname).toMatch(/^\/counts\/api\/v1\//);
  }
  const ask = (path: string) => fetch(`${server.url}${path}`);
  expect(await (await ask('/counts/api/v1/views/onion-soup')).json()).toMatchObject({ total: 1 });
  expect(await (await ask('/readyz')).json()).toMatchObject({ status: 'ready' });
  const elsewhere = await ask('/api/v1/views/onion-soup');
  expect(elsewhere.status, "it is the application's").toBe(404);
  expect(elsewhere.headers.get('content-type')).toContain('text/html');
});

test('the element for other sites takes the prefix with its server', async ({ page }) => {
  // A page of the application stands for one of another site, so that its origin may connect.
  await page.goto('/');
  await page.addScriptTag({ content: readFileSync(inRepository('public/embed.js'), 'utf8') });
  await page.evaluate(() => {
    document.body.insertAdjacentHTML(
      'beforeend',
      '<view-counter server="/counts" slug="flatbread"></view-counter>',
    );
  });
  await expect(page.locator('view-counter')).toHaveText('1 reading now · 1 view');
});

test.describe('where the head does not name it', () => {
  test.use({ expectedComplaints: /status of 404|WebSocket connection to .* failed|view-counter: the counting routes are missing/ });

  test('the console says once what is missing', async ({ page, complaints }) => {
    await page.route('**/recipes/*', async (route) => {
      const html = await (await route.fetch()).text();
      const meta = /<meta name="view-counter-prefix"[^>]*>/;
      expect(html).toMatch(meta);
      await route.fulfill({ contentType: 'text/html', body: html.replace(meta, '') });
    });
    await page.goto('/recipes/onion-soup');
    const said = () => complaints.filter((complaint) => complaint.includes('are missing'));
    await expect.poll(() => said().length).toBe(1);
    expect(said()[0]).toContain('merge view_counter::router(counter)');
    // It was tried again since, by whatever is on the page.
    await expect
      .poll(() => complaints.filter((complaint) => complaint.includes('status of 404')).length)
      .toBeGreaterThan(1);
    expect(said()).toHaveLength(1);
  });
});
