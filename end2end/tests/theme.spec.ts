import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { hydrated, isDark } from '../support/page';

const toggle = (page: Page) => page.getByRole('button', { name: 'Switch between light and dark' });
const chosen = (page: Page) => page.locator('html').getAttribute('data-theme');

test('without a choice the theme follows the system, at once', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/');
  expect(await isDark(page)).toBe(true);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await isDark(page)).toBe(false);
  expect(await chosen(page)).toBeNull();
});

for (const system of ['light', 'dark'] as const) {
  test(`a ${system} system: the button changes the theme, and back`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: system });
    await page.goto('/');
    await hydrated(page);
    await toggle(page).click();
    expect(await isDark(page)).toBe(system === 'light');
    await toggle(page).click();
    expect(await isDark(page)).toBe(system === 'dark');
  });
}

test('a choice outlasts the page and the system, and never flashes', async ({ page }) => {
  // Notes the theme when the body begins, before which nothing can be painted.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      const { theme } = document.documentElement.dataset;
      document.documentElement.dataset['themeOfFirstPaint'] = String(theme);
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  const atFirstPaint = () => page.locator('html').getAttribute('data-theme-of-first-paint');

  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/');
  expect(await atFirstPaint()).toBe('undefined');
  await hydrated(page);
  await toggle(page).click();
  expect(await chosen(page)).toBe('dark');

  await page.reload();
  expect(await atFirstPaint()).toBe('dark');
  expect(await isDark(page)).toBe(true);
  await page.getByRole('link', { name: 'About' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('About');
  expect(await isDark(page)).toBe(true);
});

test("the browser's own frame has the colour of the page", async ({ page }) => {
  // As a browser does: the first that names a colour for what is so now.
  const frame = () =>
    page.evaluate(() => {
      const colours = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')];
      const first = colours.find(({ media }) => matchMedia(media).matches);
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.color = first?.content ?? '';
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const expectSame = async (dark: boolean) => {
    expect(await isDark(page)).toBe(dark);
    expect(await frame()).toBe(await paper());
  };

  for (const system of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: system });
    await page.goto('/');
    await expectSame(system === 'dark');
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await hydrated(page);
  await toggle(page).click();
  await expectSame(true);
  await page.reload();
  await expectSame(true);
  await hydrated(page);
  await toggle(page).click();
  await expectSame(false);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectSame(true);
  await toggle(page).click();
  await expectSame(false);
  await page.emulateMedia({ colorScheme: 'light' });
  await expectSame(false);
});

test("whoever goes back to the system's theme follows the system again", async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/');
  await hydrated(page);
  await toggle(page).click();
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await isDark(page), 'it was chosen').toBe(true);
  await page.emulateMedia({ colorScheme: 'light' });
  await toggle(page).click();
  expect(await chosen(page)).toBeNull();
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await isDark(page)).toBe(true);
  await page.reload();
  expect(await isDark(page)).toBe(true);
});

test('the other tabs follow, to a theme and back to the system', async ({ page, context }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/');
  await hydrated(page);
  const other = await context.newPage();
  await other.emulateMedia({ colorScheme: 'light' });
  await other.goto('/posts/noon');
  await hydrated(other);
  await toggle(page).click();
  await expect.poll(() => isDark(other)).toBe(true);
  await toggle(other).click();
  await expect.poll(() => isDark(page)).toBe(false);
  expect(await chosen(page)).toBeNull();
});

test('another tab that is opened later has the choice too', async ({ page, context }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/');
  await hydrated(page);
  await toggle(page).click();
  const other = await context.newPage();
  await other.goto('/posts/noon');
  expect(await isDark(other)).toBe(true);
});

test('the choice is all that is ever stored', async ({ page, context }) => {
  await page.goto('/posts/noon');
  await hydrated(page);
  await toggle(page).click();
  const stored = await page.evaluate(() => Object.entries(localStorage));
  expect(stored).toEqual([['theme', 'dark']]);
  expect(await context.cookies()).toEqual([]);
});
