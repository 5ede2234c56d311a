/**
 * WebKit: the MiniBrowser of WebKitGTK on a display of its own (Xvfb), driven by Selenium
 * through WebKitWebDriver, which speaks WebDriver's first protocol and not BiDi. So it
 * neither runs a script before those of a page nor reports the console; both are done by
 * {@link preloadScript}, which the tests' servers put into each document.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Builder, By, Capabilities, error, type WebDriver } from 'selenium-webdriver';
import { freePort, kill, killWithThisProcess } from '../support/child-process';
import { COMPLAINTS_KEY, hideDriver, logFailures, recordComplaints, takeComplaints } from './page-scripts';
import type { BrowserWindow, Engine, Profile, ProfileOptions } from './window';

/** Both programs are up within a second, on a machine that has nothing else to do. */
const START_MS = 20_000;

/** A page that has come can be clicked sooner than this. */
const CLICKABLE_MS = 5_000;

/** What each document of a profile must begin with. */
export function preloadScript({ isDriven }: ProfileOptions): string {
  const calls = [
    `(${String(recordComplaints)})(${JSON.stringify(COMPLAINTS_KEY)})`,
    `(${String(logFailures)})()`,
    ...(isDriven ? [] : [`(${String(hideDriver)})()`]),
  ];
  return calls.join(';\n');
}

export async function startWebKit(): Promise<Engine> {
  const { display, xvfb } = await startDisplay();
  try {
    return new WebKit(xvfb, await startDriver(display));
  } catch (error) {
    await kill(xvfb);
    throw error;
  }
}

async function startDisplay(): Promise<{ display: string; xvfb: ChildProcess }> {
  const options = ['-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  // It picks a number that is free, and says which.
  const xvfb = spawn('Xvfb', ['-displayfd', '1', ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  killWithThisProcess(xvfb);
  const [number] = await once(xvfb.stdout, 'data', { signal: AbortSignal.timeout(START_MS) });
  return { display: `:${String(number).trim()}`, xvfb };
}

/** A driver that was started, and where it is. */
interface Driver {
  child: ChildProcess;
  url: string;
}

async function startDriver(display: string): Promise<Driver> {
  const port = await freePort();
  const { WAYLAND_DISPLAY: _, ...environment } = process.env;
  const child = spawn('WebKitWebDriver', [`--port=${port}`], {
    env: {
      ...environment,
      DISPLAY: display,
      // Its sandbox needs what root in a container may not do.
      ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
    },
    stdio: 'ignore',
  });
  killWithThisProcess(child);
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`WebKitWebDriver ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`WebKitWebDriver is not up after ${START_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { child, url };
}

async function answers(url: string): Promise<boolean> {
  const status = fetch(`${url}/status`, { signal: AbortSignal.timeout(5_000) });
  return (await status.catch(() => undefined))?.ok ?? false;
}

class WebKit implements Engine {
  readonly #xvfb: ChildProcess;
  readonly #driver: Driver;

  constructor(xvfb: ChildProcess, driver: Driver) {
    this.#xvfb = xvfb;
    this.#driver = driver;
  }

  /** A session is a browser process of its own, and the driver has one at a time. */
  async newProfile(): Promise<Profile> {
    const capabilities = new Capabilities({
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': { binary: process.env['MINIBROWSER'], args: ['--automation'] },
    });
    const session = await new Builder()
      .disableEnvironmentOverrides()
      .usingServer(this.#driver.url)
      .withCapabilities(capabilities)
      .build();
    return new WebKitProfile(session);
  }

  async close(): Promise<void> {
    await kill(this.#driver.child);
    // What is left of a browser ends with its display.
    await kill(this.#xvfb);
  }
}

class WebKitProfile implements Profile {
  readonly #session: WebDriver;
  readonly #complaints: string[] = [];
  readonly #windows = new Set<WebKitWindow>();
  /** The driver has one current window, so what is asked of another one waits. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(session: WebDriver) {
    this.#session = session;
  }

  async openWindow(url: string): Promise<BrowserWindow> {
    const isFirst = this.#windows.size === 0;
    const handle = await this.#inTurn(async () => {
      if (!isFirst) await this.#session.switchTo().newWindow('window');
      return this.#session.getWindowHandle();
    });
    const window = new WebKitWindow(this, handle);
    this.#windows.add(window);
    await window.goto(url);
    return window;
  }

  async complaints(): Promise<string[]> {
    for (const window of this.#windows) await window.recordComplaints();
    return this.#complaints;
  }

  async close(): Promise<void> {
    await this.#session.quit();
  }

  /** Does this in one window, and in no other meanwhile. */
  inWindow<T>(handle: string, act: (session: WebDriver) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      await this.#session.switchTo().window(handle);
      return act(this.#session);
    });
  }

  record(complaints: string[]): void {
    this.#complaints.push(...complaints);
  }

  forget(window: WebKitWindow): void {
    this.#windows.delete(window);
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act, act);
    this.#last = turn;
    return turn;
  }
}

class WebKitWindow implements BrowserWindow {
  readonly #profile: WebKitProfile;
  readonly #handle: string;

  constructor(profile: WebKitProfile, handle: string) {
    this.#profile = profile;
    this.#handle = handle;
  }

  async goto(url: string): Promise<void> {
    // They are kept by origin, and this may be another one.
    await this.recordComplaints();
    await this.#act((session) => session.get(url));
  }

  click(selector: string): Promise<void> {
    return this.#act(async (session) => {
      const element = session.findElement(By.css(selector));
      // A page that still scrolls smoothly moves it away under the driver's click.
      const scroll = (element: Element) => element.scrollIntoView({ behavior: 'instant', block: 'center' });
      await session.executeScript(scroll, element);
      // While one page fades into the next, the driver takes neither for one that can be clicked.
      const click = () =>
        element.click().then(
          () => true,
          (problem: unknown) => {
            if (problem instanceof error.ElementNotInteractableError) return false;
            throw problem;
          },
        );
      await session.wait(click, CLICKABLE_MS);
    });
  }

  back(): Promise<void> {
    return this.#act((session) => session.navigate().back());
  }

  forward(): Promise<void> {
    return this.#act((session) => session.navigate().forward());
  }

  reload(): Promise<void> {
    return this.#act((session) => session.navigate().refresh());
  }

  evaluate<Arguments extends unknown[], Result>(
    inPage: (...given: Arguments) => Result,
    ...given: Arguments
  ): Promise<Awaited<Result>> {
    return this.#act((session) => session.executeScript<Awaited<Result>>(inPage, ...given));
  }

  async hide(): Promise<void> {
    await this.#act((session) => session.manage().window().minimize());
  }

  /** A window that is moved is shown. */
  async show(): Promise<void> {
    await this.#act((session) => session.manage().window().setRect({ x: 0, y: 0 }));
  }

  async close(): Promise<void> {
    await this.recordComplaints();
    this.#profile.forget(this);
    await this.#act((session) => session.close());
  }

  async recordComplaints(): Promise<void> {
    this.#profile.record(await this.evaluate(takeComplaints, COMPLAINTS_KEY));
  }

  #act<T>(act: (session: WebDriver) => Promise<T>): Promise<T> {
    return this.#profile.inWindow(this.#handle, act);
  }
}
