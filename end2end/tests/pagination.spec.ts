import AxeBuilder from '@axe-core/playwright';
import { withFiles } from '../support/content';
import { expect, test } from '../support/fixtures';
import { countLoads, hydrated } from '../support/page';

/** More posts than two pages have, the newest first in the list. */
const POSTS = Object.fromEntries(
  Array.from({ length: 43 }, (_, n) => [
    `posts/post-${n}.md`,
    `+++
title = "Post ${n}"
date = 2025-01-01
description = "One of many."
tags = ["Many"]
+++

Text.
`,
  ]),
);

test('a long list goes on, by keyboard and without a load', async ({ page }) => {
  await withFiles(POSTS, async (server) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(server.url);
    await hydrated(page);
    const loads = countLoads(page);
    const entries = page.locator('.post-entry');
    const pages = page.getByRole('navigation', { name: 'Pages' });
    await expect(entries).toHaveCount(20);
    await expect(pages.getByRole('link')).toHaveText(['Older posts']);

    await pages.getByRole('link', { name: 'Older posts' }).focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(`${server.url}/page/2`);
    await expect(page).toHaveTitle('Page 2 · Tide Log');
    await expect(pages).toContainText('Page 2 of 3');
    await expect(pages.getByRole('link')).toHaveText(['Newer posts', 'Older posts']);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, 'it does not scroll sideways').toBe(0);

    await pages.getByRole('link', { name: 'Newer posts' }).click();
    await expect(page).toHaveURL(`${server.url}/`);
    await expect(entries).toHaveCount(20);
    expect(loads()).toBe(0);
    await page.goto('about:blank');
  });
});
