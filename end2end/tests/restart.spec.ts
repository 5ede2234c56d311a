import { expect, SERVER_IS_AWAY, test } from '../support/fixtures';
import { expectCounter, separators } from '../support/page';
import { PLAIN } from '../support/plain-pages';

// While the server is away, the browser says of each try that it failed.
test.use({ expectedComplaints: SERVER_IS_AWAY });

test('a page outlives a restart of the server, and is the same view', async ({
  page,
  server,
  sockets,
}) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  // What the style sheet of the page makes of a live counter.
  const property = PLAIN ? 'color' : 'background-color';
  const lamp = separators(page).first();
  const lit = await lamp.evaluate(
    (element, property) => getComputedStyle(element).getPropertyValue(property),
    property,
  );

  await server.stop();
  await expectCounter(page, '1 reading now · 1 view · not live', 'lost');
  await expect(lamp).not.toHaveCSS(property, lit);

  await server.start();
  await expectCounter(page, '1 reading now · 1 view', 'live');
  await expect(lamp).toHaveCSS(property, lit);
  expect(await server.views('noon')).toEqual({ live: 1, total: 1 });

  await expect.poll(() => new Set(sockets.views).size, 'it came back under the same id').toBe(1);
  const last = sockets.opened.at(-1);
  expect(new URL(last?.url() ?? '').searchParams.get('again')).toBe('1');
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
});

test('readers who come meanwhile are seen after the restart', async ({ page, server, read }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await server.stop();
  await expectCounter(page, '1 reading now · 1 view · not live', 'lost');
  await server.start();
  await read('noon');
  await expectCounter(page, '2 reading now · 2 views');
});

test('of a page that cannot be had the browser tells, and the way back is open', { tag: '@blog' }, async ({
  page,
  server,
  sockets,
}) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await server.stop();
  await page.getByRole('link', { name: 'Next Dusk' }).click();
  // A proxy may wait for the server, five seconds for each of two requests.
  await expect(page.locator('main'), 'a page of the browser').toHaveCount(0, { timeout: 20_000 });

  await server.start();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  await expectCounter(page, '1 reading now · 2 views');
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
});
