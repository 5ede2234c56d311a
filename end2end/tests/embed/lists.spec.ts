// Pages that list posts: counters that only show.

import { counters, expect, html, test } from './host-page';

test('sixty counters that do not count are one request, no socket and no view', async ({
  page,
  write,
  server,
  sockets,
  read,
}) => {
  const reader = await read('noon');
  const slugs = ['noon', 'dusk', ...Array.from({ length: 58 }, (_, n) => `nowhere/${n}`)];
  write(
    '/list',
    html(
      slugs
        .map((slug) => `<p><a href="/${slug}">${slug}</a> <view-counter slug="${slug}" no-count></view-counter></p>`)
        .join(''),
    ),
  );
  const asked: string[] = [];
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === server.url) asked.push(pathname);
  });
  await page.goto('/list');
  await expect(counters(page).first()).toHaveText('1 reading now · 1 view');
  await expect(counters(page).nth(1)).toHaveText('0 reading now · 0 views');
  await expect(counters(page).nth(2), 'one that is not counted shows nothing').toHaveText('');
  expect(asked).toEqual(['/embed.js', '/embed-listed.js', '/api/v1/views']);
  expect(sockets.opened).toEqual([]);
  expect(await server.views('dusk')).toEqual({ live: 0, total: 0 });
  void reader;
});

test('a list whose counters are parsed one after the other is one request', async ({
  page,
  write,
  read,
}) => {
  await read('noon');
  const slugs = ['noon', 'x'.repeat(201), ...Array.from({ length: 58 }, (_, n) => `nowhere/${n}`)];
  const list = slugs
    .map((slug) => `<p><view-counter slug="${slug}" no-count></view-counter></p>`)
    .join('\n');
  // Not async: it is there before the first of them.
  write('/list', html(list).replace(' async', ''));
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/views')) asked.push(request.url());
  });
  await page.goto('/list');
  await expect(counters(page).first()).toHaveText('1 reading now · 1 view');
  await page.evaluate(() => {
    const counter = document.createElement('view-counter');
    counter.setAttribute('slug', 'noon');
    counter.toggleAttribute('no-count', true);
    document.body.append(counter);
  });
  await expect(counters(page).last()).toHaveText('1 reading now · 1 view');
  await page.waitForTimeout(500);
  expect(asked, 'what is known is not asked for again').toHaveLength(1);
});

test('a list that is seen again is asked for again', async ({ page, write, read }) => {
  await page.clock.install();
  write('/list', html('<view-counter slug="noon" show="total" no-count></view-counter>'));
  await page.goto('/list');
  await expect(counters(page)).toHaveText('0 views');
  await read('noon');
  await page.clock.fastForward(61_000);
  await expect(counters(page)).toHaveText('1 view');
});

test('a counter that counts may stand beside one that does not', async ({ page, write, server }) => {
  write(
    '/noon',
    html(`<view-counter slug="noon"></view-counter>
      <p><view-counter slug="dusk" no-count></view-counter></p>`),
  );
  await page.goto('/noon');
  await expect(counters(page)).toHaveText(['1 reading now · 1 view', '0 reading now · 0 views']);
  await page.locator('p view-counter').evaluate((counter) => counter.removeAttribute('no-count'));
  await expect.poll(() => server.views('dusk')).toEqual({ live: 1, total: 1 });
});
