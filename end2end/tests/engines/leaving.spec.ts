import type { BrowserWindow } from '../../engines/window';
import { embedTest, expect, expectShown, test } from './fixtures';

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

embedTest.describe('a link to a page that is slow to come', () => {
  embedTest.use({
    files: { folder: 'examples/plain', written: 'http://127.0.0.1:8000' },
    slugs: '/slugs.txt',
  });

  // Firefox closes the sockets of a page as soon as one of its links is clicked.
  embedTest('leaves once, and says nothing meanwhile', async ({ open, site, watch }) => {
    const watcher = await watch('noon');
    const counters = 'main view-counter';
    const window = await open('/posts/noon.html');
    await expectShown(window, { counters, counter: '1 reading now · 1 view' });
    await window.evaluate(() => {
      setInterval(() => {
        const counter = document.querySelector('main view-counter');
        const text = counter?.shadowRoot?.textContent ?? '';
        sessionStorage.setItem(text, '');
      }, 50);
    });
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const late = held.then(() => ({ body: '<!doctype html><head><link rel=icon href="data:,"></head><h1>Late</h1>' }));
    site.answers.set('/posts/dusk.html', late);
    const clicked = window.click('a[href="/posts/dusk.html"]');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    release();
    await clicked;
    await expectShown(window, { heading: 'Late' });
    const texts = await window.evaluate(() => Object.keys(sessionStorage));
    expect(texts.filter((text) => text.includes('not live'))).toEqual([]);
    await expect.poll(() => watcher.latest).toEqual({ live: 0, total: 1 });
    expect(watcher.frames.map(({ live }) => live), 'it comes and goes once').toEqual([0, 1, 0]);
  });
});
