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
    return KEY in localStorage;
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
  const isDecided = confirm(`Count this browser ${leftOut ? 'again' : 'no more'}?`);
  try {
    // So that a reload does not ask again, nor the address when it is passed on. Whole, since a
    // path that begins with two slashes would name another host, as a <base> may.
    history.replaceState(history.state, '', location.href.slice(0, -QUESTION.length));
    if (isDecided) {
      if (leftOut) delete localStorage[KEY];
      else localStorage[KEY] = 1;
    }
  } catch {
    alert('It cannot be stored here.');
  }
}

/** What the handshake says of the browser beside the view. */
export function remarks(): string {
  const says = navigator as { globalPrivacyControl?: boolean; doNotTrack?: string | null };
  const privacy = says.globalPrivacyControl || says.doNotTrack === '1' ? '&gpc=1' : '';
  return privacy + (navigator.webdriver ? '&webdriver=1' : '');
}

/** 128 random bits, as 32 hexadecimal digits. By no method that a page's old library replaces. */
export function randomId(): string {
  let id = '';
  for (const part of crypto.getRandomValues(new Uint8Array(16))) {
    id += (part + 256).toString(16).slice(1);
  }
  return id;
}

/** The path of the address that the page says is its own, if that is of this site. */
export function canonicalPath(): string | undefined {
  const link = document.querySelector<HTMLLinkElement>('link[rel~=canonical]');
  try {
    const url = new URL(link!.href);
    if (url.origin === location.origin) return url.pathname;
  } catch {}
  return undefined;
}

const said: Record<string, true> = {};

/** Says this in the browser's console, once. */
export function say(problem: string): void {
  if (!said[problem]) console.error('<view-counter>: ' + problem);
  said[problem] = true;
}
