// Numbers that are only shown, as on a page that lists posts: all of them are asked for at once.
// Nobody is counted, and no socket is open. A module of its own, /embed-listed.js, which pages
// without such counters do not load.

import type { Counts } from './lifecycle';
import { isVisible, say } from './page';

/** By a server and one of its slugs, with a space between: what stands for it while it is shown. */
export type Listed = Map<string, object>;
/** What is to be done with the numbers of one of them. */
export type Show = (shown: any, counts: Counts) => void;

/** The server names no more slugs in one request. */
const MAX_SLUGS = 100;
/** The most characters of a request's query. Servers and proxies take addresses of 8 KB. */
const MAX_QUERY = 4_000;
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
export function refresh(listed: Listed, show: Show): void {
  clearTimeout(timer);
  timer = setTimeout(askDue, GATHER_MS, listed, show);
}

function askDue(listed: Listed, show: Show): void {
  if (!listed.size || !isVisible()) return;
  const now = performance.now();
  timer = setTimeout(askDue, REFRESH_MS, listed, show);
  /** What is asked for next, by server and then by slug. */
  const batches = new Map<string, Map<string, object>>();
  listed.forEach((shown, key) => {
    const space = key.indexOf(' ');
    const [server, slug] = [key.slice(0, space), key.slice(space + 1)];
    const isDue = now - (asked.get(shown) ?? -Infinity) >= REFRESH_MS;
    if (!isDue || [...slug].length > MAX_CHARS) return;
    asked.set(shown, now);
    let batch = batches.get(server) ?? new Map<string, object>();
    const isFull = batch.size === MAX_SLUGS || queryOf([...batch.keys(), slug]).length > MAX_QUERY;
    if (isFull) {
      void ask(server, batch, show);
      batch = new Map();
    }
    batches.set(server, batch.set(slug, shown));
  });
  batches.forEach((batch, server) => void ask(server, batch, show));
}

const queryOf = (slugs: Iterable<string>) =>
  [...slugs].map((slug) => `slug=${encodeURIComponent(slug)}`).join('&');

async function ask(server: string, batch: Map<string, object>, show: Show): Promise<void> {
  try {
    const response = await fetch(`${server}/api/v1/views?${queryOf(batch.keys())}`);
    if (!response.ok) say(`${server} answers ${response.status} when it is asked for a list`);
    const { views } = await response.json();
    for (const counts of views) {
      const shown = batch.get(counts.slug);
      if (shown) show(shown, counts);
    }
  } catch {
    // They are asked for again.
  }
}
