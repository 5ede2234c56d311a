import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { expectCounter } from '../support/page';

// Each test has two windows on one post; one of them leaves, in its own way, and
// the other says what it saw.

// A feed cannot name an icon, so Chromium asks for the usual one.
test.use({ expectedComplaints: /404.*\/favicon\.ico/ });

const waysToLeave: Record<string, (page: Page) => Promise<unknown>> = {
  'a link to the home page': (page) => page.getByRole('link', { name: 'Tide Log' }).click(),
  'a link to another post': (page) => page.getByRole('link', { name: 'Next Dusk' }).click(),
  'a link that loads a whole document': (page) =>
    page.getByRole('navigation', { name: 'Site' }).getByRole('link', { name: 'Feed' }).click(),
  'an address typed in': (page) => page.goto('/about'),
  'another site': (page) => page.goto('about:blank'),
  'closing the tab': (page) => page.close(),
};

for (const [way, leave] of Object.entries(waysToLeave)) {
  test(`who leaves by ${way} is seen to leave`, async ({ page, context, server }) => {
    await page.goto('/posts/noon');
    const leaver = await context.newPage();
    await leaver.goto('/posts/noon');
    await expectCounter(leaver, '2 reading now · 2 views');
    await expectCounter(page, '2 reading now · 2 views');

    await leave(leaver);
    await expectCounter(page, '1 reading now · 2 views');
    expect(await server.views('noon')).toEqual({ live: 1, total: 2 });
  });
}

test('a link opened in a new tab leaves the reader on the post', async ({ page, context }) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');

  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Next Dusk' }).click({ modifiers: ['ControlOrMeta'] });
  await expectCounter(await opened, '1 reading now · 1 view');
  await expectCounter(page, '1 reading now · 1 view');
});
