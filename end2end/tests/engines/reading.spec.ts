import { expect, expectShown, test } from './fixtures';

test('two windows on a post see each other come and go', async ({ open, server }) => {
  const first = await open('/posts/noon');
  await expectShown(first, { heading: 'Noon', counter: '1 reading now · 1 view' });

  const second = await open('/posts/noon');
  await expectShown(second, { counter: '2 reading now · 2 views' });
  await expectShown(first, { counter: '2 reading now · 2 views' });

  await second.close();
  await expectShown(first, { counter: '1 reading now · 2 views' });
  expect(await server.views('noon')).toEqual({ live: 1, total: 2 });
});

test('a reload is a new view of one reader', async ({ open, network, watch }) => {
  const watcher = await watch('noon');
  const window = await open('/posts/noon');
  await expectShown(window, { counter: '1 reading now · 1 view' });

  await window.reload();
  await expectShown(window, { counter: '1 reading now · 2 views' });
  await expect.poll(() => network.open).toHaveLength(1);
  expect(watcher.mostLive, 'nobody reads beside themselves').toBe(1);
});

test.describe('a window that a program drives, and whose browser says so', () => {
  test.use({ isDriven: true });

  test('sees who reads, and is in neither number', async ({ open, read, server }) => {
    const window = await open('/posts/noon');
    expect(await window.evaluate(() => navigator.webdriver)).toBe(true);
    await expectShown(window, { counter: '0 reading now · 0 views' });

    const reader = await read('noon');
    await expectShown(window, { counter: '1 reading now · 1 view' });
    reader.close();
    await expectShown(window, { counter: '0 reading now · 1 view' });
    expect(await server.views('noon')).toEqual({ live: 0, total: 1 });
  });
});
