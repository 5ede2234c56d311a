import { expect, test } from '../../support/browser';
import { expectCounter, pass } from '../../support/tab';

// A network that dies without a word: no close frame, no reset. The sockets stay
// open, and nothing ever comes of them.

const LOST = '1 reading now · 1 view · not live';

test('a socket that died in silence is found out by asking, and replaced', async ({
  tab,
  network,
  server,
  watch,
}) => {
  test.setTimeout(240_000);
  await tab.goto('/posts/noon');
  await expectCounter(tab, '1 reading now · 1 view');
  const watcher = await watch('noon');
  const [first] = network.handshakes;

  network.silence();
  const silentAt = Date.now();
  // The server has found out long before; it is the one that pings.
  await expect.poll(() => watcher.latest, { timeout: 42_000 }).toEqual({ live: 0, total: 1 });
  await expectCounter(tab, '1 reading now · 1 view');
  expect(first?.texts, 'the page does not wonder yet').toEqual([]);

  await expect.poll(() => first?.texts.length, { timeout: 75_000 }).toBe(1);
  const [probe] = first?.texts ?? [];
  const askedAt = probe?.at ?? 0;
  expect(Buffer.byteLength(probe?.text ?? ''), 'it is a small text').toBeLessThan(64);
  expect(askedAt - silentAt).toBeGreaterThan(58_000);
  expect(askedAt - silentAt, 'after one such minute, and not after two').toBeLessThan(118_000);

  // Within less than another minute, after which it would ask again.
  await expectCounter(tab, LOST, 'lost', { timeout: 50_000 });
  // And the reader is told 2 s later.
  expect(Date.now() - askedAt, 'it waits 10 s for an answer').toBeGreaterThan(11_500);
  expect(first?.texts, 'it asked once').toHaveLength(1);

  network.revive();
  await expectCounter(tab, '1 reading now · 1 view');
  expect(network.handshakes.at(-1)).toMatchObject({ view: first?.view, again: true });
  expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
  expect(watcher.mostLive).toBe(1);
});

test('a socket that died while its page was hidden is found out when it is shown', async ({
  chrome,
  tab,
  network,
  server,
}) => {
  test.setTimeout(120_000);
  await tab.goto('/posts/noon');
  await expectCounter(tab, '1 reading now · 1 view');
  const [first] = network.handshakes;

  await chrome.newTab();
  expect(await tab.hidden()).toBe(true);
  network.silence();
  await pass(2_000);
  expect(first?.texts, 'while hidden nothing is asked').toEqual([]);

  await tab.bringToFront();
  await expect.poll(() => first?.texts.length, 'it asks').toBe(1);
  const askedAt = first?.texts[0]?.at ?? Infinity;
  const silentFor = askedAt - (first?.at ?? 0);
  expect(silentFor, 'and not only after a minute of silence').toBeLessThan(60_000);
  await expectCounter(tab, LOST, 'lost', { timeout: 50_000 });
  // And the reader is told 2 s later.
  expect(Date.now() - askedAt, 'it waits 10 s for an answer').toBeGreaterThan(11_500);

  network.revive();
  await expectCounter(tab, '1 reading now · 1 view');
  expect(network.handshakes.at(-1)).toMatchObject({ view: first?.view, again: true });

  // What the dead one says at last is said to nobody.
  network.cutDead();
  await pass(1_500);
  await expectCounter(tab, '1 reading now · 1 view');
  expect(network.handshakes).toHaveLength(2);
  expect(network.open).toHaveLength(1);
  expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
});

test('a dead socket is left behind with its view, and its late end disturbs nobody', { tag: '@blog' }, async ({
  tab,
  network,
  watch,
}) => {
  const [noon, dusk] = [await watch('noon'), await watch('dusk')];
  const debug = await tab.page.createCDPSession();
  let ends = 0;
  debug.on('Network.webSocketClosed', () => (ends += 1));
  await debug.send('Network.enable');
  await tab.goto('/posts/noon');
  await expectCounter(tab, '1 reading now · 1 view');

  // Only what is open dies; what comes now passes.
  network.silence();
  network.revive();
  await tab.clickLink('Next Dusk');
  await expect.poll(() => tab.heading()).toBe('Dusk');
  await expectCounter(tab, '1 reading now · 1 view');
  await expect.poll(() => dusk.latest).toEqual({ live: 1, total: 1 });
  expect(ends, 'the browser waits in vain for the end of the first one').toBe(0);

  await tab.clickLink('Previous Noon');
  await expect.poll(() => tab.heading()).toBe('Noon');
  // The server still believes in the reader of whom it has heard no end.
  await expectCounter(tab, '2 reading now · 2 views');
  await expect.poll(() => dusk.latest).toEqual({ live: 0, total: 1 });
  await expect.poll(() => ends, "it is the second one's").toBe(1);

  network.cutDead();
  await expect.poll(() => ends, "and now the first one's").toBe(2);
  await expectCounter(tab, '1 reading now · 2 views');
  await pass(2_000);
  await expectCounter(tab, '1 reading now · 2 views');
  const slugs = network.handshakes.map(({ slug }) => slug);
  expect(slugs, 'nothing was opened in its place').toEqual(['noon', 'dusk', 'noon']);
  expect(network.open.map(({ slug }) => slug)).toEqual(['noon']);
  expect(new Set(network.handshakes.map(({ view }) => view)).size).toBe(3);
  expect(noon.latest).toEqual({ live: 1, total: 2 });
});
