import type { Page } from '@playwright/test';
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
  await expect(section.getByRole('link')).toBeFocused();
});

test('the keyboard follows a footnote, which is then marked', async ({ page }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await page.locator('.footnote-reference').getByRole('link').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator(':target')).toContainText('Those who know them');
  await expect(page.locator(':target')).toBeInViewport();
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
    expect(await clipboard(page)).toBe(await block.locator('pre').textContent());
    await expect(button, 'for next time').toHaveText('Copy');
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
