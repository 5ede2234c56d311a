import { chromium, type Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { expectCounter, hydrated } from '../support/page';

test('the first Tab shows the skip link, and Enter skips to the content', async ({ page }) => {
  await page.goto('/posts/noon');
  await hydrated(page);
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).not.toHaveCSS('clip-path', 'none');
  await page.keyboard.press('Tab');
  await expect(skip).toBeFocused();
  await expect(skip).toHaveCSS('clip-path', 'none');
  await expect(skip).toBeInViewport();

  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('main').getByRole('link').first()).toBeFocused();
});

test('after a navigation the keyboard goes on from the new page', async ({ page }) => {
  await page.goto('/posts/dawn');
  await expectCounter(page, '1 reading now · 1 view');
  await page.getByRole('link', { name: 'Next Noon' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect.poll(() => page.evaluate(() => scrollY), 'it begins at the top').toBe(0);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('main').getByRole('link').first()).toBeFocused();
});

test('the contents lead to their sections, and the keyboard goes on there', async ({ page }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  const contents = page.getByRole('navigation', { name: 'Contents' });
  await contents.getByRole('link', { name: 'How far to walk' }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#how-far-to-walk$/);
  const section = page.getByRole('heading', { name: 'How far to walk' });
  await expect(section).toBeInViewport();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Link to “How far to walk”' })).toBeFocused();
});

test('the keyboard follows a footnote, which is then marked', async ({ page }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  const note = page.getByRole('listitem').filter({ hasText: 'Those who know them' });
  const look = () =>
    note.evaluate((note) => {
      const { color, outlineStyle } = getComputedStyle(note);
      return { color, outlineStyle };
    });
  const before = await look();
  expect(before.outlineStyle).toBe('none');
  await page.locator('.footnote-reference').getByRole('link').focus();
  await page.keyboard.press('Enter');
  await expect(note).toBeInViewport();
  const marked = await look();
  expect(marked.outlineStyle).toBe('solid');
  expect(marked.color).not.toBe(before.color);

  // And back to where the text refers to it.
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Back to the text from footnote 1' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.footnote-reference')).toBeInViewport();
  await expect.poll(look).toEqual(before);
});

test.describe('a code block', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

  const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

  test('is copied by its button, which says so', async ({ page }) => {
    await page.goto('/posts/noon');
    const block = page.locator('figure.code').filter({ hasText: 'farthest' });
    const button = block.getByRole('button');
    await expect(button).toHaveText('Copy');
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(button).toHaveText('Copied');
    await expect(page.getByRole('status'), 'a screen reader hears it').toHaveText('Copied');
    expect(await clipboard(page)).toBe(await block.locator('pre').textContent());
    await expect(button, 'for next time').toHaveText('Copy');
    await expect(page.getByRole('status'), 'so that the same again is heard').toHaveText('');
  });

  test('that shows a terminal is copied without its prompts', async ({ page }) => {
    await page.goto('/posts/noon');
    const block = page.locator('figure.code').filter({ hasText: 'ask --way home' });
    await block.getByRole('button').click();
    await expect(block.getByRole('button')).toHaveText('Copied');
    expect(await clipboard(page)).toBe('ask --way home\n');
  });

  test('has one button, however the post was reached', async ({ page }) => {
    const buttons = page.getByRole('button', { name: 'Copy' });
    await page.goto('/posts/noon');
    await expect(buttons).toHaveCount(2);
    await page.getByRole('link', { name: 'Next Dusk' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dusk');
    await expect(buttons).toHaveCount(0);
    await page.goBack();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Noon');
    await expect(buttons).toHaveCount(2);
  });
});

test.describe('a site that the browser reaches without TLS', () => {
  // Of no address, so that a page of any may connect.
  test.use({ settings: { VIEW_COUNTER_SITE_URL: '' } });

  test('has no clipboard, and no button that would need one', async ({
    launchOptions,
    userAgent,
    server,
  }) => {
    // Under a name of its own: what is on the same machine is taken for secure.
    const resolve = '--host-resolver-rules=MAP tide.test 127.0.0.1';
    const args = [...(launchOptions.args ?? []), resolve];
    const browser = await chromium.launch({ ...launchOptions, args, channel: 'chromium' });
    try {
      const page = await browser.newPage({ userAgent: userAgent ?? '' });
      const { port } = new URL(server.direct);
      await page.goto(`http://tide.test:${port}/posts/noon`);
      await expectCounter(page, '1 reading now · 1 view');
      expect(await page.evaluate(() => 'clipboard' in navigator)).toBe(false);
      await expect(page.locator('figure.code')).toHaveCount(2);
      await expect(page.getByRole('button', { name: 'Copy' })).toHaveCount(0);
    } finally {
      await browser.close();
    }
  });
});
