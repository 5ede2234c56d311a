// Which page is shown, and whether a navigation away from it is under way. It is told what the
// routers of Astro and Turbo say and what the address is, and knows no element.

import { LEAVING_TIMEOUT } from './lifecycle';
import { canonicalPath } from './page';
import { slugOfPath } from './slug';

/** Of the page that is shown; while a navigation is under way the address may be ahead. */
let path = location.pathname;
/** What the page's own address was said to be when it was first shown. */
let canonical = canonicalPath();
/** The slug of the page that is shown, for counters that name none. */
let slug = slugOfPath(canonical ?? path);
/** When a navigation away began that has not ended, by `performance.now()`. */
let leavingSince = -Infinity;
/** Its page, or a preview of it, is in the place of the one that is left. */
let isReplaced = false;
/** Whether there is a router that says what it does; the address alone says less. */
let hasRouter = false;

export const slugOfPage = () => slug;

/** Whether a navigation is under way. One that does not end is a download, or leads nowhere. */
export const isLeaving = () =>
  isReplaced || performance.now() < leavingSince + LEAVING_TIMEOUT;

/** A router begins to go there. Returns whether that leaves the page: not, for a place in it. */
export function leaves(to: URL): boolean {
  hasRouter = true;
  restored();
  if (to.pathname === path) return false;
  leavingSince = performance.now();
  return true;
}

/** A router has put the next page, or a preview of it, in the place of this one. */
export function replaced(): void {
  isReplaced = leavingSince > 0;
}

/** A router says that its page has loaded. Returns whether that is another one. */
export function loaded(): boolean {
  if (!isReplaced) return false;
  restored();
  path = location.pathname;
  canonical = canonicalPath();
  slug = slugOfPath(canonical ?? path);
  return true;
}

/** No navigation is under way: the page is back from the back/forward cache, for example. */
export function restored(): void {
  leavingSince = -Infinity;
  isReplaced = false;
}

/** The address may be another. Returns whether it is, by a router that says nothing else. */
export function moved(): boolean {
  if (hasRouter || location.pathname === path) return false;
  path = location.pathname;
  const before = canonical;
  canonical = canonicalPath();
  // What said so before is about the page before.
  slug = slugOfPath((canonical !== before && canonical) || path);
  return true;
}
