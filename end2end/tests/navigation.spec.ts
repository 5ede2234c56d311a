import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import {
  counters,
  countLoads,
  expectCounter,
  holdPages,
  hydrated,
  onNavigation,
} from '../support/page';

test('from post to post the reader moves along, without a load', async ({
  page,
  sockets,
  server,
  watch,
}) => {
  const [dawn, noon] = [await watch('dawn'), await watch('noon')];
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  const loads = countLoads(page);

  await page.getByRole('link', { name: 'Next Noon' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  await expect(page).toHaveTitle('Noon · Tide Log');
  await expectCounter(page, '1 reading now · 1 view');
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
  await expect.poll(() => dawn.latest).toEqual({ live: 0, total: 1 });
  await expect.poll(() => noon.latest).toEqual({ live: 1, total: 1 });

  await page.getByRole('link', { name: 'Previous Dawn' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dawn');
  await expectCounter(page, '1 reading now · 2 views');
  await expect.poll(() => sockets.slugs).toEqual(['dawn']);
  await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });

  expect(loads()).toBe(0);
  expect([dawn.mostLive, noon.mostLive]).toEqual([1, 1]);
  await expect.poll(() => new Set(sockets.views).size, 'every view has an id of its own').toBe(3);
});

test('the old post is left before the next one has come', async ({ page, sockets, watch }) => {
  const [dawn, noon] = [await watch('dawn'), await watch('noon')];
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');

  const letGo = await holdPages(page);
  await page.getByRole('link', { name: 'Next Noon' }).click();
  await expect.poll(() => dawn.latest, 'it is left').toEqual({ live: 0, total: 1 });
  await expect.poll(() => sockets.slugs).toEqual([]);
  expect(noon.latest, 'the next one is not yet read').toEqual({ live: 0, total: 0 });

  letGo();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  await expectCounter(page, '1 reading now · 1 view');
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
});

test('what was given up for a page of the history is never read', async ({ page, sockets, server }) => {
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  await page.getByRole('link', { name: 'Next Noon' }).click();
  await expectCounter(page, '1 reading now · 1 view');

  const letGo = await holdPages(page);
  await page.getByRole('link', { name: 'Next Dusk' }).click();
  await expect.poll(() => sockets.slugs).toEqual([]);
  await expect(page, 'the address is that of the page that is there').toHaveURL(/\/posts\/noon$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/posts\/dawn$/);
  letGo();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dawn');
  await expectCounter(page, '1 reading now · 2 views');
  await page.unrouteAll({ behavior: 'wait' });
  await expect.poll(() => sockets.slugs).toEqual(['dawn']);
  expect(await server.views('noon')).toEqual({ live: 0, total: 1 });
  expect(await server.views('dusk')).toEqual({ live: 0, total: 0 });
});

test('a click that is given up for a section of the page is a return as the same view', async ({
  page,
  sockets,
  server,
}) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  const letGo = await holdPages(page);
  await page.getByRole('link', { name: 'Next Dusk' }).click();
  await expect.poll(() => sockets.slugs).toEqual([]);
  await page
    .getByRole('navigation', { name: 'Contents' })
    .getByRole('link', { name: 'Clay' })
    .click();
  await expect(page).toHaveURL(/\/posts\/noon#clay$/);
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
  await expect(page.getByRole('main')).not.toHaveAttribute('aria-busy');
  letGo();
  await page.unrouteAll({ behavior: 'wait' });
  await expectCounter(page, '1 reading now · 1 view');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  expect(await server.views('dusk')).toEqual({ live: 0, total: 0 });
});

test('back and forward are views like any other', async ({ page, sockets, server }) => {
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  await page.getByRole('link', { name: 'Next Noon' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  await expectCounter(page, '1 reading now · 1 view');

  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dawn');
  await expectCounter(page, '1 reading now · 2 views');
  await expect.poll(() => sockets.slugs).toEqual(['dawn']);
  await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });

  await page.goForward();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  await expectCounter(page, '1 reading now · 2 views');
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
  await expect.poll(() => server.views('dawn')).toEqual({ live: 0, total: 2 });
});

test('away to a page without a counter and back again', async ({ page, sockets, server }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await page.getByRole('link', { name: 'About' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('About');
  await expect.poll(() => sockets.slugs).toEqual([]);
  await expect(page.locator('.view-counter')).toHaveCount(0);
  await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });

  await page.goBack();
  await expectCounter(page, '1 reading now · 2 views');
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
});

test.describe('a hurried reader', () => {
  // Chromium warns of a socket that was given up before it was open; giving it
  // up is what is asked for here.
  test.use({ expectedComplaints: /WebSocket is closed before the connection is established/ });

  /** Five clicks, none of which waits for what the one before it brings. */
  async function hurry(page: Page, clicked = () => {}): Promise<void> {
    for (const post of ['noon', 'dusk', 'night', 'noon', 'dusk']) {
      await page.locator('.prose').getByRole('link', { name: post, exact: true }).click();
    }
    clicked();
    await expect(page).toHaveURL(/\/posts\/dusk$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
    await expect(counters(page, 'live')).toHaveCount(2);
  }

  test('reads one post in the end', async ({ page, sockets, server }) => {
    await page.goto('/posts/dawn');
    await expectCounter(page, '1 reading now · 1 view');
    await hurry(page);

    await expect.poll(() => sockets.slugs).toEqual(['dusk']);
    for (const [post, live] of Object.entries({ dawn: 0, noon: 0, dusk: 1, night: 0 })) {
      await expect.poll(async () => (await server.views(post)).live, post).toBe(live);
    }
  });

  test('has not viewed what came too late to be shown', async ({ page, sockets, server }) => {
    await page.goto('/posts/dawn');
    await expectCounter(page, '1 reading now · 1 view');
    // The answers come after the last click, in the reverse order of the questions.
    let clicked = () => {};
    const afterLastClick = new Promise<void>((resolve) => (clicked = resolve));
    let delay = 1_200;
    await onNavigation(page, async (route) => {
      delay -= 200;
      const mine = delay;
      await afterLastClick;
      await new Promise((resume) => setTimeout(resume, mine));
      // The page may have given up on it meanwhile.
      await route.continue().catch(() => {});
    });
    await hurry(page, clicked);

    await expectCounter(page, '1 reading now · 1 view');
    await expect.poll(() => sockets.slugs).toEqual(['dusk']);
    await page.unrouteAll({ behavior: 'wait' });
    expect(await server.views('dawn')).toEqual({ live: 0, total: 1 });
    expect(await server.views('noon')).toEqual({ live: 0, total: 0 });
    expect(await server.views('night')).toEqual({ live: 0, total: 0 });
    expect(await server.views('dusk')).toEqual({ live: 1, total: 1 });
    await expect.poll(() => sockets.opened).toHaveLength(2);
  });
});

test('a jump within the post leaves nothing', async ({ page, sockets, server }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  const contents = page.getByRole('navigation', { name: 'Contents' });
  await contents.getByRole('link', { name: 'Clay' }).click();
  await expect(page).toHaveURL(/#clay$/);
  await contents.getByRole('link', { name: 'Sand' }).click();
  await expect(page).toHaveURL(/#sand$/);
  await page.goBack();
  await expect(page).toHaveURL(/#clay$/);

  await expectCounter(page, '1 reading now · 1 view');
  await expect.poll(() => sockets.opened).toHaveLength(1);
  expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
});

test('a link to a section of another post leads to the section', async ({ page, sockets }) => {
  await page.goto('/about');
  await hydrated(page);
  const loads = countLoads(page);
  await page.getByRole('link', { name: 'how far to walk' }).click();
  await expect(page).toHaveURL(/\/posts\/noon#how-far-to-walk$/);
  await expectCounter(page, '1 reading now · 1 view');
  await expect(page.getByRole('heading', { name: 'How far to walk' })).toBeInViewport();
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
  expect(loads()).toBe(0);
});
