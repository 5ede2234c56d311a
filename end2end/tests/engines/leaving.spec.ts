import type { BrowserWindow } from '../../engines/window';
import { expect, expectShown, test } from './fixtures';

const waysToLeave: Record<string, (window: BrowserWindow, url: string) => Promise<void>> = {
  'a link to the home page': (window) => window.click('a[href="/"]'),
  'a link to another post': (window) => window.click('a[rel=next]'),
  'an address typed in': (window, url) => window.goto(`${url}/about`),
  'another site': (window) => window.goto('about:blank'),
  'closing the window': (window) => window.close(),
};

for (const [way, leave] of Object.entries(waysToLeave)) {
  test(`who leaves by ${way} is seen to leave`, async ({ open, network, server, read }) => {
    await read('noon');
    const window = await open('/posts/noon');
    await expectShown(window, { counter: '2 reading now · 2 views' });

    await leave(window, network.url);
    await expect.poll(() => server.views('noon')).toEqual({ live: 1, total: 2 });
    await expect.poll(() => network.open.filter(({ slug }) => slug === 'noon')).toEqual([]);
  });
}
