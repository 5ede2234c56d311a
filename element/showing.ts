// Which page is shown, and whether a navigation away from it is under way. It is told what the
// routers of Astro and Turbo say and what the address is, and knows no element.

import { LEAVING_TIMEOUT } from './lifecycle';
import { canonicalPath } from './page';
import { slugOfPath } from './slug';

/** Of the page that is shown; while a navigation is under way the address may be ahead. */
let path = location.pathname;
/** What the page's own address was said to be when that was last looked for. */
let canonical = canonicalPath();
/** The same of the page before, which may still be there when the address has changed. */
let before: string | undefined;
/** The slug of the page that is shown, for counters that name none. */
let slug: string;
/** Whether it is read under that slug, which stays then. */
let isNamed: unknown;
/** Until when a navigation away that began is taken to end, by `performance.now()`; 0 without one. */
let leavingUntil = 0;
/** Its page, or a preview of it, is in the place of the one that is left. */
let isReplaced = false;
/** Whether there is a router that says what it does; the address alone says less. */
let hasRouter = false;

/**
 * The slug of the page that is shown. Until it is read, what names it may come to be: this script
 * may be there before the rest of the page's head, and before another that writes it.
 */
export function slugOfPage(isRead: unknown): string {
  if (!isNamed) {
    canonical = canonicalPath();
    slug = slugOfPath((canonical !== before && canonical) || path);
    isNamed = isRead;
  }
  return slug;
}

/** Another page is shown. What was said of the one before, if that may still be there, is about that. */
function become(stale?: string): void {
  before = stale;
  path = location.pathname;
  isNamed = false;
}

/** Whether a navigation is under way. One that does not end is a download, or leads nowhere. */
export const isLeaving = () => isReplaced || performance.now() < leavingUntil;

/** A router begins to go there. Returns whether that leaves the page: not, for a place in it. */
export function leaves(to: URL): boolean {
  hasRouter = true;
  // Whoever sees a preview of another page has left this one, even if they turn back to it.
  const isOther = isReplaced || to.pathname !== path;
  leavingUntil = isOther ? performance.now() + LEAVING_TIMEOUT : 0;
  return isOther;
}

/** A router has shown a page, or a preview of it. Returns whether that is in the place of this one. */
export const replaced = () => (isReplaced = leavingUntil > 0);

/** A router says that its page has loaded. Returns whether that is another one. */
export function loaded(): boolean {
  if (!isReplaced) return false;
  restored();
  become();
  return true;
}

/** No navigation is under way: the page is back from the back/forward cache, for example. */
export function restored(): void {
  leavingUntil = 0;
  isReplaced = false;
}

/** The address may be another. Returns whether it is, by a router that says nothing else. */
export function moved(): boolean {
  const isOther = !hasRouter && location.pathname !== path;
  if (isOther) become(canonical);
  return isOther;
}
