// Numbers that are only shown, as on a page that lists posts: all of them are asked for at once.
// Nobody is counted, and no socket is open. A module of its own, /embed-listed.js, which pages
// without such counters do not load.

import type { Counts } from './lifecycle';
import { isVisible } from './page';

/**
 * A server, one of its slugs, what is to be done with that one's numbers, and an object that stands
 * for it as long as it is shown.
 */
export type Listed = readonly [
  server: string,
  slug: string,
  show: (counts: Counts) => void,
  shown: object,
];

/** The server names no more slugs in one request. */
const MAX_SLUGS = 100;
/** A slug has no more characters; one that is longer would have all others refused with it. */
const MAX_CHARS = 200;
/** How long more of them are waited for, which a parser has not come to. */
const GATHER_MS = 100;
/** How often they are asked for again, while somebody can see them. */
const REFRESH_MS = 60_000;

/** When the numbers of each were last asked for. */
const asked = new WeakMap<object, number>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Asks soon for the numbers of these that were not asked for within a minute; and so each minute. */
export function refresh(listed: Map<string, Listed>): void {
  clearTimeout(timer);
  timer = setTimeout(askDue, GATHER_MS, listed);
}

function askDue(listed: Map<string, Listed>): void {
  if (!listed.size || !isVisible()) return;
  const now = performance.now();
  const due = [...listed.values()].filter(([, slug, , shown]) => {
    const isDue = now - (asked.get(shown) ?? -Infinity) >= REFRESH_MS;
    return isDue && [...slug].length <= MAX_CHARS;
  });
  due.forEach(([, , , shown]) => asked.set(shown, now));
  timer = setTimeout(askDue, REFRESH_MS, listed);
  for (const server of new Set(due.map(([server]) => server))) {
    const its = due.filter((listed) => listed[0] === server);
    for (let first = 0; first < its.length; first += MAX_SLUGS) {
      void ask(server, its.slice(first, first + MAX_SLUGS));
    }
  }
}

async function ask(server: string, its: Listed[]): Promise<void> {
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
