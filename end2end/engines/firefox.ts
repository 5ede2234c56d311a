/** Firefox, driven by Puppeteer over WebDriver BiDi, which reports what pages say and not what it says itself. */

import { launch } from 'puppeteer-core';
import { logFailures } from './page-scripts';
import { PuppeteerEngine } from './puppeteer';
import type { Engine } from './window';

export async function startFirefox(): Promise<Engine> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: process.env['FIREFOX'] || '/usr/bin/firefox',
    extraPrefsFirefox: {
      // A page that still scrolls smoothly moves its links away under a click.
      'ui.prefersReducedMotion': 1,
    },
  });
  return new PuppeteerEngine(browser, [logFailures]);
}
