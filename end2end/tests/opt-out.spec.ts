import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { countLoads, expectCounter, hydrated } from '../support/page';

const KEY = 'view-counter-ignore-me';

const notice = (page: Page) => page.locator('aside.opt-out');
const leaveOut = (page: Page) => page.getByRole('button', { name: 'Leave this browser out' });
const keepCounting = (page: Page) => page.getByRole('button', { name: 'Keep counting it' });
const countAgain = (page: Page) => page.getByRole('button', { name: 'Count this browser again' });

const stored = (page: Page) => page.evaluate(() => Object.entries(localStorage));

/** Tabs until `button` has the focus, and presses it. */
async function pressByKeyboard(page: Page, button: ReturnType<typeof leaveOut>): Promise<void> {
  await expect(button).toBeVisible();
  for (let stops = 0; stops < 60; stops += 1) {
    if (await button.evaluate((element) => element === document.activeElement)) {
      await page.keyboard.press('Enter');
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab never comes to the button');
}

/** Leaves the browser out, by the pointer. */
async function optOut(page: Page): Promise<void> {
  await page.goto('/#ignore-me');
  await leaveOut(page).click();
  await expect(countAgain(page)).toBeVisible();
}

for (const path of ['/', '/posts/noon']) {
  test(`${path}#ignore-me asks, and by itself changes nothing`, async ({ page }) => {
    await page.goto(`${path}#ignore-me`);
    await expect(leaveOut(page)).toBeVisible();
    await expect(keepCounting(page)).toBeVisible();
    expect(await stored(page)).toEqual([]);

    await keepCounting(page).click();
    await expect(notice(page)).toBeHidden();
    expect(await stored(page)).toEqual([]);
    await expect(page, 'a reload would ask again').not.toHaveURL(/#/);
    await page.goto('/posts/dusk');
    await expectCounter(page, '1 reading now · 1 view');
  });
}

test('without being asked for, the question is on no page', async ({ page }) => {
  for (const path of ['/', '/posts/noon', '/posts/noon#how-far-to-walk']) {
    await page.goto(path);
    await hydrated(page);
    await expect(notice(page)).toBeHidden();
  }
});

test('the question also comes when the address changes under an open page', async ({ page }) => {
  await page.goto('/posts/noon');
  await hydrated(page);
  const loads = countLoads(page);
  await page.goto('/posts/noon#ignore-me');
  await expect(leaveOut(page)).toBeVisible();
  expect(loads(), 'it did so without a load').toBe(0);
});

test('a browser that is left out sees the numbers and is in neither', async ({
  page,
  sockets,
  network,
  server,
  watch,
}) => {
  const watcher = await watch('noon');
  await page.goto(`${network.url}/posts/noon#ignore-me`);
  await expectCounter(page, '1 reading now · 1 view');

  await pressByKeyboard(page, leaveOut(page));
  await expectCounter(page, '0 reading now · 1 view');
  await expect.poll(() => watcher.latest).toEqual({ live: 0, total: 1 });
  expect(network.handshakes.map(({ watch }) => watch)).toEqual([false, true]);
  await expect.poll(() => network.open.length).toBe(1);
  await expect(notice(page), 'it says so').toBeVisible();
  await expect(leaveOut(page)).toHaveCount(0);
  await page.keyboard.press('Tab');
  await expect(countAgain(page), 'the keyboard goes on from there').toBeFocused();
  expect(await stored(page)).toEqual([[KEY, '1']]);

  // It stays so: after a reload, on the next post, and in an address without the word.
  await page.reload();
  await expectCounter(page, '0 reading now · 1 view');
  await expect(countAgain(page)).toBeVisible();
  await page.getByRole('link', { name: 'Next Dusk' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
  await expectCounter(page, '0 reading now · 0 views');
  await expect(countAgain(page)).toBeVisible();
  await page.goto(`${network.url}/posts/noon`);
  await expectCounter(page, '0 reading now · 1 view');
  expect(network.handshakes.slice(1).every(({ watch }) => watch)).toBe(true);
  await expect.poll(() => sockets.opened.length).toBe(network.handshakes.length);

  // And it is not for ever.
  await pressByKeyboard(page, countAgain(page));
  await expectCounter(page, '1 reading now · 2 views');
  await expect(notice(page)).toBeHidden();
  expect(await stored(page)).toEqual([]);
  await page.goto(`${network.url}/posts/dusk`);
  await expectCounter(page, '1 reading now · 1 view');
  expect(await server.views('noon')).toEqual({ live: 0, total: 2 });
  expect(watcher.mostLive).toBe(1);
});

test('the notice is on every page as long as it holds', async ({ page }) => {
  await optOut(page);
  for (const path of ['/', '/posts/noon', '/about', '/tags/ebb', '/privacy']) {
    await page.goto(path);
    await expect(countAgain(page)).toBeVisible();
  }
});

test('the other tabs follow, out and in again', async ({ page, context, watch }) => {
  const watcher = await watch('noon');
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  const other = await context.newPage();
  await optOut(other);
  await expectCounter(page, '0 reading now · 1 view');
  await expect.poll(() => watcher.latest).toEqual({ live: 0, total: 1 });
  await expect(countAgain(page)).toBeVisible();

  // It is the view that it was before.
  await countAgain(other).click();
  await expectCounter(page, '1 reading now · 1 view');
  await expect(notice(page)).toBeHidden();
});

test('the choice and the theme are all that is ever stored', async ({ page, context }) => {
  await page.goto('/');
  await hydrated(page);
  await page.getByRole('button', { name: 'Switch between light and dark' }).click();
  await optOut(page);
  await page.goto('/posts/noon');
  await expectCounter(page, '0 reading now · 0 views');
  const keys = (await stored(page)).map(([key]) => key).sort();
  expect(keys).toEqual(['theme', KEY]);
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  expect(await context.cookies()).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the question and the notice in ${colorScheme}`, async ({ page }) => {
    const violations = async () => {
      const found = (await new AxeBuilder({ page }).analyze()).violations;
      return found.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    };
    await page.emulateMedia({ colorScheme });
    await page.goto('/posts/noon#ignore-me');
    await expectCounter(page, '1 reading now · 1 view');
    await expect(leaveOut(page)).toBeVisible();
    expect(await violations()).toEqual([]);
    await leaveOut(page).click();
    await expect(countAgain(page)).toBeVisible();
    await expectCounter(page, '0 reading now · 1 view');
    expect(await violations()).toEqual([]);
  });
}

test('the question and the notice fit on a phone', async ({ page }) => {
  const overflow = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto('/posts/noon#ignore-me');
  await expect(leaveOut(page)).toBeVisible();
  await expect(leaveOut(page)).toBeInViewport({ ratio: 1 });
  await expect(keepCounting(page)).toBeInViewport({ ratio: 1 });
  expect(await overflow()).toBe(0);
  await leaveOut(page).click();
  await expect(countAgain(page)).toBeInViewport({ ratio: 1 });
  expect(await overflow()).toBe(0);
});
