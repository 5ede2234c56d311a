import type { Page } from '@playwright/test';
import { SERVER_IS_AWAY } from '../../support/fixtures';
import { countLoads } from '../../support/page';
import { SITE } from '../../support/sockets';
import { expect, test } from './fixtures';

/** Waits until the component reads this, and what stands on the hook says that. */
async function expectNumbers(page: Page, component: string, company: string): Promise<void> {
  await expect(page.locator('.view-counter')).toHaveText(component);
  await expect(page.locator('.company')).toHaveText(company);
}

const ALONE = 'Nobody else is cooking this right now.';
const TOGETHER = 'Somebody else is cooking this right now.';

test('who is on a recipe is seen by everyone on it, in both kinds of markup', async ({
  page,
  context,
  sockets,
  server,
}) => {
  await page.goto('/recipes/onion-soup');
  await expectNumbers(page, '1 reading now · 1 view', ALONE);

  const second = await context.newPage();
  await second.goto('/recipes/onion-soup');
  await expectNumbers(second, '2 reading now · 2 views', TOGETHER);
  await expectNumbers(page, '2 reading now · 2 views', TOGETHER);

  const third = await context.newPage();
  await third.goto('/recipes/onion-soup');
  await expectNumbers(page, '3 reading now · 3 views', '2 others are cooking this right now.');

  await third.close();
  await second.close();
  await expectNumbers(page, '1 reading now · 3 views', ALONE);
  await expect.poll(() => sockets.slugs, 'both have one socket').toEqual(['onion-soup']);
  expect(await server.views('onion-soup')).toEqual({ live: 1, total: 3 });
});

test('from recipe to recipe a reader leaves one and joins the next, without a load', async ({
  page,
  sockets,
  watch,
}) => {
  const [soup, shakshuka] = [await watch('onion-soup'), await watch('shakshuka')];
  await page.goto('/recipes/onion-soup');
  await expectNumbers(page, '1 reading now · 1 view', ALONE);
  const loads = countLoads(page);

  await page.getByRole('link', { name: 'Shakshuka' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Shakshuka');
  await expect(page).toHaveTitle('Shakshuka · Slow Kitchen');
  await expectNumbers(page, '1 reading now · 1 view', ALONE);
  await expect.poll(() => sockets.slugs).toEqual(['shakshuka']);
  await expect.poll(() => soup.latest).toEqual({ live: 0, total: 1 });
  await expect.poll(() => shakshuka.latest).toEqual({ live: 1, total: 1 });

  await page.goBack();
  await expectNumbers(page, '1 reading now · 2 views', ALONE);
  await expect.poll(() => sockets.slugs).toEqual(['onion-soup']);
  await expect.poll(() => shakshuka.latest).toEqual({ live: 0, total: 1 });

  await page.getByRole('link', { name: 'Slow Kitchen' }).click();
  await expect(page.locator('.recipes')).toContainText('Onion soup2 views');
  await expect.poll(() => sockets.slugs).toEqual([SITE]);
  await expect.poll(() => soup.latest).toEqual({ live: 0, total: 2 });
  expect(loads()).toBe(0);
  expect([soup.mostLive, shakshuka.mostLive]).toEqual([1, 1]);
  await expect.poll(() => new Set(sockets.views).size, 'each is a view of its own').toBe(4);
});

test('pages come with their totals, before any script runs', async ({ request, read }) => {
  await read('flatbread');
  const html = async (path: string) => (await request.get(path)).text();
  expect(await html('/')).toMatch(/Flatbread<\/a><span class="views">1 view</);
  expect(await html('/')).toMatch(/Shakshuka<\/a><span class="views">0 views</);
  expect(await html('/recipes/flatbread')).toContain('class="view-counter-total">1 view<');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a page has its numbers, also those that the server has to look up', async ({
    page,
    server,
    read,
  }) => {
    await read('flatbread');
    await server.stop();
    await server.start();
    await page.goto('/recipes/flatbread');
    await expect(page.locator('.view-counter-total')).toHaveText('1 view');
  });
});

test('no number of one recipe is shown on the next', async ({ page, read }) => {
  await read('onion-soup');
  // It opens, and brings nothing.
  await page.routeWebSocket(/\/connect\/shakshuka/, () => {});
  await page.goto('/recipes/onion-soup');
  await expectNumbers(page, '2 reading now · 2 views', TOGETHER);
  await page.getByRole('link', { name: 'Shakshuka' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Shakshuka');
  await expectNumbers(page, '– reading now · – views', '');
});

test('a page that there is not has the layout around it', async ({ request, server }) => {
  const missing = await request.get('/nothing');
  expect(missing.status()).toBe(404);
  expect(await missing.text()).toContain('0 on this site now');
  expect(server.log, 'no page lacked a counter, nor did any when it started').not.toContain(
    'no Counter',
  );
});

test.describe('while the server is away', () => {
  // The browser says of each try that it failed.
  test.use({ expectedComplaints: SERVER_IS_AWAY });

  test('a page says so, and afterwards all totals are there again', async ({ page, server, read }) => {
    await read('shakshuka');
    await page.goto('/recipes/onion-soup');
    await expectNumbers(page, '1 reading now · 1 view', ALONE);

    await server.stop();
    await expectNumbers(
      page,
      '1 reading now · 1 view · not live',
      'Who else is cooking this cannot be seen right now.',
    );

    await server.start();
    await expectNumbers(page, '1 reading now · 1 view', ALONE);
    await page.getByRole('link', { name: 'Slow Kitchen' }).click();
    await expect(page.locator('.views')).toHaveText(['1 view', '1 view', '0 views']);
  });
});

test.describe('a recipe that there is not', () => {
  test.use({ expectedComplaints: /status of 404/ });

  test('is not found, and nothing is counted', async ({ page, sockets, request, server }) => {
    expect((await request.get('/recipes/tofu')).status()).toBe(404);
    await page.goto('/recipes/tofu');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such recipe');
    await page.getByRole('link', { name: 'Those that there are' }).click();
    await expect(page.locator('.views')).toHaveText(['0 views', '0 views', '0 views']);
    expect(sockets.everOpened).not.toContain('tofu');
    expect((await fetch(`${server.url}/api/v1/views/tofu`)).status).toBe(404);
  });
});
