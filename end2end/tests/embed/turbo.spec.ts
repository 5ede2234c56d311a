import type { Page } from '@playwright/test';
import { countLoads } from '../../support/page';
import { expect, test } from './fixtures';

// Plain pages with Turbo Drive, as npm has it.
test.use({
  files: {
    folder: 'end2end/turbo',
    more: { '/turbo.js': 'end2end/node_modules/@hotwired/turbo/dist/turbo.es2017-umd.js' },
  },
  slugs: '/slugs.txt',
});

const counter = (page: Page) => page.locator('main view-counter');
const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const link = (page: Page, name: string) => page.getByRole('link', { name });

/** Holds this page back, fetched ahead or not, until what this returns is called. */
async function hold(page: Page, path: string): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(`**${path}`, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

test('a visit leaves one note and reads the next, without a load', async ({
  page,
  sockets,
  watch,
}) => {
  const [noon, dusk] = [await watch('noon.html'), await watch('dusk.html')];
  await page.goto('/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  const loads = countLoads(page);

  await link(page, 'Next: Dusk').click();
  await expect(heading(page)).toHaveText('Dusk');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await expect.poll(() => noon.latest).toEqual({ live: 0, total: 1 });
  await expect.poll(() => sockets.slugs).toEqual(['dusk.html']);

  // From Turbo's cache, without a question to the site.
  await page.goBack();
  await expect(heading(page)).toHaveText('Noon');
  await expect(counter(page)).toHaveText('1 reading now · 2 views');
  await expect.poll(() => dusk.latest).toEqual({ live: 0, total: 1 });
  expect([noon.mostLive, dusk.mostLive]).toEqual([1, 1]);

  await link(page, 'All notes').click();
  await expect(heading(page)).toHaveText('Tide notes');
  await expect.poll(() => noon.latest).toEqual({ live: 0, total: 2 });
  expect(loads(), 'no document was loaded').toBe(0);
  await expect.poll(() => sockets.slugs).toEqual([]);
  await expect.poll(() => new Set(sockets.views).size, 'each showing has an id of its own').toBe(3);
});

test('the socket is closed before the next page is fetched', async ({ page, watch }) => {
  const noon = await watch('noon.html');
  await page.goto('/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  const release = await hold(page, '/dusk.html');
  await link(page, 'Next: Dusk').click();
  await expect.poll(() => noon.latest).toEqual({ live: 0, total: 1 });
  await expect(heading(page)).toHaveText('Noon');
  release();
  await expect(heading(page)).toHaveText('Dusk');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
});

test('a preview from the cache is no view, and what follows it is one', async ({
  page,
  sockets,
  watch,
}) => {
  const noon = await watch('noon.html');
  await page.goto('/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await link(page, 'Next: Dusk').click();
  await expect(heading(page)).toHaveText('Dusk');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');

  const release = await hold(page, '/noon.html');
  await link(page, 'Next: Noon').click();
  await expect(page.locator('html[data-turbo-preview]')).toBeAttached();
  await expect(heading(page)).toHaveText('Noon');
  await page.waitForTimeout(500);
  await expect(counter(page), 'no number of the note before').toHaveText('');
  await expect.poll(() => sockets.slugs).toEqual([]);
  expect(noon.latest).toEqual({ live: 0, total: 1 });

  release();
  await expect(page.locator('html[data-turbo-preview]')).not.toBeAttached();
  await expect(counter(page)).toHaveText('1 reading now · 2 views');
  await expect.poll(() => sockets.slugs).toEqual(['noon.html']);
  await expect.poll(() => sockets.opened).toHaveLength(3);
  expect(noon.mostLive).toBe(1);
});

test('what is fetched ahead is no view before it is visited', async ({ page, sockets, server }) => {
  const asked: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/dusk.html')) asked.push(request.headers()['x-sec-purpose']);
  });
  await page.goto('/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await link(page, 'Next: Dusk').hover();
  await expect.poll(() => asked).toEqual(['prefetch']);
  await page.waitForTimeout(500);
  await expect.poll(() => sockets.slugs).toEqual(['noon.html']);
  expect(await server.views('dusk.html')).toEqual({ live: 0, total: 0 });

  await link(page, 'Next: Dusk').click();
  await expect(heading(page)).toHaveText('Dusk');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  expect(asked, 'it was not asked for again').toEqual(['prefetch']);
  expect(await server.views('noon.html')).toEqual({ live: 0, total: 1 });
});

test('whoever stays on the page leaves nothing', async ({ page, sockets, server }) => {
  await page.goto('/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  const visits = await page.evaluateHandle(() => {
    const visits: string[] = [];
    document.addEventListener('turbo:load', () => visits.push(location.pathname + location.hash));
    return visits;
  });

  // To a place in the page, back, and to the page itself: Turbo visits each of them, and
  // puts the page in the place of itself.
  await link(page, 'Boats').click();
  await expect.poll(() => visits.jsonValue()).toEqual(['/noon.html#boats']);
  await page.goBack();
  await expect.poll(() => visits.jsonValue()).toHaveLength(2);
  await link(page, 'This note').click();
  await expect.poll(() => visits.jsonValue()).toHaveLength(3);

  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await expect.poll(() => sockets.opened).toHaveLength(1);
  expect(await server.views('noon.html')).toEqual({ live: 1, total: 1 });
});
