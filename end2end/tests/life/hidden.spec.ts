import { expect, test } from '../../support/browser';
import { expectCounter, pass } from '../../support/tab';
import { stopTimers } from '../../support/timers';

test('a post opened in a background tab is read when it is first looked at', async ({
  chrome,
  tab,
  network,
  server,
}) => {
  const ofNoon = () => network.handshakes.filter(({ slug }) => slug === 'noon');
  await tab.goto('/posts/dawn');
  await expectCounter(tab, '1 reading now · 1 view');
  const behind = await chrome.tabOpenedBy(() => tab.clickLinkIntoBackground('Next Noon'));
  await behind.hydrated();
  expect(await behind.path()).toBe('/posts/noon');
  expect(await behind.visibilities(), 'it was never in front').toEqual(['hidden']);
  await pass(1_000);
  expect(ofNoon()).toEqual([]);
  expect(await server.views('noon')).toEqual({ live: 0, total: 0 });

  await behind.bringToFront();
  await expectCounter(behind, '1 reading now · 1 view');
  expect(await behind.visibilities()).toEqual(['hidden', 'visible']);

  // Once: another look is not another view.
  await tab.bringToFront();
  expect(await behind.hidden()).toBe(true);
  await behind.bringToFront();
  expect(await behind.hidden()).toBe(false);
  await pass(1_000);
  expect(ofNoon()).toHaveLength(1);
  expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
});

test('a post that is hidden for a few seconds is read on', async ({
  chrome,
  tab,
  network,
  read,
  watch,
}) => {
  await tab.goto('/posts/noon');
  await expectCounter(tab, '1 reading now · 1 view');
  const watcher = await watch('noon');

  await chrome.newTab();
  expect(await tab.hidden()).toBe(true);
  await pass(1_000);
  expect(watcher.frames, 'it has not left').toEqual([{ live: 1, total: 1 }]);
  await read('noon');
  await expectCounter(tab, '2 reading now · 2 views');

  await pass(1_500);
  await tab.bringToFront();
  expect(await tab.visibilities()).toEqual(['visible', 'hidden', 'visible']);
  // It asks whether its socket still lives. Without an answer it would take it
  // for dead after 10 s.
  await expect.poll(() => network.handshakes[0]?.texts.length).toBe(1);
  await pass(11_000);
  await expectCounter(tab, '2 reading now · 2 views');
  expect(network.handshakes).toHaveLength(1);
  expect(network.open, 'it is still the same socket').toHaveLength(1);
  expect(watcher.frames).toEqual([
    { live: 1, total: 1 },
    { live: 2, total: 2 },
  ]);
});

test('a post that is hidden for a minute is left, and then read on as the same view', async ({
  chrome,
  tab,
  network,
  watch,
}) => {
  test.setTimeout(200_000);
  await tab.goto('/posts/noon');
  await expectCounter(tab, '1 reading now · 1 view');
  const watcher = await watch('noon');

  await chrome.newTab();
  const hiddenAt = Date.now();
  expect(await tab.hidden()).toBe(true);
  await expect.poll(() => watcher.latest, { timeout: 110_000 }).toEqual({ live: 0, total: 1 });
  const patience = Date.now() - hiddenAt;
  expect(patience).toBeGreaterThan(59_000);
  expect(patience, 'after one minute, and not after two').toBeLessThan(118_000);

  // Nobody looks, so nobody comes back.
  await pass(3_000);
  expect(network.open).toEqual([]);
  expect(network.handshakes).toHaveLength(1);

  await tab.page.evaluate(stopTimers);
  await tab.bringToFront();
  await expectCounter(tab, '1 reading now · 1 view');
  expect(await tab.visibilities()).toEqual(['visible', 'hidden', 'visible']);
  const [first, second] = network.handshakes;
  expect(second).toMatchObject({ view: first?.view, again: true });
  await expect.poll(() => watcher.latest).toEqual({ live: 1, total: 1 });
  expect(watcher.mostLive).toBe(1);
  expect(network.handshakes).toHaveLength(2);
});
