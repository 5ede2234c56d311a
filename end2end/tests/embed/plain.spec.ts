import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

test.use({
  files: { folder: 'examples/plain', written: 'http://127.0.0.1:8000' },
  slugs: '/slugs.txt',
});

const counter = (page: Page) => page.locator('main view-counter');

test('a page by hand has a live counter', async ({ page, context, server }) => {
  await page.goto('/posts/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await expect(page.locator('footer view-counter')).toHaveText('1 view');

  const second = await context.newPage();
  await second.goto('/posts/noon.html');
  await expect(counter(page)).toHaveText('2 reading now · 2 views');
  await second.getByRole('link', { name: 'Next: Dusk' }).click();
  await expect(counter(page)).toHaveText('1 reading now · 2 views');
  expect(await server.views('noon')).toEqual({ live: 1, total: 2 });
});

test('two counters of a page share one socket, and are one view', async ({ page, sockets }) => {
  await page.goto('/posts/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await expect.poll(() => sockets.slugs).toEqual(['noon']);
  await expect.poll(() => sockets.opened).toHaveLength(1);
});

test('without a slug it is the path that names the page', async ({ page, sockets }) => {
  for (const path of ['/', '/index.html?a=b#c']) {
    await page.goto(path);
    await expect(counter(page)).toHaveText(/^1 reading now/);
    await expect.poll(() => sockets.slugs.at(-1)).toBe('index');
  }
});

test('of words of its own a page gets the numbers, as its language writes them', async ({
  page,
  read,
}) => {
  await page.goto('/posts/dusk.html');
  await expect(counter(page)).toHaveText('Gerade lesen 1, gelesen wurde dies 1 Mal.');
  await read('dusk');
  await expect(counter(page)).toHaveText('Gerade lesen 2, gelesen wurde dies 2 Mal.');
});

test('large numbers are grouped as the language of the page does', async ({ page }) => {
  await page.routeWebSocket(/\/connect\//, (socket) => {
    socket.send('{"live":1234,"total":12345678}');
  });
  await page.goto('/posts/dusk.html');
  await expect(counter(page)).toHaveText(
    'Gerade lesen 1.234, gelesen wurde dies 12.345.678 Mal.',
  );
  await page.goto('/posts/noon.html');
  await expect(counter(page)).toHaveText('1,234 reading now · 12,345,678 views');
});

test('what it shows can be chosen, and changed', async ({ page }) => {
  await page.goto('/posts/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  for (const [show, text] of [
    ['live', '1 reading now'],
    ['total', '1 view'],
    ['both', '1 reading now · 1 view'],
  ] as const) {
    await counter(page).evaluate((element, show) => element.setAttribute('show', show), show);
    await expect(counter(page)).toHaveText(text);
  }
});

test('another slug is another view, and a counter that is moved is the same', async ({
  page,
  sockets,
  server,
}) => {
  await page.goto('/posts/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  await counter(page).evaluate((element) => document.querySelector('h1')?.after(element));
  await page.waitForTimeout(300);
  await expect.poll(() => sockets.opened).toHaveLength(1);

  await page.evaluate(() => {
    for (const counter of document.querySelectorAll('view-counter')) {
      counter.setAttribute('slug', 'dusk');
    }
  });
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  // The text is that of noon, too.
  await expect.poll(() => server.views('dusk')).toEqual({ live: 1, total: 1 });
  await expect.poll(() => server.views('noon')).toEqual({ live: 0, total: 1 });

  await page.evaluate(() => {
    for (const counter of document.querySelectorAll('view-counter')) counter.remove();
  });
  await expect.poll(() => server.views('dusk')).toEqual({ live: 0, total: 1 });
});

test.describe('where nothing is counted', () => {
  test.use({
    // A proxy before a server that is away lets no other origin read why.
    expectedComplaints:
      /WebSocket connection to .* failed|status of 40[34]|ERR_CONN|ERR_FAILED|blocked by CORS policy/,
  });

  test('an unknown slug leaves what the page says itself', async ({ page, sockets }) => {
    await page.goto('/posts/noon.html');
    await page.evaluate(() => {
      document.body.innerHTML = '<view-counter slug="nowhere">many views</view-counter>';
    });
    await expect.poll(() => sockets.opened.length).toBe(2);
    await page.waitForTimeout(3_000);
    await expect.poll(() => sockets.opened, 'it asks once').toHaveLength(2);
    await expect(page.locator('view-counter')).toHaveText('many views');
  });

  test('a server that is away leaves the page as it is', async ({ page, server }) => {
    await page.goto('/posts/dusk.html');
    await expect(counter(page)).toContainText('Gerade lesen 1,');
    await server.stop();
    await expect(counter(page).locator('[part=is-lost]')).toBeAttached();
    await page.reload();
    await page.waitForTimeout(1_000);
    await expect(counter(page)).toHaveText('Gerade lesen –, gelesen wurde dies – Mal.');
  });
});

test('its owner can leave a browser out, and is asked first', async ({ page, server }) => {
  const questions: string[] = [];
  let answer = false;
  page.on('dialog', (dialog) => {
    questions.push(dialog.message());
    void (answer ? dialog.accept() : dialog.dismiss());
  });
  await page.goto('/posts/noon.html#ignore-me');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  expect(questions).toHaveLength(1);
  await expect(page, 'a reload does not ask again').not.toHaveURL(/#/);

  answer = true;
  await page.goto('/posts/noon.html#ignore-me');
  await expect(counter(page)).toHaveText('0 reading now · 1 view · not counted');
  await page.reload();
  await expect(counter(page)).toHaveText('0 reading now · 1 view · not counted');
  expect(questions[1]).toBe(questions[0]);

  await page.goto('/posts/noon.html#ignore-me');
  await expect(counter(page)).toHaveText('1 reading now · 2 views');
  expect(questions[2]).not.toBe(questions[0]);
  expect(await server.views('noon')).toEqual({ live: 1, total: 2 });
});

test('nothing is stored, and nothing tells who reads', async ({ page, context, server }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(server.url)) asked.push(new URL(request.url()).pathname);
  });
  await page.goto('/posts/noon.html');
  await expect(counter(page)).toHaveText('1 reading now · 1 view');
  expect(await context.cookies()).toEqual([]);
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  expect(asked).toEqual(['/embed.js']);
});

test('the script comes from anywhere, compressed, and may be compared with a hash', async ({
  request,
  server,
}) => {
  const answer = await request.get(`${server.url}/embed.js`, {
    headers: { 'accept-encoding': 'br' },
  });
  expect(answer.headers()).toMatchObject({
    'access-control-allow-origin': '*',
    'cache-control': 'public, max-age=3600',
    'content-encoding': 'br',
    'cross-origin-resource-policy': 'cross-origin',
  });
  expect(answer.headers()['content-type']).toContain('javascript');
});

test('axe finds nothing in it', async ({ page }) => {
  for (const path of ['/', '/posts/noon.html', '/posts/dusk.html']) {
    await page.goto(path);
    await expect(counter(page).locator('[part=is-live]')).toBeAttached();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }
});
