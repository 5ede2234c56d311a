import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { expectCounter, hydrated, PAGES } from '../support/page';
import { SITE_URL } from '../support/server';

// The document of the page that does not exist is itself a 404, and Chromium
// says so; anything else that is missing fails the test.
test.use({ expectedComplaints: /404 \(Not Found\) \(http:\/\/[^/]+\/nowhere\)/ });

/** Waits until a page has done all that it does by itself. */
async function settled(page: Page, name: string): Promise<void> {
  await hydrated(page);
  if (name === 'post') await expectCounter(page, '1 reading now · 1 view');
}

for (const [name, path] of Object.entries(PAGES)) {
  test(`${name}: every request succeeds, and stays on the site`, async ({ page, server }) => {
    const troubles: string[] = [];
    page.on('requestfailed', (request) => {
      troubles.push(`${request.url()}: ${request.failure()?.errorText}`);
    });
    page.on('response', (response) => {
      const itself = response.request().isNavigationRequest();
      if (!response.ok() && !itself) troubles.push(`${response.url()}: ${response.status()}`);
    });
    const origins = new Set<string>();
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    page.on('websocket', (socket) => origins.add(new URL(socket.url()).origin));

    const response = await page.goto(path, { waitUntil: 'networkidle' });
    expect(response?.status()).toBe(name === 'missing' ? 404 : 200);
    await settled(page, name);
    expect(troubles).toEqual([]);
    const own = name === 'post' ? [server.url, server.url.replace('http', 'ws')] : [server.url];
    expect([...origins].sort()).toEqual(own);
  });

  test(`${name}: nothing is stored in the browser`, async ({ page, context }) => {
    const response = await page.goto(path);
    await settled(page, name);
    expect(await response?.headerValue('set-cookie')).toBeNull();
    expect(await context.cookies()).toEqual([]);
    const stored = await page.evaluate(async () => [
      localStorage.length,
      sessionStorage.length,
      (await indexedDB.databases()).length,
      (await caches.keys()).length,
    ]);
    expect(stored).toEqual([0, 0, 0, 0]);
  });
}

for (const width of [320, 390, 1280]) {
  test(`at ${width} px no page scrolls sideways`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    for (const path of Object.values(PAGES)) {
      await page.goto(path);
      await hydrated(page);
      const [content, room] = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth];
      });
      expect(content, `${path} is wider than the window`).toBe(room);
    }
  });
}

test('the header says where one is and where one can go', async ({ page }) => {
  await page.goto('/about');
  await hydrated(page);
  await expect(page.getByRole('banner')).toMatchAriaSnapshot(`
    - banner:
      - link "Tide Log":
        - /url: /
      - navigation "Site":
        - list:
          - listitem:
            - link "Posts":
              - /url: /
          - listitem:
            - link "About":
              - /url: /about
          - listitem:
            - link "Feed":
              - /url: /feed.xml
      - button "Switch between light and dark"
  `);
  const current = page.locator('[aria-current="page"]');
  await expect(current).toHaveText('About');
  await page.getByRole('link', { name: 'Posts' }).click();
  await expect(current).toHaveText(['Tide Log', 'Posts']);
});

test('a post is an article with its numbers, facts, contents and neighbours', async ({ page }) => {
  await page.goto('/posts/dusk');
  await expectCounter(page, '1 reading now · 1 view');
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - article:
        - heading "Dusk" [level=1]
        - paragraph: /1 reading now.* 1 view/
        - paragraph:
          - time: 3 March 2026
        - paragraph: 1 min read
        - list "Tags":
          - listitem:
            - link "Flood":
              - /url: /tags/flood
        - navigation "Contents":
          - heading "Contents" [level=2]
          - list:
            - listitem:
              - link "From behind":
                - /url: "#from-behind"
        - paragraph: /The water comes back/
        - heading "From behind" [level=2]
        - link "Link to “From behind”":
          - /url: "#from-behind"
        - paragraph: It fills the gullies first.
        - paragraph: /1 reading now.* 1 view/
        - navigation "Previous and next post":
          - link "Previous Noon":
            - /url: /posts/noon
          - link "Next Night":
            - /url: /posts/night
  `);
});

test('a page describes itself once, and under its public address', async ({ page }) => {
  const expectHead = async (path: string, title: string) => {
    await expect(page).toHaveTitle(title);
    const canonical = page.locator('link[rel="canonical"]');
    await expect(canonical).toHaveCount(1);
    await expect(canonical).toHaveAttribute('href', `${SITE_URL}${path}`);
    for (const name of ['name="description"', 'property="og:title"', 'property="og:url"']) {
      await expect(page.locator(`meta[${name}]`)).toHaveCount(1);
    }
  };
  await page.goto('/posts/noon');
  await expectHead('/posts/noon', 'Noon · Tide Log');
  await hydrated(page);
  await expectHead('/posts/noon', 'Noon · Tide Log');
  // Also when one leads to the other without a load.
  await page.getByRole('link', { name: 'Next Dusk' }).click();
  await expectHead('/posts/dusk', 'Dusk · Tide Log');
  await page.getByRole('link', { name: 'Flood' }).click();
  await expectHead('/tags/flood', 'Posts tagged Flood · Tide Log');
  await page.getByRole('link', { name: 'About' }).click();
  await expectHead('/about', 'About · Tide Log');
  await page.getByRole('link', { name: 'Tide Log' }).click();
  await expectHead('/', 'Tide Log');
});

test('the site has an icon for every browser, and for a home screen', async ({ page, request }) => {
  await page.goto('/about');
  const icons = await page
    .locator('link[rel="icon"], link[rel="apple-touch-icon"]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  expect(icons).toEqual(['/favicon.ico', '/favicon.svg', '/apple-touch-icon.png']);
  const types = await Promise.all(
    icons.map(async (icon) => (await request.get(icon)).headers()['content-type']),
  );
  expect(types).toEqual(['image/x-icon', 'image/svg+xml', 'image/png']);
  const width = (icon: string) =>
    page.evaluate(async (icon) => {
      const image = Object.assign(new Image(), { src: icon });
      await image.decode();
      return image.naturalWidth;
    }, icon);
  expect(await width('/favicon.ico')).toBe(32);
  expect(await width('/apple-touch-icon.png')).toBe(180);
});

test('on paper there is the total, and nobody reads now', async ({ page }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText('1 view').first()).toBeVisible();
  for (const live of await page.getByText('reading now').all()) await expect(live).toBeHidden();
});
