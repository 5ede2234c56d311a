// What the browser says of the page as a whole, and of whoever looks at it.

/** Where a browser that is left out is remembered; there is nothing under it otherwise. */
const KEY = 'view-counter-ignore-me';
/** What asks for a decision, at the end of a page's address. */
const QUESTION = '#ignore-me';

/** Whether somebody can see the page: in front, and not prerendered for a visit that may never come. */
export const isVisible = () =>
  document.visibilityState === 'visible' && !(document as { prerendering?: boolean }).prerendering;

/** Whether this browser's visits are left out, as its owner decided. */
export function isLeftOut(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    // Some browsers refuse it, in a private window for example.
    return false;
  }
}

/**
 * Asks whether to leave this browser out, or to count it again, if the address asks for
 * that. Anyone can put such an address into a link, so nobody is left out by following one.
 */
export function decide(): void {
  if (location.hash !== QUESTION) return;
  const leftOut = isLeftOut();
  const question = leftOut
    ? 'Count the visits of this browser again?'
    : 'Leave this browser out of the counts? It will still show them.';
  // So that a reload does not ask again, nor the address when it is passed on.
  history.replaceState(history.state, '', location.pathname + location.search);
  if (!confirm(question)) return;
  try {
    if (leftOut) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, '1');
  } catch {
    alert('This browser stores nothing here, so it cannot be left out.');
  }
}

/** What the handshake says of the browser beside the view. */
export function remarks(): string {
  const says = navigator as { globalPrivacyControl?: boolean; doNotTrack?: string | null };
  const privacy = says.globalPrivacyControl || says.doNotTrack === '1' ? '&gpc=1' : '';
  return privacy + (navigator.webdriver ? '&webdriver=1' : '');
}

/** 128 random bits, as 32 hexadecimal digits. */
export const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/**
 * The slug of the page at this path: in small letters, without `index.html` at its end and
 * without slashes around it; `index` for the site's first page.
 */
export function slugOf(path: string): string {
  try {
    path = decodeURIComponent(path);
  } catch {
    // It is not UTF-8: no slug either, which the server will say.
  }
  return path.toLowerCase().replace(/(^|\/)index\.html$/, '').replace(/^\/+|\/+$/g, '') || 'index';
}
