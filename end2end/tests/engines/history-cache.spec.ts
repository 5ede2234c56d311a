import type { BrowserWindow, EngineName } from '../../engines/window';
import { SERVER_IS_AWAY } from '../../support/fixtures';
import { embedTest, expect, expectShown, test } from './fixtures';

/** What a page remembers of its returns: it is the same page, so it can. */
interface Remembering {
  returns?: boolean[];
}

async function rememberReturns(window: BrowserWindow): Promise<void> {
  await window.evaluate(() => {
    const page = globalThis as unknown as Remembering;
    page.returns = [];
    addEventListener('pageshow', ({ persisted }) => page.returns?.push(persisted));
  });
}

/** Whether it is the page that it was, out of the cache, and not loaded again. */
function wasCached(window: BrowserWindow): Promise<boolean> {
  return window.evaluate(() => {
    const { returns } = globalThis as unknown as Remembering;
    return returns?.length === 1 && returns[0] === true;
  });
}

/** Firefox keeps no page whose socket is open when it is left, though `pagehide` closes it. */
const cachesReadPages = (engineName: EngineName) => engineName !== 'firefox';

test('back from the history cache is a new view, at once', async ({
  engineName,
  open,
  network,
  watch,
}) => {
  const watcher = await watch('noon');
  const window = await open('/posts/noon');
  await expectShown(window, { counter: '1 reading now · 1 view' });
  await rememberReturns(window);

  await window.goto(`${network.url}/posts/dusk`);
  await expectShown(window, { heading: 'Dusk', counter: '1 reading now · 1 view' });
  await expect.poll(() => watcher.latest, 'it has left').toEqual({ live: 0, total: 1 });

  await window.back();
  await expectShown(window, { path: '/posts/noon', counter: '1 reading now · 2 views' });
  expect(await wasCached(window)).toBe(cachesReadPages(engineName));
  const [first, second] = network.handshakes.filter(({ slug }) => slug === 'noon');
  expect(second?.again).toBe(false);
  expect(second?.view, 'it has an id of its own').not.toBe(first?.view);
  await expect.poll(() => network.open).toEqual([second]);
  expect(watcher.mostLive, 'nobody reads beside themselves').toBe(1);
});

embedTest.describe('on a plain page', () => {
  embedTest.use({
    files: { folder: 'examples/plain', written: 'http://127.0.0.1:8000' },
    slugs: '/slugs.txt',
  });

  embedTest('so is the showing of the page', async ({ engineName, open, network, watch }) => {
    const watcher = await watch('noon');
    const counters = 'main view-counter';
    const window = await open('/posts/noon.html');
    await expectShown(window, { counters, counter: '1 reading now · 1 view' });
    await rememberReturns(window);

    await window.click('a[href="/posts/dusk.html"]');
    await expectShown(window, { path: '/posts/dusk.html', heading: 'Dämmerung' });
    await expect.poll(() => watcher.latest, 'it has left').toEqual({ live: 0, total: 1 });

    await window.back();
    await expectShown(window, { heading: 'Noon', counters, counter: '1 reading now · 2 views' });
    expect(await wasCached(window)).toBe(cachesReadPages(engineName));
    await expect.poll(() => network.open.map(({ slug }) => slug)).toEqual(['noon']);
    expect(watcher.mostLive, 'nobody reads beside themselves').toBe(1);
  });

  embedTest.describe('that has lost its server', () => {
    embedTest.use({ expectedComplaints: SERVER_IS_AWAY });

    embedTest('so is the showing of the page once the server is back', async ({ open, server }) => {
      const counters = 'main view-counter';
      const window = await open('/posts/noon.html');
      await expectShown(window, { counters, counter: '1 reading now · 1 view' });
      await rememberReturns(window);
      await server.stop();
      await expectShown(window, { counters, counter: '1 reading now · 1 view · not live' });

      await window.click('a[href="/posts/dusk.html"]');
      await expectShown(window, { path: '/posts/dusk.html', heading: 'Dämmerung' });
      await window.back();
      await expectShown(window, { path: '/posts/noon.html', heading: 'Noon' });
      expect(await wasCached(window), 'it had no socket, so each engine keeps it').toBe(true);

      await server.start();
      await expectShown(window, { counters, counter: '1 reading now · 2 views' });
    });
  });
});

embedTest.describe('with Astro', () => {
  embedTest.use({
    files: { folder: 'examples/astro/dist', written: 'http://127.0.0.1:4321' },
    slugs: '/sitemap-index.xml',
    // Astro's own, in WebKit: it fetches what is pointed at, and the page may be left meanwhile.
    expectedComplaints: /^TypeError: Load failed$/,
  });

  // Its router begins a navigation, finds that it is no page, and has the browser load it.
  embedTest('back from a feed is a new view', async ({ open, network, site, watch }) => {
    const watcher = await watch('posts/noon');
    const counters = 'main view-counter';
    site.answers.set('/feed', {
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'a feed',
    });
    site.answers.set('/favicon.ico', { status: 204 });
    const window = await open('/posts/noon/');
    await expectShown(window, { counters, counter: '1 reading now · 1 view' });
    await window.evaluate(() => document.querySelector('nav a')?.setAttribute('href', '/feed'));
    await window.click('nav a');
    await expectShown(window, { path: '/feed' });
    await expect.poll(() => watcher.latest).toEqual({ live: 0, total: 1 });

    await window.back();
    await expectShown(window, { path: '/posts/noon/', counters, counter: '1 reading now · 2 views' });
    await expect.poll(() => watcher.latest).toEqual({ live: 1, total: 2 });
    await expect.poll(() => network.open.map(({ slug }) => slug)).toHaveLength(1);
  });
});
