import type { BrowserWindow } from '../../engines/window';
import { expect, expectShown, test } from './fixtures';

/** Whether the page is dark, from what it paints and not from what it says. */
function isDark(window: BrowserWindow): Promise<boolean> {
  return window.evaluate(() => {
    const { backgroundColor } = getComputedStyle(document.body);
    const [red, green, blue] = backgroundColor.match(/\d+/g)?.map(Number) ?? [];
    if (red === undefined || green === undefined || blue === undefined) {
      throw new Error(`this is no colour: ${backgroundColor}`);
    }
    return red + green + blue < 3 * 128;
  });
}

// Which theme the system has is asked: the drivers of Firefox and WebKit cannot set it.
// `theme.spec.ts` has Chromium's follow it.
test('the button changes the theme, and the choice outlasts the page', async ({ open }) => {
  const window = await open('/posts/noon');
  // It is live, so the button is.
  await expectShown(window, { counter: '1 reading now · 1 view' });
  const isSystemDark = await window.evaluate(
    () => matchMedia('(prefers-color-scheme: dark)').matches,
  );
  expect(await isDark(window)).toBe(isSystemDark);

  await window.click('.theme-toggle');
  await expect.poll(() => isDark(window)).toBe(!isSystemDark);
  await window.reload();
  await expectShown(window, { counter: '1 reading now · 2 views' });
  expect(await isDark(window)).toBe(!isSystemDark);
  await window.click('a[rel=next]');
  await expectShown(window, { heading: 'Dusk', counter: '1 reading now · 1 view' });
  expect(await isDark(window)).toBe(!isSystemDark);

  const other = await open('/about');
  expect(await isDark(other), 'another window has it too').toBe(!isSystemDark);
  await window.click('.theme-toggle');
  await expect.poll(() => isDark(window)).toBe(isSystemDark);
});
