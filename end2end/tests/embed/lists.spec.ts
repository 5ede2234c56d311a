// Pages that list posts: counters that only show.

import type { Route } from '@playwright/test';
import { counters, expect, html, SCRIPT, test } from './host-page';

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

test('a list of long slugs is asked for in requests that servers and proxies take', async ({
  page,
  write,
  read,
}) => {
  await read('noon');
  const letters = (n: number) => 'щ'.repeat(28) + String.fromCharCode(0x430 + (n % 32), 0x430 + n / 32);
  const slugs = [...Array.from({ length: 99 }, (_, n) => letters(n)), 'noon'];
  write(
    '/list',
    html(slugs.map((slug) => `<p><view-counter slug="${slug}" no-count></view-counter></p>`).join('')),
  );
  const asked: URL[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/views?')) asked.push(new URL(request.url()));
  });
  await page.goto('/list');
  await expect(counters(page).last()).toHaveText('1 reading now · 1 view');
  await page.waitForTimeout(300);
  for (const { search } of asked) expect(search.length).toBeLessThanOrEqual(1 + 4_000);
  expect(asked.length, 'and in few').toBeLessThanOrEqual(6);
  expect(asked.flatMap(({ searchParams }) => searchParams.getAll('slug'))).toEqual(slugs);
});

test('a list of a hundred and one is asked for in two requests', async ({ page, write }) => {
  const slugs = Array.from({ length: 101 }, (_, n) => `nowhere/${n}`);
  write(
    '/list',
    html(slugs.map((slug) => `<p><view-counter slug="${slug}" no-count></view-counter></p>`).join('')),
  );
  const asked: number[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/views?')) {
      asked.push(new URL(request.url()).searchParams.getAll('slug').length);
    }
  });
  await page.goto('/list');
  await expect.poll(() => asked).toEqual([100, 1]);
});

test.describe('a server that refuses', () => {
  test.use({ expectedComplaints: /status of 431|answers 431|ERR_FAILED/ });

  test('a list is named in the console, once', async ({ page, write, server }) => {
    await page.clock.install();
    const said: string[] = [];
    page.on('console', (message) => {
      if (message.text().startsWith('<view-counter>')) said.push(message.text());
    });
    let asked = 0;
    await page.route('**/api/v1/views?*', (route) => {
      asked += 1;
      return route.fulfill({ status: 431, headers: { 'access-control-allow-origin': '*' }, body: '' });
    });
    write('/list', html('<view-counter slug="noon" no-count>many</view-counter>'));
    await page.goto('/list');
    await expect.poll(() => asked).toBe(1);
    await page.clock.fastForward(61_000);
    await expect.poll(() => asked).toBe(2);
    await page.waitForTimeout(300);
    expect(said).toEqual([`<view-counter>: ${server.url} answers 431 when it is asked for a list`]);
    await expect(counters(page)).toHaveText('many');
  });

  /** Refuses the module of lists until `accept`; `asked` are the names under which it was wanted. */
  const refuseModule = () => {
    const asked: string[] = [];
    let isRefused = true;
    return {
      asked,
      accept: () => (isRefused = false),
      answer: (route: Route) => {
        const { pathname, search } = new URL(route.request().url());
        asked.push(pathname + search);
        return isRefused ? route.abort() : route.continue();
      },
    };
  };

  test('what lists need is asked for it again, each minute', async ({ page, write }) => {
    await page.clock.install();
    const module = refuseModule();
    await page.route('**/embed-listed*', module.answer);
    write('/list', html('<view-counter slug="noon" no-count></view-counter>'));
    await page.goto('/list');
    await expect.poll(() => module.asked).toEqual(['/embed-listed.js']);
    await page.waitForTimeout(300);
    await page.clock.fastForward(61_000);
    await expect.poll(() => module.asked).toEqual(['/embed-listed.js', '/embed-listed.js?1']);
    await page.waitForTimeout(300);
    module.accept();
    await page.clock.fastForward(61_000);
    await expect.poll(() => module.asked).toHaveLength(3);
    await page.clock.runFor(1_000);
    await expect(counters(page)).toHaveText('0 reading now · 0 views');
    expect(module.asked[2]).toBe('/embed-listed.js?2');
  });

  test('what lists need is asked for it again when the network is back', async ({ page, write }) => {
    const module = refuseModule();
    await page.route('**/embed-listed*', module.answer);
    write('/list', html('<view-counter slug="noon" no-count></view-counter>'));
    await page.goto('/list');
    await expect.poll(() => module.asked).toEqual(['/embed-listed.js']);
    await page.waitForTimeout(300);
    module.accept();
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect(counters(page)).toHaveText('0 reading now · 0 views');
    expect(module.asked).toEqual(['/embed-listed.js', '/embed-listed.js?1']);
  });
});

for (const [name, needs] of [
  ['embed-1.2.3.js', 'embed-listed-1.2.3.js'],
  ['counts/embed-1.2.3.js?a=/embed-9.9.9.js', 'embed-listed-1.2.3.js'],
  ['embed.js?v=1.2.3', 'embed-listed.js'],
  // Others than this program's: those of a site that has copied the script.
  ['embed-5d41402a.js', 'embed-listed.js'],
  ['counter-1.2.3.js', 'embed-listed.js'],
] as const) {
  test(`a page that loads ${name} lists its numbers with ${needs}`, async ({
    page,
    write,
    server,
    request,
  }) => {
    const wanted: string[] = [];
    await page.route(`${server.url}/**`, async (route) => {
      const { pathname, search } = new URL(route.request().url());
      const built = pathname.includes('listed') ? 'embed-listed.js' : 'embed.js';
      if (!pathname.endsWith('.js')) return route.continue();
      wanted.push(pathname + search);
      await route.fulfill({ response: await request.get(`${server.url}/${built}`) });
    });
    write(
      '/list',
      html(
        `<view-counter slug="noon" no-count server="${server.url}"></view-counter>`,
      ).replace(SCRIPT, SCRIPT.replace('embed.js', name)),
    );
    await page.goto('/list');
    await expect(counters(page)).toHaveText('0 reading now · 0 views');
    expect(wanted).toEqual([`/${name}`, `/${needs}`]);
  });
}
