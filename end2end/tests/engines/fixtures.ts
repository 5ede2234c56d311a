/**
 * What a test starts from that runs in every engine: a browser of the one that its project
 * names, with a profile of the test's own, and a server with an empty database.
 */

import { mergeTests } from '@playwright/test';
import { START } from '../../engines';
import { displayedTexts } from '../../engines/page-scripts';
import { preloadScript } from '../../engines/webkit';
import type { BrowserWindow, Engine, EngineName, Profile } from '../../engines/window';
import { expect, expectNone, lend, test as base } from '../../support/fixtures';
import { Server } from '../../support/server';
import { test as onOtherSite } from '../embed/fixtures';

export { expect };

interface Options {
  /** Whether the pages are told that a program drives the browser. */
  isDriven: boolean;
}

interface Fixtures {
  profile: Profile;
  /** Opens a window at this path. */
  open: (path: string) => Promise<BrowserWindow>;
  /** What the servers of the pages must put before the scripts of each. */
  preload: string | undefined;
}

interface WorkerFixtures {
  engineName: EngineName;
  engine: Engine;
}

const inEngine = base.extend<Options & Fixtures, WorkerFixtures>({
  engineName: ['chromium', { option: true, scope: 'worker' }],

  engine: [
    async ({ engineName }, use) => {
      const engine = await START[engineName]();
      try {
        await use(engine);
      } finally {
        await engine.close();
      }
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  isDriven: [false, { option: true }],

  profile: async ({ engine, isDriven }, use) => {
    const profile = await engine.newProfile({ isDriven });
    try {
      await use(profile);
    } finally {
      await profile.close();
    }
  },

  open: async ({ profile, baseURL }, use) => {
    await use((path) => profile.openWindow(new URL(path, baseURL).href));
  },

  preload: async ({ engineName, isDriven }, use) => {
    await use(engineName === 'webkit' ? preloadScript({ isDriven }) : undefined);
  },

  // In place of the one that asks Playwright's browser.
  complaints: async ({ profile, expectedComplaints }, use) => {
    await use([]);
    expectNone(await profile.complaints(), expectedComplaints);
  },
});

/** A test on the blog. */
export const test = inEngine.extend({
  baseURL: async ({ network, preload }, use) => {
    network.preload = preload;
    await use(network.url);
  },
});

/** A test on a Leptos application with its own router, of `end2end/hosts/leptos`. */
export const routerTest = test.extend({
  server: async ({}, use, testInfo) => {
    await lend(await Server.startPlacements(), use, testInfo);
  },
});

/** A test on somebody else's site with the element of `/embed.js`. */
export const embedTest = mergeTests(onOtherSite, inEngine).extend({
  baseURL: async ({ site, network, preload }, use) => {
    site.preload = preload;
    // The witness of every socket is between the pages and the server.
    site.counts = network.url;
    await use(site.url);
  },
});

const COUNTERS = '.view-counter, view-counter';

/** What a page must show. */
export interface Shown {
  path?: string;
  heading?: string;
  /** What each of its counters displays. */
  counter?: string;
  /** Which counters, if not all. */
  counters?: string;
}

/**
 * Waits until the window shows this, all at once. The document has loaded by then: Firefox
 * complains of whatever was still on its way when a page is left.
 */
export async function expectShown(
  window: BrowserWindow,
  { path, heading, counter, counters = COUNTERS }: Shown,
  options: { timeout?: number } = {},
): Promise<void> {
  const shown = async () => ({
    document: await window.evaluate(() => document.readyState),
    ...(path === undefined ? {} : { path: await window.evaluate(() => location.pathname) }),
    ...(heading === undefined ? {} : { heading: (await displayed(window, 'h1'))[0] }),
    ...(counter === undefined
      ? {}
      : { counters: [...new Set(await displayed(window, counters))] }),
  });
  const wanted = {
    document: 'complete',
    ...(path === undefined ? {} : { path }),
    ...(heading === undefined ? {} : { heading }),
    ...(counter === undefined ? {} : { counters: [counter] }),
  };
  // While one document takes another's place there is nobody to ask.
  await expect.poll(() => shown().catch(String), options).toEqual(wanted);
}

/** What is displayed by each element that matches. */
export function displayed(window: BrowserWindow, selector: string): Promise<string[]> {
  return window.evaluate(displayedTexts, selector);
}

/** When its document began: the same number is the same document. */
export function documentOf(window: BrowserWindow): Promise<number> {
  return window.evaluate(() => performance.timeOrigin);
}
