// <view-counter>: a post's numbers on any page, live. The script that is loaded from the
// counting server: <script src="https://counts.example/embed.js" async></script>.

import { drawing, type Numbers } from './drawing';
import { type Counts, type Event, LEAVING_TIMEOUT } from './lifecycle';
import type { refresh } from './listed';
import { decide, isLeftOut, isVisible, say } from './page';
import { type Reader, reader } from './reader';
import * as showing from './showing';
import { isSlug, serverOf, slugOfAttribute } from './slug';

/**
 * Where this script came from; nothing of a module, and of a script without an address. And what is
 * in its name, up to its end: `-0.1.0.` where a page has pinned a version of it.
 */
const [, home, , version = '.'] =
  (document.currentScript as HTMLScriptElement | null)?.src.match(
    /^([^?#]*\/)(embed(-[\d.]+)js)?/,
  ) ?? [];
/** How often it is tried to load what lists need, once that has failed. */
const RETRY_MS = 60_000;

/** The counters on the page. */
const counters = new Set<ViewCounter>();
/** The page's readers, by server and slug: counters of one slug share one. */
const readers = new Map<string, Reader>();
/** Those that no counter had at some time since the address changed. */
const away = new WeakSet<Reader>();
/** What the counters show that only show, by server and slug. */
const listed = new Map<string, Numbers>();
/** The timer of the next update; none if it is 0. */
let updates: ReturnType<typeof setTimeout> | 0 = 0;
/** How often what lists need could not be loaded, and what makes the next try another address of it. */
let failures = 0;
let query = '';

/** What this counter is to show the numbers of; undefined if what is written at it can be nothing. */
function numbersOf(counter: ViewCounter): Numbers | undefined {
  const written = counter.getAttribute('server') ?? home;
  const server = written && serverOf(written);
  if (!server) {
    say(written ? `${written} is no server` : 'no server is known: write server');
  }
  const named = slugOfAttribute(counter.getAttribute('slug') ?? '');
  const isRead = !counter.hasAttribute('no-count');
  const slug = named || showing.slugOfPage(server && isRead);
  if (!isSlug(slug)) say(`slug="${slug}" is no slug`);
  else if (server) {
    const key = `${server} ${slug}`;
    if (!isRead) {
      if (!listed.has(key)) listed.set(key, { kind: 'static' });
      return listed.get(key);
    }
    if (!readers.has(key)) readers.set(key, reader(server, slug, drawAll));
    return readers.get(key);
  }
  return undefined;
}

const drawAll = () => counters.forEach((counter) => counter.draw());

/** No counter has it. */
const leave = (reader: Reader) => {
  away.add(reader);
  reader.on('removed');
};

/**
 * Brings the readers in line with what is on the page.
 *
 * @param isOther Whether another page is shown than before.
 */
function update(isOther = showing.moved()): void {
  updates = 0;
  // What is new is of the next page, or of a preview of it that nobody reads.
  if (showing.isLeaving()) return;
  const used = new Set<Numbers | undefined>();
  counters.forEach((counter) => {
    if (counter.isConnected) used.add((counter.numbers = numbersOf(counter)));
    else counters.delete(counter);
  });
  readers.forEach((reader, key) => {
    const isUsed = used.has(reader);
    if (!isUsed) leave(reader);
    // A counter that stays while the address alone changes is where it was. One that was away
    // in between went with one page, before or after the address, and is back with another.
    if (isOther && away.delete(reader)) reader.on('arrived');
    if (isUsed) reader.on('shown');
    else if (isOther) readers.delete(key);
  });
  listed.forEach((its, key) => used.has(its) || listed.delete(key));
  drawAll();
  refreshListed();
}

function refreshListed(): void {
  const [first] = listed.keys();
  if (!first) return;
  // A browser may remember of an address that it could not be loaded.
  import(`${first.split(' ')[0]}/embed-listed${version}js${query}`).then(
    (module: { refresh: typeof refresh }) =>
      module.refresh(listed, (its: Numbers, counts: Counts) => {
        its.counts = counts;
        drawAll();
      }),
    () => {
      if (!query) setInterval(refreshListed, RETRY_MS);
      query = '?' + ++failures;
    },
  );
}

/** In a task of its own: a parser puts counters on the page one after the other. */
function updateSoon(): void {
  updates ||= setTimeout(update);
}

const tellAll = (...event: Event) => readers.forEach((reader) => reader.on(...event));

class ViewCounter extends HTMLElement {
  static observedAttributes = ['server', 'slug', 'show', 'no-count'];
  numbers: Numbers | undefined;
  readonly draw = drawing(this);

  connectedCallback(): void {
    counters.add(this);
    updateSoon();
  }

  disconnectedCallback(): void {
    updateSoon();
  }

  attributeChangedCallback(): void {
    updateSoon();
  }
}

/** Those of the document, too, of which some do not bubble: on their way to it. */
const listen = (names: string, then: (event: any) => void) =>
  names.split(' ').forEach((name) => addEventListener(name, then, true));

if (!customElements.get('view-counter')) {
  const tellRole = () => {
    decide();
    tellAll('role', isLeftOut());
  };
  listen('visibilitychange prerenderingchange', () => {
    tellAll(isVisible() ? 'visible' : 'hidden');
    refreshListed();
  });
  listen('online pagehide', ({ type }) => {
    tellAll(type);
    refreshListed();
  });
  listen('pageshow', ({ persisted }) => {
    if (!persisted) return;
    showing.restored();
    // Another tab may have decided while this one was in the cache.
    tellRole();
    tellAll('restored');
  });
  listen('storage hashchange', tellRole);
  // Astro's and Turbo's navigations: left before the next page is fetched, and there when
  // it has loaded. Turbo visits the same page for a place in it, too, and to refresh it.
  listen('astro:before-preparation turbo:visit', ({ to, detail }) => {
    if (showing.leaves(to ?? new URL(detail.url))) {
      setTimeout(updateSoon, LEAVING_TIMEOUT);
      tellAll('leaving');
    }
  });
  listen('astro:after-swap turbo:render', () => {
    if (showing.replaced()) readers.forEach(leave);
  });
  listen('astro:page-load turbo:load', () => {
    if (showing.loaded()) update(true);
  });
  // Other routers say nothing, but change the address: some before the page, some after it.
  listen('popstate', updateSoon);
  (window as { navigation?: EventTarget }).navigation?.addEventListener(
    'currententrychange',
    updateSoon,
  );
  tellRole();
  customElements.define('view-counter', ViewCounter);
}
