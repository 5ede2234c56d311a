/**
 * Pages whose texts are replaced while they are shown: by the browser's translation, which leaves
 * the numbers out because they say so, and by extensions, which do not ask.
 */

import { expect, SERVER_IS_AWAY, test } from '../support/fixtures';
import { expectCounter, hydrated, signs } from '../support/page';
import { translate } from '../support/translation';

test.use({ expectedComplaints: SERVER_IS_AWAY });

test('in a page that the browser translates the numbers follow, and stay as they are', async ({
  page,
  read,
  server,
}) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await translate(page, 'body');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('übersetzt: Noon');
  await expectCounter(page, '1 reading now · 1 view');
  await read('noon');
  await expectCounter(page, '2 reading now · 2 views');

  // The page that follows is not translated yet, and then it is.
  await page.getByRole('link', { name: 'Dusk' }).last().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
  await translate(page, 'body');
  await expectCounter(page, '1 reading now · 1 view');
  await read('dusk');
  await expectCounter(page, '2 reading now · 2 views');
  await server.stop();
  await expect(signs(page)).toHaveText([' · not live', ' · not live']);
});

test('where an extension replaces the texts of a counter too, its numbers follow', async ({
  page,
  read,
}) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await translate(page, '.view-counter-live, .view-counter-total', false);
  await expect(page.locator('.view-counter-total').first()).toHaveText('übersetzt: 1 view');
  await read('noon');
  await expectCounter(page, '2 reading now · 2 views');
});

test('where it does so before the page is alive, too', async ({ page, read }) => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/pkg/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/posts/noon', { waitUntil: 'domcontentloaded' });
  await translate(page, 'body', false);
  await expect(page.locator('.view-counter-total').first()).toHaveText('übersetzt: 0 views');
  letGo();
  await hydrated(page);
  await read('noon');
  await expect(page.locator('.view-counter[data-state="live"] .view-counter-total')).toHaveText([
    '2 views',
    '2 views',
  ]);
});
