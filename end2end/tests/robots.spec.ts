/**
 * Robots see the numbers and are not counted: browsers that a program drives, as
 * they say themselves, and those that name a crawler. Playwright's own browser is
 * both, as it comes; the other tests make a plain browser of it.
 */

import { chromium, type Browser } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { expectCounter } from '../support/page';

/** Says that it is driven, and no more. */
const DRIVEN: string[] = [];
/** Says nothing. */
const PLAIN = ['--disable-blink-features=AutomationControlled'];

const ROBOTS = [
  { name: 'Chromium as Playwright starts it', args: DRIVEN, headless: true, webdriver: true },
  { name: 'only navigator.webdriver', args: DRIVEN, headless: false, webdriver: true },
  { name: 'only HeadlessChrome in the user agent', args: PLAIN, headless: true, webdriver: false },
];

for (const { name, args, headless, webdriver } of ROBOTS) {
  test(`${name}: it sees the numbers, live, and is in neither`, async ({
    launchOptions,
    userAgent,
    network,
    server,
    watch,
    read,
  }) => {
    const watcher = await watch('noon');
    const { executablePath } = launchOptions;
    const browser: Browser = await chromium.launch({
      args,
      channel: 'chromium',
      ...(executablePath ? { executablePath } : {}),
    });
    try {
      const session = await browser.newBrowserCDPSession();
      const { userAgent: asItComes } = await session.send('Browser.getVersion');
      expect(asItComes).toContain('HeadlessChrome');
      const own = headless ? asItComes : (userAgent ?? '');
      // The configuration's would be taken for every page, also of this browser.
      const page = await browser.newPage({ userAgent: own });
      await page.goto(`${network.url}/posts/noon`);
      expect(await page.evaluate(() => navigator.webdriver)).toBe(webdriver);
      expect(await page.evaluate(() => navigator.userAgent)).toBe(own);
      await expectCounter(page, '0 reading now · 0 views');

      await read('noon');
      await expectCounter(page, '1 reading now · 1 view');
      await expect.poll(() => watcher.latest).toEqual({ live: 1, total: 1 });
      expect(network.handshakes.length, 'it did connect').toBe(1);
    } finally {
      await browser.close();
    }
    expect(watcher.mostLive, 'the reader, and never the robot').toBe(1);
    expect(await server.views('noon')).toEqual({ live: 1, total: 1 });
  });
}
