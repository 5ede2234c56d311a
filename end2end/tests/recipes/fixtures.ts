/** What a test of a printed recipe starts from: an empty folder, and the documents. */

import type { BrowserContext, Page } from '@playwright/test';
import { expect, test as base } from '../../support/fixtures';
import { Section } from '../../support/printed';
import { Recipe } from '../../support/recipe';

export { expect };

/** What docs/embed.md has under a heading. */
export const embed = (heading: string) => new Section('docs/embed.md', heading);

interface Fixtures {
  recipe: Recipe;
}

export const test = base.extend<Fixtures>({
  // No page here has an icon.
  expectedComplaints: /favicon\.ico/,

  recipe: async ({}, use, testInfo) => {
    const recipe = await Recipe.begin();
    try {
      await use(recipe);
    } finally {
      await recipe.end();
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('server log', { body: recipe.log, contentType: 'text/plain' });
      }
    }
  },

  baseURL: ({ recipe }, use) => use(recipe.site),
});

/**
 * Opens a page in two windows and closes one, as the documents say to.
 *
 * @param counter What shows the numbers; where there are several, the first is meant.
 */
export async function expectTwoReaders(
  page: Page,
  context: BrowserContext,
  path: string,
  counter = 'view-counter',
): Promise<void> {
  await page.goto(path);
  const second = await context.newPage();
  await second.goto(path);
  for (const each of [page, second]) {
    await expect(each.locator(counter).first()).toHaveText('2 reading now · 2 views');
  }
  await second.close();
  await expect(page.locator(counter).first()).toHaveText('1 reading now · 2 views');
}
