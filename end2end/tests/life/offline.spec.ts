import { expect, test } from '../../support/browser';
import { expectCounter, pass, type Tab } from '../../support/tab';
import { stopTimers } from '../../support/timers';

type Remembering = Window & { news: string[] };

/** Lets a page write down when the browser tells it that it is offline or online. */
async function rememberNews(tab: Tab): Promise<void> {
  await tab.page.evaluate(() => {
    const page = window as unknown as Remembering;
    page.news = [];
    for (const type of ['offline', 'online']) {
      addEventListener(type, () => page.news.push(type));
    }
  });
}

/** Takes the tab off the network or back, and waits until it was told so. */
async function setOffline(tab: Tab, offline: boolean): Promise<void> {
  await tab.page.setOfflineMode(offline);
  const told = () => tab.page.evaluate(() => (window as unknown as Remembering).news.at(-1));
  await expect.poll(told).toBe(offline ? 'offline' : 'online');
  expect(await tab.page.evaluate(() => navigator.onLine)).toBe(!offline);
}

test('back online, a socket that is still open is asked at once, and kept', async ({
  tab,
  network,
}) => {
  await tab.goto('/posts/noon');
  await expectCounter(tab, '1 reading now · 1 view');
  await rememberNews(tab);
  const [socket] = network.handshakes;

  await setOffline(tab, true);
  // Chromium may hold back what an open socket carries, but it cuts none.
  await pass(1_500);
  expect(network.open).toEqual([socket]);
  await expectCounter(tab, '1 reading now · 1 view');
  expect(socket?.texts).toEqual([]);

  // It would ask by itself after a minute without a frame, if its clock did not stand still.
  await tab.page.evaluate(stopTimers);
  await setOffline(tab, false);
  await expect.poll(() => socket?.texts.length).toBe(1);
  expect(network.handshakes).toHaveLength(1);
  expect(network.open).toEqual([socket]);
  await expectCounter(tab, '1 reading now · 1 view');
});

test.describe('without a network', () => {
  const REFUSED = /WebSocket connection to .* failed/;
  test.use({ expectedComplaints: /WebSocket connection to .* failed|ERR_INTERNET_DISCONNECTED/ });

  test('no socket can be had; back online one is opened at once, for the same view', async ({
    tab,
    network,
    server,
    complaints,
  }) => {
    test.setTimeout(60_000);
    await tab.goto('/posts/noon');
    await expectCounter(tab, '1 reading now · 1 view');
    await rememberNews(tab);
    const [first] = network.handshakes;

    await setOffline(tab, true);
    network.cut();
    await expectCounter(tab, '1 reading now · 1 view · not live', 'lost');
    // After so many failures it waits up to 16 s before the next try, and for good once its
    // clock stands still.
    const failures = () => complaints.filter((complaint) => REFUSED.test(complaint)).length;
    await expect.poll(failures, { timeout: 30_000 }).toBeGreaterThanOrEqual(4);
    expect(network.handshakes, 'none of them came through').toHaveLength(1);

    await tab.page.evaluate(stopTimers);
    await setOffline(tab, false);
    await expectCounter(tab, '1 reading now · 1 view');
    const second = network.handshakes[1];
    expect(second).toMatchObject({ view: first?.view, again: true });
    expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
  });
});
