/** What the tests ask of a page, in the words of the tests. */

import { expect, type Locator, type Page, type Route } from '@playwright/test';
import { PLAIN } from './plain-pages';

/** A page of each kind, with the address that it has here. */
export const PAGES = {
  home: '/',
  post: '/posts/noon',
  tag: '/tags/ebb',
  about: '/about',
  privacy: '/privacy',
  missing: '/nowhere',
} as const;

type State = 'static' | 'live' | 'lost';

/** The counters of a page that are in this state. The element draws into a shadow of its own. */
export function counters(page: Page, state: State): Locator {
  return page.locator(
    PLAIN ? `.view-counter [part="is-${state}"]` : `.view-counter[data-state="${state}"]`,
  );
}

/** What stands between a counter's numbers. */
export function separators(page: Page): Locator {
  return page.locator(PLAIN ? '.view-counter [part=separator]' : '.view-counter-separator');
}

/** What says of counters that they are not live. */
export function signs(page: Page): Locator {
  return page.locator(PLAIN ? '.view-counter [part=sign]:not(:empty)' : '.view-counter-sign');
}

/** Waits until both counters of a post read `text`, live or as they say otherwise. */
export async function expectCounter(
  page: Page,
  text: string,
  state: State = 'live',
  options: { timeout?: number } = {},
): Promise<void> {
  await expect(counters(page, state)).toHaveText([text, text], options);
}

/**
 * Waits until scripts have taken the page over. Nothing on a page shows that, so
 * the debugger is asked whether the theme's button listens yet.
 */
export async function hydrated(page: Page): Promise<void> {
  const debug = await page.context().newCDPSession(page);
  const listeners = async () => {
    const { result } = await debug.send('Runtime.evaluate', {
      expression: 'document.querySelector(".theme-toggle")',
    });
    if (!result.objectId) return [];
    const found = await debug.send('DOMDebugger.getEventListeners', { objectId: result.objectId });
    return found.listeners.map(({ type }) => type);
  };
  await expect.poll(listeners, { message: 'the page is hydrated' }).toContain('click');
  await debug.detach();
}

/** Whether the page is dark, from what it paints and not from what it says. */
export async function isDark(page: Page): Promise<boolean> {
  const background = await page
    .locator('body')
    .evaluate((body) => getComputedStyle(body).backgroundColor);
  const [, red, green, blue] = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(background) ?? [];
  if (!red) throw new Error(`this is no opaque colour: ${background}`);
  return Number(red) + Number(green) + Number(blue) < 3 * 128;
}

/** How many whole documents the page loads from now on. */
export function countLoads(page: Page): () => number {
  let loads = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) loads += 1;
  });
  return () => loads;
}

/** Does this with each page that is asked for without a load. */
export async function onNavigation(
  page: Page,
  answer: (route: Route) => Promise<void>,
): Promise<void> {
  await page.route(/\/(posts\/|tags\/|about|privacy|nowhere|page\/|$)[^.]*$/, async (route) => {
    if (route.request().resourceType() === 'fetch') await answer(route);
    else await route.fallback();
  });
}

/** Holds back every page that a navigation asks for, until what this returns is called. */
export async function holdPages(page: Page): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await onNavigation(page, async (route) => {
    await held;
    // The page may have given up on it meanwhile.
    await route.continue().catch(() => {});
  });
  return letGo;
}
