// Each component in each place where a view may stand. A failed hydration is a complaint of the
// browser, and stops all that comes after it.

import { expect, test } from './fixtures';

test('each component hydrates wherever it stands, and reads on when it is toggled', async ({
  page,
  sockets,
  server,
}) => {
  await page.goto('/places');
  const counters = page.locator('.view-counter');
  const visitors = page.locator('main .live-visitors');
  await expect(counters).toHaveText(Array(11).fill('1 reading now · 1 view'));
  await expect(visitors).toHaveText(Array(11).fill('1 on this site now'));

  const numbers = ['1 reading now · 1 view', '1 on this site now'];
  const reads = async (id: string, words: [string, string, string]) => {
    const text = `${words[0]}${numbers[0]}${words[1]}${numbers[1]}${words[2]}`;
    await expect(page.locator(`#${id}`), id).toHaveText(text);
  };
  await reads('texts', ['Read: ', ', by ', '.']);
  await reads('elements', ['Read: ', ', by ', '.']);
  await reads('closures', ['shown', 'shown', 'shown']);
  await reads('options', ['', 'some', '']);
  await reads('optional', ['a ', ' b ', ' c']);
  await reads('any', ['a ', ' b ', ' c']);
  await reads('show', ['a b ', ' c ', ' d e']);
  await reads('suspense', ['a b c ', ' d ', ' e f g']);

  await page.getByRole('button', { name: 'Show or hide' }).click();
  await expect(page.locator('#show')).toHaveText('a nothing e');
  await reads('closures', ['hidden', 'hidden', 'hidden']);
  await page.getByRole('button', { name: 'Show or hide' }).click();
  await reads('show', ['a b ', ' c ', ' d e']);

  await expect.poll(() => sockets.everOpened, 'they share one').toEqual(['shakshuka']);
  expect(await server.views('shakshuka')).toEqual({ live: 1, total: 1 });
});

test('they are there when the page is come to, too', async ({ page }) => {
  await page.goto('/');
  await expect(page.locator('.live-visitors')).toHaveText('1 on this site now');
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: '/places', textContent: 'to' });
    document.querySelector('main')!.append(link);
  });
  await page.getByRole('link', { name: 'to', exact: true }).click();
  await expect(page.locator('.view-counter')).toHaveText(Array(11).fill('1 reading now · 1 view'));
  await page.goto('/places#ignore-me');
  await page.getByRole('button', { name: 'Leave this browser out' }).click();
  await expect(page.locator('.view-counter').first()).toHaveText('0 reading now · 1 view');
});
