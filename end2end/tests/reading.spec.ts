import { expect, test } from '../support/fixtures';
import { expectCounter } from '../support/page';

test('every window on a post sees who else reads it', async ({ page, context }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');

  const second = await context.newPage();
  await second.goto('/posts/noon');
  await expectCounter(second, '2 reading now · 2 views');
  await expectCounter(page, '2 reading now · 2 views');

  await second.close();
  await expectCounter(page, '1 reading now · 2 views');
});

test('readers of another post are not counted here', async ({ page, context, server }) => {
  await page.goto('/posts/noon');
  const second = await context.newPage();
  await second.goto('/posts/dusk');
  await expectCounter(second, '1 reading now · 1 view');
  await expectCounter(page, '1 reading now · 1 view');
  expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
});

test('the two counters of a post share one socket, and are one view', async ({ page, sockets }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await expect.poll(() => sockets.opened).toHaveLength(1);
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
  expect(sockets.views[0], 'it is named by a random id').toMatch(/^[0-9a-f]{32}$/);
});

test('a reload is a new view of one reader', async ({ page, sockets, watch }) => {
  const watcher = await watch('noon');
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');

  await page.reload();
  await expectCounter(page, '1 reading now · 2 views');
  await expect.poll(() => new Set(sockets.views).size).toBe(2);
  // Not that it never was 2: the new socket may be heard before the end of the old one.
  await expect.poll(() => watcher.latest).toEqual({ live: 1, total: 2 });
});

test('the home page has the total of every post', { tag: '@blog' }, async ({ page, read }) => {
  await read('dusk');
  await read('dusk');
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');

  const views = (title: string) =>
    page.getByRole('article').filter({ hasText: title }).locator('.post-entry-views');
  const expectTotals = async () => {
    await expect(views('Dawn')).toHaveText('0 views');
    await expect(views('Noon')).toHaveText('1 view');
    await expect(views('Dusk')).toHaveText('2 views');
  };
  await page.getByRole('link', { name: 'Tide Log' }).click();
  await expectTotals();
  await page.reload();
  await expectTotals();
});

test('the page comes with its numbers, before any script runs', { tag: '@blog' }, async ({ request, read }) => {
  await read('noon');
  const html = await (await request.get('/posts/noon')).text();
  expect(html).toContain('>1 view</span>');
});
