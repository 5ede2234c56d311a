import { expect, test } from '../support/fixtures';
import { countLoads, hydrated } from '../support/page';

// Chromium says of the document itself that it is missing.
test.use({
  expectedComplaints: /404 \(Not Found\) \(http:\/\/[^/]+\/(nowhere|posts\/gone|tags\/none)\)/,
});

const TITLE = 'Nobody is reading this page, and nobody ever has';

for (const path of ['/nowhere', '/posts/gone', '/tags/none']) {
  test(`${path} is a 404 that says so and leads home`, async ({ page }) => {
    const response = await page.goto(path);
    expect(response?.status()).toBe(404);
    await hydrated(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(TITLE);
    await expect(page).toHaveTitle('Not found · Tide Log');
    await expect(page.locator('meta[name="robots"]')).toHaveAttribute('content', 'noindex');

    await page.getByRole('link', { name: 'All posts' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tide Log');
    await expect(page.locator('meta[name="robots"]'), 'home is to be found').toHaveCount(0);
  });
}

test('a link to a post that is gone leads there without a load', async ({ page }) => {
  await page.goto('/about');
  await hydrated(page);
  const loads = countLoads(page);
  await page.getByRole('link', { name: 'a post that is gone' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(TITLE);
  await expect(page).toHaveTitle('Not found · Tide Log');
  expect(loads()).toBe(0);

  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('About');
  await expect(page).toHaveTitle('About · Tide Log');
});

test("a link to an address that is no page's is left to the browser", async ({ page }) => {
  await page.goto('/about');
  await hydrated(page);
  const answered = page.waitForResponse('**/nowhere');
  await page.getByRole('link', { name: 'a page that never was' }).click();
  expect((await answered).status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(TITLE);
});
