import type { Page } from '@playwright/test';
import { countLoads } from '../../support/page';
import { expect, test } from './fixtures';

// A real Astro site with view transitions; its site map says which pages there are.
test.use({
  files: { folder: 'examples/astro/dist', written: 'http://127.0.0.1:4321' },
  slugs: '/sitemap-index.xml',
});

const counter = (page: Page) => page.locator('main view-counter');

test('a navigation leaves one note and reads the next, without a load', async ({
  page,
  sockets,
  watch,
}) => {
  const [noon, dusk] = [await watch('posts%2Fnoon'), await watch('posts%2Fdusk')];
  await page.goto('/posts/noon/');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  const loads = countLoads(page);

  await page.getByRole('link', { name: 'Next: Dusk' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await expect.poll(() => noon.latest).toEqual({ live: 0, total: 1 });
  const slugs = () => sockets.slugs.map((slug) => decodeURIComponent(slug ?? ''));
  await expect.poll(slugs).toEqual(['posts/dusk']);

  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  await expect(counter(page)).toHaveText('1 reading now · 2 views');
  await expect.poll(() => dusk.latest).toEqual({ live: 0, total: 1 });
  expect([noon.mostLive, dusk.mostLive]).toEqual([1, 1]);

  await page.getByRole('link', { name: 'All notes' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tide notes');
  await expect.poll(() => noon.latest).toEqual({ live: 0, total: 2 });
  expect(loads(), 'no document was loaded').toBe(0);
  await expect.poll(() => sockets.slugs).toEqual([]);
  await expect.poll(() => new Set(sockets.views).size, 'each showing has an id of its own').toBe(3);
});

test('the socket is closed before the next page is fetched', async ({ page, watch }) => {
  const noon = await watch('posts%2Fnoon');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  // Also what Astro fetches ahead of a click.
  await page.route('**/posts/dusk/', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/posts/noon/');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await page.getByRole('link', { name: 'Next: Dusk' }).click();
  await expect.poll(() => noon.latest).toEqual({ live: 0, total: 1 });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  release();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
});

test('a link to the page itself leaves nothing', async ({ page, sockets, server }) => {
  await page.goto('/posts/noon/');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  const loads = countLoads(page);
  const loaded = page.evaluate(
    () => new Promise((done) => document.addEventListener('astro:page-load', done, { once: true })),
  );
  await page.locator('nav a').evaluate((link: HTMLAnchorElement) => (link.href = location.href));
  await page.locator('nav a').click();
  await loaded;
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await expect.poll(() => sockets.opened).toHaveLength(1);
  expect(await server.views('posts%2Fnoon')).toEqual({ live: 1, total: 1 });
  expect(loads()).toBe(0);
});

test('no number of one note is ever shown on another', async ({ page, read }) => {
  await read('posts/noon');
  await page.goto('/posts/noon/');
  await expect(counter(page)).toHaveText('2 reading now · 2 views');
  const shown = await page.evaluateHandle(() => {
    const shown = new Set<string>();
    const look = () => {
      const text = document.querySelector('main view-counter')?.shadowRoot?.textContent;
      if (text) shown.add(`${document.querySelector('h1')?.textContent}: ${text}`);
    };
    // Also between two frames.
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
    const watch = () => {
      look();
      requestAnimationFrame(watch);
    };
    watch();
    return shown;
  });
  await page.getByRole('link', { name: 'Next: Dusk' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  // It is looked at once a frame, which may come later.
  const ofDusk = () => shown.evaluate((shown) => [...shown].filter((text) => text.startsWith('Dusk')));
  await expect.poll(ofDusk).toEqual(['Dusk: 1 reading now · 1 view']);
});
