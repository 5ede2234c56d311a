/** What Puppeteer does in the same way whichever browser it drives. */

import type { Browser, BrowserContext, ConsoleMessage, Page } from 'puppeteer-core';
import { hideDriver } from './page-scripts';
import type { BrowserWindow, Engine, Profile, ProfileOptions } from './window';

/** A function that runs in each document before its own scripts. */
type Preload = () => void;

export class PuppeteerEngine implements Engine {
  readonly #browser: Browser;
  readonly #preloads: Preload[];

  constructor(browser: Browser, preloads: Preload[] = []) {
    this.#browser = browser;
    this.#preloads = preloads;
  }

  async newProfile({ isDriven }: ProfileOptions): Promise<Profile> {
    const preloads = isDriven ? this.#preloads : [...this.#preloads, hideDriver];
    return new PuppeteerProfile(await this.#browser.createBrowserContext(), preloads);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

class PuppeteerProfile implements Profile {
  readonly #context: BrowserContext;
  readonly #preloads: Preload[];
  readonly #complaints: string[] = [];

  constructor(context: BrowserContext, preloads: Preload[]) {
    this.#context = context;
    this.#preloads = preloads;
  }

  async openWindow(url: string): Promise<BrowserWindow> {
    const page = await this.#context.newPage({ type: 'window' });
    page.on('console', (message: ConsoleMessage) => {
      if (['error', 'warn', 'assert'].includes(message.type())) {
        const { url } = message.location();
        this.#complaints.push(`${message.type()}: ${message.text()} (${url})`);
      }
    });
    page.on('pageerror', (error) => this.#complaints.push(String(error)));
    for (const preload of this.#preloads) await page.evaluateOnNewDocument(preload);
    const window = new PuppeteerWindow(page);
    await window.goto(url);
    return window;
  }

  async complaints(): Promise<string[]> {
    return this.#complaints;
  }

  close(): Promise<void> {
    return this.#context.close();
  }
}

class PuppeteerWindow implements BrowserWindow {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url);
  }

  click(selector: string): Promise<void> {
    return this.#page.locator(selector).click();
  }

  // Puppeteer's own waits for a load that a page out of the cache does not make.
  back(): Promise<void> {
    return this.#page.evaluate(() => history.back());
  }

  forward(): Promise<void> {
    return this.#page.evaluate(() => history.forward());
  }

  async reload(): Promise<void> {
    await this.#page.reload();
  }

  evaluate<Arguments extends unknown[], Result>(
    inPage: (...given: Arguments) => Result,
    ...given: Arguments
  ): Promise<Awaited<Result>> {
    // Puppeteer's own types are about handles, and none is passed here.
    const script = inPage as (...given: unknown[]) => unknown;
    return this.#page.evaluate(script, ...given) as Promise<Awaited<Result>>;
  }

  hide(): Promise<void> {
    return this.#setState('minimized');
  }

  show(): Promise<void> {
    return this.#setState('normal');
  }

  close(): Promise<void> {
    return this.#page.close();
  }

  async #setState(windowState: 'minimized' | 'normal'): Promise<void> {
    const id = await this.#page.windowId();
    await this.#page.browser().setWindowBounds(id, { windowState });
  }
}
