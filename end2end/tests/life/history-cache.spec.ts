import { expect, test } from '../../support/browser';
import { expectCounter, type Tab } from '../../support/tab';
import { stopTimers } from '../../support/timers';

/** What a page remembers of its returns: it is the same page, so it can. */
type Remembering = Window & { returns: boolean[] };

async function rememberReturns(tab: Tab): Promise<void> {
  await tab.page.evaluate(() => {
    const page = window as unknown as Remembering;
    page.returns = [];
    addEventListener('pageshow', ({ persisted }) => page.returns.push(persisted));
  });
}

test('back from the history cache is a new view, at once', async ({ tab, network, watch }) => {
  const watcher = await watch('noon');
  await tab.goto('/posts/noon');
  await expectCounter(tab, '1 reading now · 1 view');
  await rememberReturns(tab);

  for (const [returns, views] of [[1, '2 views'], [2, '3 views']] as const) {
    // With a clock that stands still: what it does when it is back takes no wait.
    await tab.page.evaluate(stopTimers);
    await tab.goto('/about');
    await expect.poll(() => watcher.latest, 'it has left').toEqual({ live: 0, total: returns });
    await expect.poll(() => network.open).toEqual([]);

    await tab.page.evaluate(() => history.back());
    await expectCounter(tab, `1 reading now · ${views}`);
    const remembered = await tab.page.evaluate(
      () => (window as unknown as Remembering).returns,
    );
    expect(remembered, 'it is the same page, out of the cache').toHaveLength(returns);
    expect(remembered.at(-1)).toBe(true);
    const reasons = await tab.page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation');
      return (navigation as PerformanceEntry & { notRestoredReasons: unknown }).notRestoredReasons;
    });
    expect(reasons, 'nothing kept it out of the cache').toBeNull();

    const handshake = network.handshakes.at(-1);
    expect(handshake?.again).toBe(false);
    expect(network.handshakes).toHaveLength(1 + returns);
  }

  const views = network.handshakes.map(({ view }) => view);
  expect(new Set(views).size, 'every return has an id of its own').toBe(3);
  expect(network.open).toHaveLength(1);
  expect(watcher.latest).toEqual({ live: 1, total: 3 });
  expect(watcher.mostLive, 'nobody reads beside themselves').toBe(1);
});
