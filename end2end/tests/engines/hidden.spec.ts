import { pass } from '../../support/tab';
import { stopTimers } from '../../support/timers';
import { expect, expectShown, test } from './fixtures';

// A minimised window is hidden in every engine. The minute is a real one: how an engine
// slows down the timers of a hidden page is what may go wrong, and no driver has a clock
// that does the same faster.
test('a post that is hidden for a minute is left, and then read on as the same view', async ({
  open,
  network,
  watch,
}) => {
  test.setTimeout(120_000);
  const watcher = await watch('noon');
  const window = await open('/posts/noon');
  await expectShown(window, { counter: '1 reading now · 1 view' });
  const isHidden = () => window.evaluate(() => document.hidden);
  expect(await isHidden()).toBe(false);

  // A moment is no reason to leave.
  await window.hide();
  await expect.poll(isHidden).toBe(true);
  await pass(1_000);
  await window.show();
  await expect.poll(isHidden).toBe(false);
  expect(network.handshakes).toHaveLength(1);
  expect(network.open).toHaveLength(1);

  await window.hide();
  const hiddenAt = Date.now();
  await expect.poll(isHidden).toBe(true);
  await expect.poll(() => watcher.latest, { timeout: 80_000 }).toEqual({ live: 0, total: 1 });
  expect(Date.now() - hiddenAt).toBeGreaterThan(59_000);
  await expect.poll(() => network.open).toEqual([]);

  await window.evaluate(stopTimers);
  await window.show();
  // What it shows has not changed meanwhile.
  await expect.poll(() => network.handshakes.length).toBe(2);
  await expectShown(window, { counter: '1 reading now · 1 view' });
  const [first, second] = network.handshakes;
  expect(second).toMatchObject({ view: first?.view, again: true });
  expect(watcher.mostLive).toBe(1);
});
