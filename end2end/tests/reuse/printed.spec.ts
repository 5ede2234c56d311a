// The application that docs/reuse.md prints, built from the document as it stands there.

import { countLoads } from '../../support/page';
import { SITE } from '../../support/sockets';
import { expect, printed as test } from './fixtures';

test('it counts, from page to page and in two windows, as the document says', async ({
  page,
  context,
  sockets,
  server,
}) => {
  await page.goto('/');
  await expect(page.locator('.live-visitors')).toHaveText('1 on this site now');
  const loads = countLoads(page);
  await page.getByRole('link', { name: 'Hello' }).click();
  await expect(page.locator('.view-counter')).toHaveText('1 reading now · 1 view');

  const second = await context.newPage();
  await second.goto('/posts/hello');
  for (const each of [page, second]) {
    await expect(each.locator('.view-counter')).toHaveText('2 reading now · 2 views');
  }
  await second.close();
  await expect(page.locator('.view-counter')).toHaveText('1 reading now · 2 views');

  await page.getByRole('link', { name: 'All notes' }).click();
  await page.getByRole('link', { name: 'Goodbye' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Goodbye');
  await expect(page.locator('.view-counter')).toHaveText('1 reading now · 1 view');
  await expect.poll(() => sockets.slugs).toEqual(['goodbye']);
  expect(sockets.everOpened[0]).toBe(SITE);
  expect(loads()).toBe(0);
  expect(await server.views('hello')).toEqual({ live: 0, total: 2 });
});

test.describe('when it ends', () => {
  test.use({ javaScriptEnabled: false });

  test('the views are there after a second start, without JavaScript too', async ({
    page,
    server,
    read,
  }) => {
    await read('hello');
    await server.stop();
    await server.start();
    await page.goto('/posts/hello');
    await expect(page.locator('.view-counter-total')).toHaveText('1 view');
  });
});

test('a page and a file that there are not have the layout around them', async ({ request }) => {
  for (const path of ['/nothing', '/favicon.ico']) {
    const missing = await request.get(path);
    expect(missing.status(), path).toBe(404);
    expect(await missing.text()).toContain('0 on this site now');
  }
});

test('a page asks to be left out, and is', async ({ page, server }) => {
  await page.goto('/posts/hello#ignore-me');
  await page.getByRole('button', { name: 'Leave this browser out' }).click();
  await expect(page.locator('.view-counter')).toHaveText('0 reading now · 1 view');
  expect(await server.views('hello')).toEqual({ live: 0, total: 1 });
});
