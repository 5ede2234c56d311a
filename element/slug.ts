// What a page and an attribute name: slugs and servers. src/service/slugs/page.rs makes the same
// slugs of the same addresses; both are tested with tests/slugs.json.

const decoded = (text: string) => {
  try {
    return decodeURIComponent(text);
  } catch {
    // It is not UTF-8: no slug either, which the server will say.
    return text;
  }
};

/**
 * The slug of the page at this path: in small letters, composed (NFC), without `index.html` at its
 * end, with single slashes and none around it; `index` for the site's first page.
 */
export const slugOfPath = (path: string) =>
  decoded(path)
    .normalize()
    .toLowerCase()
    .replace(/\/+/g, '/')
    .replace(/^\/|\/$/g, '')
    .replace(/(^|\/)index\.html$/, '') || 'index';

/** The slug that an attribute names: as a path, if it begins or ends with a slash; else a name. */
export const slugOfAttribute = (text: string) => {
  text = text.trim();
  return /^\/|\/$/.test(text) ? slugOfPath(text) : decoded(text).normalize();
};

/** Whether the server may know such a slug: no control character, no part that is `.` or `..`. */
export const isSlug = (slug: string) => !/[\p{Cc}\p{Cs}]|(^|\/)\.{0,2}(\/|$)/u.test(slug);

/** A slug as a part of an address. Its slashes stay: some proxies refuse encoded ones. */
export const encodedSlug = (slug: string) => encodeURIComponent(slug).replace(/%2F/g, '/');

/**
 * The server of this address, without a slash at its end; undefined if it can be none. Without a
 * scheme it is the page's.
 */
export function serverOf(text: string): string | undefined {
  text = text.trim();
  try {
    const url = new URL(/^([\w+.-]+:\/)?\//.test(text) ? text : `//${text}`, location.href);
    if (/^https?:$/.test(url.protocol)) return (url.origin + url.pathname).replace(/\/+$/, '');
  } catch {}
  return undefined;
}
