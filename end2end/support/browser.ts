/**
 * A real browser, for the life of a page where Playwright cannot go: its pages
 * are always visible, never prerendered, and never come back from the
 * back/forward cache. The runner is Playwright's all the same; only the browser
 * is driven by Puppeteer.
 *
 * Between it and the server is a {@link Proxy}, the witness of every socket.
 */

import { expect } from '@playwright/test';
import type { Browser, CDPSession, ConsoleMessage, Page } from 'puppeteer-core';
import { launchChromium } from '../engines/chromium';
import { expectNone, test as base } from './fixtures';
import type { Proxy } from './proxy';
import { COUNTERS, isHydrated, Tab } from './tab';

export { expect };

interface Fixtures {
  chrome: Chrome;
  /** The one tab that the browser begins with. */
  tab: Tab;
}

export const test = base.extend<Fixtures>({
  // As the configuration has Playwright launch its own.
  chrome: async ({ network, launchOptions }, use) => {
    const browser = await launchChromium(launchOptions.args);
    try {
      await use(new Chrome(browser, network));
    } finally {
      await browser.close();
    }
  },

  tab: async ({ chrome }, use) => use(await chrome.firstTab()),

  // In place of the one that asks Playwright's browser.
  complaints: async ({ chrome, expectedComplaints }, use) => {
    await use(chrome.complaints);
    expectNone(chrome.complaints, expectedComplaints);
  },
});

/** The browser: one window, in which one tab is in front. */
export class Chrome {
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #network: Proxy;
  readonly #heard = new Set<Page>();

  constructor(browser: Browser, network: Proxy) {
    this.#browser = browser;
    this.#network = network;
    browser.on('targetcreated', async (target) => {
      const page = target.type() === 'page' ? await target.page().catch(() => null) : null;
      if (page) this.#listen(page);
    });
  }

  async firstTab(): Promise<Tab> {
    const [page] = await this.#browser.pages();
    if (!page) throw new Error('the browser began without a tab');
    this.#listen(page);
    return new Tab(page, this.#network);
  }

  /** An empty tab, in front of all others. */
  async newTab(): Promise<Tab> {
    return new Tab(await this.#browser.newPage(), this.#network);
  }

  /** The tab that `open` causes the browser to open. */
  async tabOpenedBy(open: () => Promise<void>): Promise<Tab> {
    const created = new Promise<Page>((resolve, reject) => {
      this.#browser.once('targetcreated', (target) => {
        target.page().then((page) => (page ? resolve(page) : reject(target.type())), reject);
      });
    });
    await open();
    return new Tab(await created, this.#network);
  }

  /**
   * Waits until the browser has prerendered this path, all of it, because of
   * what `cause` does.
   */
  async prerenders(path: string, cause: () => Promise<void>): Promise<Prerendered> {
    const debug = await this.#browser.target().createCDPSession();
    const found: Prerendered[] = [];
    // Puppeteer attaches itself to such a document, and keeps it to itself.
    debug.connection()?.on('sessionattached', (session) => found.push(new Prerendered(session)));
    await cause();
    const isIt = (document: Prerendered) => document.isComplete(path).catch(() => false);
    const complete = async () => (await Promise.all(found.map(isIt))).indexOf(true);
    await expect.poll(complete, `${path} is prerendered`).not.toBe(-1);
    const document = found[await complete()];
    if (!document) throw new Error(`${path} was prerendered, and is so no longer`);
    return document;
  }

  #listen(page: Page): void {
    if (this.#heard.has(page)) return;
    this.#heard.add(page);
    page.on('console', (message: ConsoleMessage) => {
      if (['error', 'warn', 'assert'].includes(message.type())) {
        this.complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }
}

/**
 * A document that is prerendered, and may become a tab's. It is asked without
 * Puppeteer's pages: they lose it when that happens.
 */
export class Prerendered {
  readonly #session: CDPSession;

  constructor(session: CDPSession) {
    this.#session = session;
  }

  /** Whether it is this page, alive, and still not shown to anybody. */
  async isComplete(path: string): Promise<boolean> {
    const isIt = `location.pathname === ${JSON.stringify(path)} && document.prerendering`;
    return (await this.#ask(isIt)) === true && (await isHydrated(this.#session));
  }

  /** When it was shown, in ms since it began; 0 if it was not. */
  shownAfter(): Promise<unknown> {
    return this.#ask('performance.getEntriesByType("navigation")[0].activationStart');
  }

  counters(): Promise<unknown> {
    return this.#ask(COUNTERS);
  }

  async #ask(expression: string): Promise<unknown> {
    const answer = await this.#session.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
    });
    return answer.result.value;
  }
}
