import type { Page } from '@playwright/test';
import { countLoads } from '../../support/page';
import { expect, test } from './fixtures';

// A client that knows the address and the frames, and nothing of this project: it names no
// view, and leaves and joins with Astro's navigations. The note Slack water has one.
test.use({
  files: { folder: 'examples/astro/dist', written: 'http://127.0.0.1:4321' },
  slugs: '/sitemap-index.xml',
});

const NOTE = '/posts/slack-water/';
const SLUG = 'posts%2Fslack-water';

const counter = (page: Page) => page.locator('own-counter');
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test('a client against the wire alone counts, and shows numbers that move', async ({
  page,
  context,
  server,
  sockets,
}) => {
  await page.goto(NOTE);
  await expect(counter(page)).toHaveText('1 reading now · 1 views');
  const queries = () => sockets.opened.map((socket) => new URL(socket.url()).search);
  await expect.poll(queries).toEqual(['']);

  const second = await context.newPage();
  await second.goto(NOTE);
  await expect(counter(page)).toHaveText('2 reading now · 2 views');
  await second.close();
  await expect(counter(page)).toHaveText('1 reading now · 2 views');
  expect(await server.views(SLUG)).toEqual({ live: 1, total: 2 });
});

test('it leaves before the next page is fetched, and back is a new view', async ({
  page,
  sockets,
  watch,
}) => {
  const note = await watch(SLUG);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  // Also what Astro fetches ahead of a click.
  await page.route('**/posts/noon/', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(NOTE);
  await expect(counter(page)).toHaveText('1 reading now · 1 views');
  const loads = countLoads(page);

  await page.getByRole('link', { name: 'Next: Noon' }).click();
  await expect.poll(() => note.latest).toEqual({ live: 0, total: 1 });
  await expect(heading(page)).toHaveText('Slack water');
  release();
  await expect(heading(page)).toHaveText('Noon');
  await expect(page.locator('view-counter')).toHaveText('1 reading now · 1 view');

  await page.goBack();
  await expect(heading(page)).toHaveText('Slack water');
  await expect(counter(page)).toHaveText('1 reading now · 2 views');
  await expect.poll(() => sockets.slugs).toEqual([SLUG]);
  expect(note.mostLive).toBe(1);
  expect(loads(), 'no document was loaded').toBe(0);
});

test('it begins with a navigation too, and once', async ({ page, sockets, server }) => {
  await page.goto('/posts/dusk/');
  const loads = countLoads(page);
  for (const total of [1, 2, 3]) {
    await page.getByRole('link', { name: 'Next: Slack water' }).click();
    await expect(counter(page)).toHaveText(`1 reading now · ${total} views`);
    await page.goBack();
    await expect(heading(page)).toHaveText('Dusk');
  }
  await expect.poll(() => server.views(SLUG)).toEqual({ live: 0, total: 3 });
  const ofSlug = () => sockets.opened.filter((socket) => socket.url().endsWith(SLUG));
  await expect.poll(ofSlug).toHaveLength(3);
  expect(loads(), 'no document was loaded').toBe(0);
});

test.describe('a page of another site', () => {
  test.use({ expectedComplaints: /Unexpected response code: 403/ });

  test('is refused, and keeps what it says itself', async ({
    page,
    elsewhere,
    server,
    complaints,
  }) => {
    await page.goto(`${elsewhere.url}${NOTE}`);
    await expect.poll(() => complaints).toHaveLength(1);
    expect(complaints[0]).toContain('Unexpected response code: 403');
    await expect(counter(page)).toHaveText('– reading now · – views');
    expect(await server.views(SLUG)).toEqual({ live: 0, total: 0 });
  });
});
