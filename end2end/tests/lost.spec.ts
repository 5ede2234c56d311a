import { AxeBuilder } from '@axe-core/playwright';
import { expect, SERVER_IS_AWAY, test } from '../support/fixtures';
import { expectCounter, signs } from '../support/page';

// While the server is away, the browser says of each try that it failed.
test.use({ expectedComplaints: SERVER_IS_AWAY });

const LOST = '1 reading now · 1 view · not live';

test('a counter that lost its socket says so, and keeps its last numbers', async ({
  page,
  server,
}) => {
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await expect(signs(page), 'a live one has no sign').toHaveCount(0);

  await server.stop();
  await expectCounter(page, LOST, 'lost');
  await expect(signs(page)).toHaveCount(2);
  for (const sign of await signs(page).all()) {
    await expect(sign).toContainText('not live');
    await expect(sign).toBeVisible();
  }

  await server.start();
  await expectCounter(page, '1 reading now · 1 view');
  await expect(signs(page)).toHaveCount(0);
});

test('a counter that never was live has no sign', { tag: '@blog' }, async ({ request }) => {
  const html = await (await request.get('/posts/noon')).text();
  expect(html).toContain('data-state="static"');
  expect(html).not.toContain('view-counter-sign');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in a lost counter in ${colorScheme}`, async ({ page, server }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto('/posts/noon');
    await expectCounter(page, '1 reading now · 1 view');
    await server.stop();
    await expectCounter(page, LOST, 'lost');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
}

test('the sign fits on a phone', async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto('/posts/noon');
  await expectCounter(page, '1 reading now · 1 view');
  await server.stop();
  await expectCounter(page, LOST, 'lost');
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});
