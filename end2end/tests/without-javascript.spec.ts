import { expect, test } from '../support/fixtures';
import { countLoads, expectCounter } from '../support/page';

test.use({ javaScriptEnabled: false });

test('without JavaScript the site is read, and the reader is not counted', async ({
  page,
  server,
  read,
}) => {
  await read('noon');
  await read('noon');
  const loads = countLoads(page);

  await page.goto('/posts/noon');
  await expectCounter(page, '2 reading now · 2 views', 'static');
  await expect(page.getByText('2 views').first()).toBeVisible();
  await expect(page.getByText('reading now').first(), 'it would never change').toBeHidden();

  await page.getByRole('link', { name: 'Next Dusk' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
  await expect(page.getByText('0 views').first()).toBeVisible();

  await page.getByRole('link', { name: 'Tide Log' }).click();
  await expect(page.getByRole('article').filter({ hasText: 'Noon' })).toContainText('2 views');
  expect(loads()).toBe(3);

  expect(await server.views('noon')).toEqual({ live: 2, total: 2 });
  expect(await server.views('dusk')).toEqual({ live: 0, total: 0 });
});

test('without JavaScript no code block has a button that does nothing', async ({ page }) => {
  await page.goto('/posts/noon');
  await expect(page.getByRole('button', { name: 'Copy' })).toHaveCount(0);
});
