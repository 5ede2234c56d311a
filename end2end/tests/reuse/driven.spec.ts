// A test of an application in a browser that says that a program drives it, as Playwright's does
// where nothing else is said: how its pages become readers, in the words of docs/reuse.md.

import { Section } from '../../support/printed';
import { expect, printed as test } from './fixtures';

test.use({
  launchOptions: ({ launchOptions }, use) => use({ ...launchOptions, args: [] }),
});

test('a page watches, and counts if the test says so', async ({ page, context, server }) => {
  await page.goto('/posts/hello');
  await expect(page.locator('.view-counter')).toHaveAttribute('data-state', 'live');
  await expect(page.locator('.view-counter')).toHaveText('0 reading now · 0 views');

  const section = new Section('docs/reuse.md', 'Test it');
  const reader = await context.newPage();
  await reader.addInitScript({ content: section.block('js') });
  await reader.goto('/posts/hello');
  await expect(reader.locator('.view-counter')).toHaveText('1 reading now · 1 view');
  expect(await server.views('hello')).toEqual({ live: 1, total: 1 });
  expect(section.code(/userAgent/), 'one is named, too').toContain('Chrome/');
});
