/**
 * What the tests that run in every engine may ask of a browser. Each engine has a file of
 * its own that does it through that engine's driver; no test knows which driver it is.
 */

/** The engines, by the names of Playwright's projects. */
export const ENGINES = ['chromium', 'firefox', 'webkit'] as const;

export type EngineName = (typeof ENGINES)[number];

/** A browser process, for all tests of a worker. */
export interface Engine {
  /** A profile in which nothing is stored yet, for one test. */
  newProfile(options: ProfileOptions): Promise<Profile>;
  close(): Promise<void>;
}

export interface ProfileOptions {
  /** Whether its pages are told that a program drives the browser, which is true. */
  isDriven: boolean;
}

export interface Profile {
  /** A window at this address, in front, once the page has loaded. */
  openWindow(url: string): Promise<BrowserWindow>;
  /** The errors and warnings of all its pages since it was made, in the console and thrown. */
  complaints(): Promise<string[]>;
  /** Closes all its windows. */
  close(): Promise<void>;
}

export interface BrowserWindow {
  /** Goes to an address as if it was typed in, and waits for the page. */
  goto(url: string): Promise<void>;
  /** Clicks the first element that matches, as a reader does: the browser sees a gesture. */
  click(selector: string): Promise<void>;
  /** Neither waits for the page: one that comes out of the cache loads nothing. */
  back(): Promise<void>;
  forward(): Promise<void>;
  reload(): Promise<void>;
  /** Calls a function in the page; it can use its arguments and nothing else from here. */
  evaluate<Arguments extends unknown[], Result>(
    inPage: (...given: Arguments) => Result,
    ...given: Arguments
  ): Promise<Awaited<Result>>;
  /** Minimises it: its page is hidden until {@link show}. */
  hide(): Promise<void>;
  show(): Promise<void>;
  close(): Promise<void>;
}
