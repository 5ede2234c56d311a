/**
 * A script that runs in each document before all of its own, for a browser whose driver has
 * none such: a server of these tests puts it into what is asked for as a document. What a
 * page's scripts fetch is left as it is.
 */

import type { IncomingHttpHeaders } from 'node:http';

/** Of the page's own origin, which is what the site's policy allows. */
export const PRELOAD_PATH = '/preload-of-the-tests.js';

/** Whether the browser asks for something to show in a window. */
export function isForDocument(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-dest'] === 'document';
}

export function withPreload(html: string): string {
  const [head] = /<head[^>]*>/.exec(html) ?? [];
  if (!head) throw new Error('a document without a <head> has no place for the script');
  return html.replace(head, `${head}<script src="${PRELOAD_PATH}"></script>`);
}
