import { expect, test } from '../support/fixtures';
import { expectCounter } from '../support/page';

test('reading stores nothing, wherever it goes', async ({ page, context }) => {
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  await page.getByRole('link', { name: 'Next Noon' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  await expectCounter(page, '1 reading now · 1 view');
  await page.reload();
  await expectCounter(page, '1 reading now · 2 views');
  await page.goto('/about');
  await page.goBack();
  await expectCounter(page, '1 reading now · 3 views');

  // `storageState` is the browser's own answer, for all its sites and stores.
  expect(await context.storageState({ indexedDB: true })).toEqual({ cookies: [], origins: [] });
  const inThePage = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    named: window.name,
  }));
  expect(inThePage).toEqual({
    local: [],
    session: [],
    databases: [],
    caches: [],
    workers: 0,
    named: '',
  });
});
