import type { Page } from '@playwright/test';
import { SERVER_IS_AWAY } from '../../support/fixtures';
import { countLoads } from '../../support/page';
import type { Server } from '../../support/server';
import { SITE, Sockets } from '../../support/sockets';
import { expect, test } from './fixtures';

// `<LiveVisitors/>` stands in the layout, around pages with a post and without one.

async function expectVisitors(page: Page, text: string): Promise<void> {
  await expect(page.locator('.live-visitors')).toHaveText(text);
  const state = text.endsWith('not live') ? 'lost' : 'live';
  await expect(page.locator('.live-visitors')).toHaveAttribute('data-state', state);
}

interface Noted {
  /** The most sockets that the page ever held at once. */
  mostSockets: number;
  /** Each state that the number was in, as long as the same element shows it. */
  states: string[];
}

/** Notes what happens in the page, from its first script on. */
async function note(page: Page): Promise<() => Promise<Noted>> {
  await page.addInitScript(() => {
    const noted: Noted = { mostSockets: 0, states: [] };
    const sockets: WebSocket[] = [];
    Object.assign(window, { noted });
    window.WebSocket = class extends WebSocket {
      constructor(...args: ConstructorParameters<typeof WebSocket>) {
        super(...args);
        sockets.push(this);
        const held = sockets.filter(({ readyState }) => readyState <= WebSocket.OPEN);
        noted.mostSockets = Math.max(noted.mostSockets, held.length);
      }
    };
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        noted.states.push((target as HTMLElement).dataset['state'] ?? '');
      }
    }).observe(document, { subtree: true, attributeFilter: ['data-state'] });
  });
  return () => page.evaluate(() => (window as unknown as { noted: Noted }).noted);
}

async function visitors(server: Server): Promise<unknown> {
  return (await fetch(`${server.url}/api/v1/visitors`)).json();
}

const openRecipe = (page: Page) => page.getByRole('link', { name: 'Onion soup' }).click();
const openList = (page: Page) => page.getByRole('link', { name: 'Slow Kitchen' }).click();

test('everybody is seen on every page, with a post or without', async ({
  page,
  context,
  sockets,
  server,
}) => {
  await page.goto('/');
  await expectVisitors(page, '1 on this site now');
  await expect.poll(() => sockets.slugs).toEqual([SITE]);

  const second = await context.newPage();
  const ofSecond = new Sockets(second);
  await second.goto('/recipes/onion-soup');
  await expectVisitors(second, '2 on this site now');
  await expectVisitors(page, '2 on this site now');

  const third = await context.newPage();
  await third.goto('/recipes/shakshuka');
  for (const each of [page, second, third]) await expectVisitors(each, '3 on this site now');
  expect(await visitors(server)).toEqual({ visitors: 3 });

  await third.close();
  await expectVisitors(second, '2 on this site now');
  await second.close();
  await expectVisitors(page, '1 on this site now');
  await expect.poll(() => ofSecond.everOpened, 'a page that reads a post has no second').toEqual(['onion-soup']);
  expect(await server.views('onion-soup')).toEqual({ live: 0, total: 1 });
});

test('one socket at a time goes with a visitor from page to page', async ({
  page,
  sockets,
  server,
}) => {
  const noted = await note(page);
  await page.goto('/');
  await expectVisitors(page, '1 on this site now');
  const loads = countLoads(page);

  await openRecipe(page);
  await expect(page.locator('.view-counter')).toHaveText('1 reading now · 1 view');
  await expectVisitors(page, '1 on this site now');
  await expect.poll(() => sockets.slugs).toEqual(['onion-soup']);
  await expect.poll(() => visitors(server)).toEqual({ visitors: 1 });

  await page.getByRole('link', { name: 'Shakshuka' }).click();
  await expect.poll(() => sockets.slugs).toEqual(['shakshuka']);
  await expectVisitors(page, '1 on this site now');

  for (let twice = 0; twice < 2; twice++) {
    await openList(page);
    await expect.poll(() => sockets.slugs).toEqual([SITE]);
    await expect.poll(() => visitors(server)).toEqual({ visitors: 1 });
    await expectVisitors(page, '1 on this site now');
    await openRecipe(page);
    await expect.poll(() => sockets.slugs).toEqual(['onion-soup']);
  }
  await expect.poll(() => sockets.everOpened, 'none between two posts').toEqual([
    SITE,
    'onion-soup',
    'shakshuka',
    SITE,
    'onion-soup',
    SITE,
    'onion-soup',
  ]);
  expect(loads()).toBe(0);
  const { mostSockets, states } = await noted();
  expect(mostSockets).toBe(1);
  expect(states, 'it is never said to be lost').not.toContain('lost');
});

test('a post whose socket a newer one replaced leaves the page a visitor', async ({
  page,
  sockets,
  read,
}) => {
  await page.goto('/recipes/onion-soup');
  await expectVisitors(page, '1 on this site now');
  await expect.poll(() => sockets.slugs).toEqual(['onion-soup']);
  await read(`onion-soup?v=${sockets.views[0]}`);
  await expect(page.locator('.view-counter')).toHaveText(/not live$/);
  await expectVisitors(page, '2 on this site now');
  await expect.poll(() => sockets.slugs).toEqual([SITE]);
});

test('a page that came to a post hears of visitors on its socket', async ({ page, context }) => {
  await page.goto('/');
  await openRecipe(page);
  await expect(page.locator('.view-counter')).toHaveText('1 reading now · 1 view');
  const second = await context.newPage();
  await second.goto('/');
  await expectVisitors(page, '2 on this site now');
});

test('how many there are is in the page before any script runs', async ({ request, read }) => {
  await read('flatbread');
  const html = await (await request.get('/')).text();
  expect(html).toContain('class="live-visitors-number">1 on this site now<');
});

test.describe('while the server is away', () => {
  // The browser says of each try that it failed.
  test.use({ expectedComplaints: SERVER_IS_AWAY });

  for (const [kind, path] of [
    ['without a post', '/'],
    ['with a post', '/recipes/onion-soup'],
  ] as const) {
    test(`a page ${kind} says so, and is live again afterwards`, async ({ page, server }) => {
      await page.goto(path);
      await expectVisitors(page, '1 on this site now');
      await server.stop();
      await expectVisitors(page, '1 on this site now · not live');
      await server.start();
      await expectVisitors(page, '1 on this site now');
    });
  }

  test('a page that was come to says so, too', async ({ page, server }) => {
    await page.goto('/recipes/onion-soup');
    await expectVisitors(page, '1 on this site now');
    await openList(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('What is cooking?');
    // Within the second in which the page may be between two posts.
    await server.stop();
    await expectVisitors(page, '1 on this site now · not live');
    await server.start();
    await expectVisitors(page, '1 on this site now');
  });
});

test('a browser that is left out is no visitor', async ({ page, server }) => {
  await page.addInitScript(() => localStorage.setItem('view-counter-ignore-me', '1'));
  await page.goto('/');
  await expectVisitors(page, '0 on this site now');
  await openRecipe(page);
  await expect(page.locator('.view-counter')).toHaveText('0 reading now · 0 views');
  await expectVisitors(page, '0 on this site now');
  expect(await visitors(server)).toEqual({ visitors: 0 });
});
