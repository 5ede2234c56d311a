/** One tab of the real browser, in the words of the tests. */

import { expect } from '@playwright/test';
import type { CDPSession, Page } from 'puppeteer-core';
import { IS_DEFINED, PLAIN } from './plain-pages';
import type { Proxy } from './proxy';

/** What a page answers with each of its counters: the state, and what it reads. */
export const COUNTERS = PLAIN
  ? `[...document.querySelectorAll('.view-counter')]
      .map(({ shadowRoot }) => shadowRoot.querySelector('[part^="is-"]'))
      .map((drawn) => drawn && [drawn.getAttribute('part').slice(3), drawn.textContent])`
  : `[...document.querySelectorAll('.view-counter')]
      .map((counter) => [counter.dataset.state, counter.textContent])`;

export class Tab {
  readonly page: Page;
  readonly #network: Proxy;

  constructor(page: Page, network: Proxy) {
    this.page = page;
    this.#network = network;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.#network.url}${path}`);
  }

  /** Puts it in front; the tab that was there is hidden thereby. */
  async bringToFront(): Promise<void> {
    await this.page.bringToFront();
  }

  /** A real click on the link of this name, once it stays where it is. */
  async clickLink(name: string): Promise<void> {
    await this.page.locator(`::-p-aria([name="${name}"][role="link"])`).click();
  }

  /** A click that opens the link in a tab behind this one. */
  async clickLinkIntoBackground(name: string): Promise<void> {
    await this.page.keyboard.down('Control');
    await this.clickLink(name);
    await this.page.keyboard.up('Control');
  }

  path(): Promise<string> {
    return this.page.evaluate(() => location.pathname);
  }

  /** Waits until scripts have taken the page over. */
  async hydrated(): Promise<void> {
    const debug = await this.page.createCDPSession();
    await expect.poll(() => isHydrated(debug), { message: 'the page is hydrated' }).toBe(true);
    await debug.detach();
  }

  heading(): Promise<string | null | undefined> {
    return this.page.evaluate(() => document.querySelector('h1')?.textContent);
  }

  hidden(): Promise<boolean> {
    return this.page.evaluate(() => document.hidden);
  }

  /** The browser's own record of when the document was `visible` and `hidden`, in order. */
  visibilities(): Promise<string[]> {
    return this.page.evaluate(() =>
      performance.getEntriesByType('visibility-state').map(({ name }) => name),
    );
  }

  counters(): Promise<unknown> {
    return this.page.evaluate(COUNTERS);
  }
}

/** Waits until both counters of a post read `text`, live or as they say otherwise. */
export async function expectCounter(
  page: { counters(): Promise<unknown> },
  text: string,
  state: 'static' | 'live' | 'lost' = 'live',
  options: { timeout?: number } = {},
): Promise<void> {
  const counter = [state, text];
  // While one document takes another's place there is nobody to ask.
  const counters = () => page.counters().catch(String);
  await expect.poll(counters, options).toEqual([counter, counter]);
}

/** Lets real time pass, in which something must not happen. */
export function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** As for Playwright's pages: the debugger is asked whether the theme's button listens. */
export async function isHydrated(session: CDPSession): Promise<boolean> {
  if (PLAIN) {
    const { result } = await session.send('Runtime.evaluate', { expression: IS_DEFINED });
    return result.value === true;
  }
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'document.querySelector(".theme-toggle")',
  });
  if (!result.objectId) return false;
  const found = await session.send('DOMDebugger.getEventListeners', { objectId: result.objectId });
  return found.listeners.some(({ type }) => type === 'click');
}
