/** What a navigation cannot do a load does; and which links are navigations. */

import type { Page } from '@playwright/test';
import { withFiles } from '../support/content';
import { expect, test } from '../support/fixtures';
import { countLoads, expectCounter, holdPages, hydrated, onNavigation } from '../support/page';

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const next = (page: Page) => page.getByRole('link', { name: 'Next Noon' });

const HTML = { 'content-type': 'text/html; charset=utf-8' };

test.describe('a page that a navigation cannot show is loaded', () => {
  // The first answer is what the test is about, and the browser tells of some.
  test.use({ expectedComplaints: /status of (429|503)|ERR_(FAILED|ABORTED|INTERNET_DISCONNECTED)/ });

  for (const [what, answer] of [
    ['a server that is busy', { status: 503, body: '{}', contentType: 'application/json' }],
    ['a reader who asks too often', { status: 429, body: '{}', contentType: 'application/json' }],
    ['another build', { headers: HTML, body: '<html data-version="0"><main>Old</main>' }],
    ['what some proxy says', { status: 503, headers: HTML, body: '<h1>Bad gateway</h1>' }],
    ['a file', { contentType: 'application/pdf', body: '%PDF-1.7' }],
    ['nothing', undefined],
  ] as const) {
    test(what, async ({ page }) => {
      await page.goto('/posts/dawn');
      await hydrated(page);
      const loads = countLoads(page);
      const before = await page.evaluate(() => history.length);
      await onNavigation(page, (route) => (answer ? route.fulfill(answer) : route.abort()));
      await next(page).click();
      await expect(heading(page)).toHaveText('Noon');
      await expectCounter(page, '1 reading now · 1 view');
      expect(loads()).toBe(1);
      expect(await page.evaluate(() => history.length)).toBe(before + 1);
      await page.unrouteAll();
      await page.goBack();
      await expect(heading(page)).toHaveText('Dawn');
      await expect(page).toHaveURL(/\/posts\/dawn$/);
    });
  }

  test('the browser says itself that it is offline, and back is another page', async ({ page, context }) => {
    await page.goto('/posts/dawn');
    await hydrated(page);
    await next(page).click();
    await expect(heading(page)).toHaveText('Noon');
    await context.setOffline(true);
    await page.getByRole('link', { name: 'Next Dusk' }).click();
    await expect(page.locator('main'), 'a page of the browser').toHaveCount(0);
    await context.setOffline(false);
    await page.goBack();
    await expect(page).toHaveURL(/\/posts\/noon$/);
    await expect(heading(page)).toHaveText('Noon');
  });
});

test('a page that does not come in ten seconds is loaded', async ({ page }) => {
  await page.clock.install();
  await page.goto('/posts/dawn');
  await page.clock.runFor(5_000);
  await hydrated(page);
  const loads = countLoads(page);
  // It is never answered.
  await onNavigation(page, () => new Promise(() => {}));
  await next(page).click();
  await page.clock.runFor(9_000);
  expect(loads()).toBe(0);
  await expect(heading(page)).toHaveText('Dawn');
  await page.clock.runFor(2_000);
  await expect(heading(page)).toHaveText('Noon');
  expect(loads()).toBe(1);
});

test.describe('an address with no page', () => {
  test.use({ expectedComplaints: /404 \(Not Found\)/ });

  test('shows the page that says so, without a load', async ({ page }) => {
    await page.goto('/about');
    await hydrated(page);
    const loads = countLoads(page);
    await page.getByRole('link', { name: 'a post that is gone' }).click();
    await expect(heading(page)).toHaveText(/Nobody is reading/);
    await expect(page).toHaveURL(/\/posts\/gone$/);
    await page.goBack();
    await expect(heading(page)).toHaveText('About');
    expect(loads()).toBe(0);
    // Of what is no page at all, the browser sees to.
    await page.getByRole('link', { name: 'a page that never was' }).click();
    await expect(heading(page)).toHaveText(/Nobody is reading/);
    expect(loads()).toBe(1);
  });
});

test('an address that leads to another is that other', async ({ page }) => {
  await page.goto('/posts/dawn');
  await hydrated(page);
  const loads = countLoads(page);
  await page.evaluate(() => {
    const link = document.querySelector<HTMLAnchorElement>('a[rel=next]');
    if (link) link.href = '/posts//noon/?a=b#clay';
    link?.click();
  });
  await expect(heading(page)).toHaveText('Noon');
  await expect(page).toHaveURL(/\/posts\/noon\?a=b#clay$/);
  expect(loads()).toBe(0);
});

const LINKS = `+++
title = "Links"
date = 2026-03-06
description = "Links of all kinds."
+++

<a id="media" href="/media/posts/tide.svg">media</a>
<a id="feed" href="/feed.xml">feed</a>
<a id="json" href="/api/v1/views">numbers</a>
<a id="section" href="#here">section</a>
<a id="top" href="#">top</a>
<a id="whole" href="/posts/links#here">whole address of the section</a>
<a id="target" href="/posts/noon" target="_blank">another window</a>
<a id="external" href="/posts/noon" rel="external">by a load</a>
<a id="download" href="/posts/noon" download>to be kept</a>
<a id="inner" href="/posts/noon"><b>bold</b></a>
<a id="self" href="/posts/links">this page</a>

${'A line.\n\n'.repeat(80)}
## Here
`;

test('each link is opened as a browser would open it', async ({ page, context }) => {
  await withFiles({ 'posts/links.md': LINKS }, async (server) => {
    const open = async () => {
      await page.goto(server.url + '/posts/links');
      await hydrated(page);
      return countLoads(page);
    };
    for (const [id, url] of [
      ['media', /tide\.svg$/],
      ['feed', /feed\.xml$/],
      ['json', /api\/v1\/views$/],
      ['external', /posts\/noon$/],
    ] as const) {
      const loads = await open();
      await page.locator(`#${id}`).click();
      await expect(page).toHaveURL(url);
      await page.waitForLoadState();
      expect(loads(), id).toBe(1);
    }

    let loads = await open();
    for (const id of ['section', 'whole']) {
      await page.locator(`#${id}`).click();
      await expect(page).toHaveURL(/#here$/);
      await expect(page.getByRole('heading', { name: 'Here' })).toBeInViewport();
    }
    await page.locator('#top').click();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
    await page.locator('#inner b').click();
    await expect(heading(page)).toHaveText('Noon');
    expect(loads(), 'none of them loads a document').toBe(0);

    // The links of the page are there, and the address is the same.
    loads = await open();
    const before = await page.evaluate(() => history.length);
    await page.locator('#self').click();
    await expectCounter(page, '1 reading now · 7 views');
    expect(loads()).toBe(0);
    expect(await page.evaluate(() => history.length)).toBe(before);

    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.locator('#target').click(),
    ]);
    await expect(heading(popup)).toHaveText('Noon');
    await popup.close();
    for (const modifier of ['Control', 'Shift'] as const) {
      const [other] = await Promise.all([
        context.waitForEvent('page'),
        page.locator('#inner').click({ modifiers: [modifier] }),
      ]);
      await expect(heading(other)).toHaveText('Noon');
      await other.close();
    }
    const [middle] = await Promise.all([
      context.waitForEvent('page'),
      page.locator('#inner').click({ button: 'middle' }),
    ]);
    await expect(heading(middle)).toHaveText('Noon');
    await middle.close();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('#download').click(),
    ]);
    await download.cancel();
    await expect(heading(page)).toHaveText('Links');
  });
});

test('a page that offers a file to keep stays, and is read on', async ({ page, sockets }) => {
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  const asFile = { 'content-disposition': 'attachment; filename="a.txt"', 'content-type': 'text/plain' };
  await page.route('**/posts/noon', (route) => route.fulfill({ headers: asFile, body: 'x' }));
  const [download] = await Promise.all([page.waitForEvent('download'), next(page).click()]);
  await download.cancel();
  await expect(heading(page)).toHaveText('Dawn');
  await expect(page).toHaveURL(/\/posts\/dawn$/);
  await expect(page.getByRole('main')).not.toHaveAttribute('aria-busy');
  await expect.poll(() => sockets.slugs, { timeout: 15_000 }).toEqual(['dawn']);
  expect(new Set(sockets.views).size, 'as the same view').toBe(1);
});

test('a click that another script has taken is not ours', async ({ page }) => {
  await page.goto('/posts/dawn');
  await hydrated(page);
  await page.evaluate(() =>
    document.querySelector('a[rel=next]')?.addEventListener('click', (click) => click.preventDefault()),
  );
  await next(page).click();
  await page.getByRole('link', { name: 'About' }).click();
  await expect(heading(page)).toHaveText('About');
  await page.goBack();
  await expect(heading(page)).toHaveText('Dawn');
});

test('two quick clicks show the second page', async ({ page, server }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await page.evaluate(() => {
    document.querySelector<HTMLElement>('a[rel=next]')?.click();
    document.querySelector<HTMLElement>('a[rel=prev]')?.click();
  });
  await expect(heading(page)).toHaveText('Dawn');
  await expectCounter(page, '1 reading now · 1 view');
  expect(await server.views('dusk')).toEqual({ live: 0, total: 0 });
  await page.goBack();
  await expect(heading(page)).toHaveText('Noon');
});

test('a page that is pointed at is fetched once, and counted when it is shown', async ({ page, server }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'fetch') asked.push(new URL(request.url()).pathname);
  });
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  const noon = () => asked.filter((path) => path === '/posts/noon');
  await next(page).hover();
  await expect.poll(noon).toHaveLength(1);
  await heading(page).hover();
  await next(page).hover();
  // What is pointed at is fetched after 65 ms.
  await page.waitForTimeout(300);
  expect(noon(), 'once').toHaveLength(1);
  expect(await server.views('noon')).toEqual({ live: 0, total: 0 });
  await next(page).click();
  await expectCounter(page, '1 reading now · 1 view');
  await expect(heading(page)).toHaveText('Noon');
});

test('a click on what is being fetched ahead waits for that', async ({ page, network, server }) => {
  const noon = () => network.requests.filter((path) => path === '/posts/noon');
  await page.goto(`${network.url}/posts/dawn`);
  await expectCounter(page, '1 reading now · 1 view');
  network.silence();
  await next(page).hover();
  await expect.poll(noon).toHaveLength(1);
  await next(page).click();
  await expect(page.getByRole('main')).toHaveAttribute('aria-busy', 'true');
  network.revive();
  await expectCounter(page, '1 reading now · 1 view');
  await expect(heading(page)).toHaveText('Noon');
  expect(noon()).toHaveLength(1);
  expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
});

test('what cannot be fetched ahead is loaded at once when it is clicked meanwhile', async ({ page }) => {
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  let [asked, letGo] = [0, (): void => {}];
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await onNavigation(page, async (route) => {
    asked += 1;
    await held;
    await route.fulfill({ contentType: 'text/plain', body: 'a proxy that waited for the server' });
  });
  await next(page).hover();
  await expect.poll(() => asked).toBe(1);
  await next(page).click();
  letGo();
  await expectCounter(page, '1 reading now · 1 view');
  await expect(heading(page)).toHaveText('Noon');
  expect(asked, 'nobody waits for it twice').toBe(1);
});

test('a click elsewhere while a page is fetched ahead is followed at once', async ({ page, network }) => {
  await page.goto(`${network.url}/posts/noon`);
  await expectCounter(page, '1 reading now · 1 view');
  let [asked, letGo] = [0, (): void => {}];
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/posts/dusk', async (route) => {
    asked += 1;
    await held;
    await route.continue();
  });
  await page.locator('a[rel=next]').hover();
  await expect.poll(() => asked).toBe(1);
  await page.locator('a[rel=next]').click();
  await page.locator('a[rel=prev]').click();
  await expect(heading(page)).toHaveText('Dawn');
  letGo();
  await expectCounter(page, '1 reading now · 1 view');
  expect(asked, 'nor is the first asked for again').toBe(1);
});

test('who saves data has nothing fetched ahead', async ({ page }) => {
  await page.addInitScript(() =>
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } }),
  );
  let asked = 0;
  await onNavigation(page, async (route) => {
    asked += 1;
    await route.continue();
  });
  await page.goto('/posts/dawn');
  await hydrated(page);
  await next(page).hover();
  // What is pointed at is fetched after 65 ms.
  await page.waitForTimeout(300);
  expect(asked).toBe(0);
  await next(page).click();
  await expect(heading(page)).toHaveText('Noon');
  expect(asked).toBe(1);
});

test('a file that is clicked while a page is awaited is what is shown', async ({ page, server }) => {
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  const letGo = await holdPages(page);
  await next(page).click();
  await expect(page.getByRole('main')).toHaveAttribute('aria-busy', 'true');
  // Nor is it while the file's answer is awaited.
  await page.route('**/feed.xml', async (route) => {
    letGo();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.fulfill({ contentType: 'text/plain', body: 'a file' });
  });
  await page.getByRole('link', { name: 'Feed' }).first().click();
  await expect(page.getByText('a file')).toBeVisible();
  expect(await server.views('noon')).toEqual({ live: 0, total: 0 });
  await page.goBack();
  await expect(heading(page)).toHaveText('Dawn');
});

test.describe('while a page is loaded', () => {
  test.use({ expectedComplaints: /status of 503/ });

  test('a page that is loaded is not shown when another was clicked meanwhile', async ({ page, server }) => {
    await page.goto('/posts/noon');
    await expectCounter(page, '1 reading now · 1 view');
    // Neither way it comes in time.
    await page.route('**/posts/dusk', async (route) => {
      if (route.request().resourceType() === 'fetch') return route.fulfill({ status: 503 });
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await route.continue().catch(() => {});
    });
    // Playwright asks nothing of a page that is about to be left.
    await page.evaluate(() => {
      const click = (way: string) =>
        document.querySelector<HTMLElement>(`a[rel=${way}]`)?.click();
      click('next');
      setTimeout(() => click('prev'), 800);
    });
    await expect(heading(page)).toHaveText('Dawn');
    await expectCounter(page, '1 reading now · 1 view');
    await page.unrouteAll({ behavior: 'wait' });
    await expect(heading(page)).toHaveText('Dawn');
    expect(await server.views('dusk')).toEqual({ live: 0, total: 0 });
  });
});
