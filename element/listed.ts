// Numbers that are only shown, as on a page that lists posts: all of them are asked for at once.
// Nobody is counted, and no socket is open. A module of its own, /embed-listed.js, which pages
// without such counters do not load.

import type { Counts } from './lifecycle';
import { isVisible } from './page';

/** A server, one of its slugs, and what is to be done with that one's numbers. */
export type Listed = readonly [string, string, (counts: Counts) => void];

/** The server names no more slugs in one request. */
const MAX_SLUGS = 100;
/** How often they are asked for again, while somebody can see them. */
const REFRESH_MS = 60_000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Asks for the numbers of these, by any key, now and every minute. */
export function refresh(listed: Map<string, readonly [...Listed, unknown]>): void {
  clearTimeout(timer);
  if (!listed.size || !isVisible()) return;
  timer = setTimeout(refresh, REFRESH_MS, listed);
  for (const server of new Set([...listed.values()].map(([server]) => server))) {
    const its = [...listed.values()].filter((listed) => listed[0] === server);
    for (let first = 0; first < its.length; first += MAX_SLUGS) {
      void ask(server, its.slice(first, first + MAX_SLUGS));
    }
  }
}

async function ask(server: string, its: (readonly [...Listed, unknown])[]): Promise<void> {
  const query = its.map(([, slug]) => `slug=${encodeURIComponent(slug)}`).join('&');
  try {
    const response = await fetch(`${server}/api/v1/views?${query}`);
    const { views } = await response.json();
    for (const counts of views) {
      its.forEach(([, slug, show]) => slug === counts.slug && show(counts));
    }
  } catch {
    // They are asked for again.
  }
}
