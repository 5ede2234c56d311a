// <view-counter>: a post's numbers on any page, live. The script that is loaded from the
// counting server: <script src="https://counts.example/embed.js" async></script>.

import { drawing, type Numbers } from './drawing';
import type { Counts, Event } from './lifecycle';
import type { Listed, refresh } from './listed';
import { decide, isLeftOut, isVisible, say } from './page';
import { type Reader, reader } from './reader';
import * as showing from './showing';
import { isSlug, serverOf, slugOfAttribute } from './slug';

/** Where this script came from; nothing of a module, and of a script without an address. */
const home = (document.currentScript as HTMLScriptElement | null)?.src.replace(/[^/]*([?#].*)?$/, '');

/** The counters on the page. */
const counters = new Set<ViewCounter>();
/** The page's readers, by server and slug: counters of one slug share one. */
const readers = new Map<string, Reader>();
/** What the counters show that only show, by server and slug. */
const listed = new Map<string, Listed & { 3: Numbers }>();
let updates = false;

/** What this counter is to show the numbers of; undefined if what is written at it can be nothing. */
function numbersOf(counter: ViewCounter): Numbers | undefined {
  const written = counter.getAttribute('server') ?? home;
  const server = serverOf(written || ':');
  if (!server) say(`needs server="https://…", not ${written}`);
  const named = slugOfAttribute(counter.getAttribute('slug') ?? '');
  // A new one is of the next page, which has no name before it has loaded.
  if (!named && showing.isLeaving()) return counter.numbers;
  const slug = named || showing.slugOfPage();
  if (!isSlug(slug)) say(`slug="${slug}" is no slug`);
  else if (server) {
    const key = `${server} ${slug}`;
    if (counter.hasAttribute('no-count')) {
      const its: Numbers = listed.get(key)?.[3] ?? { kind: 'static' };
      const show = (counts: Counts) => {
        its.counts = counts;
        drawAll();
      };
      listed.set(key, [server, slug, show, its]);
      return its;
    }
    if (!readers.has(key)) {
      const its = reader(server, slug, drawAll);
      readers.set(key, its);
      if (showing.isLeaving()) its.on('leaving');
    }
    return readers.get(key);
  }
  return undefined;
}

const drawAll = () => counters.forEach((counter) => counter.draw());

/**
 * Brings the readers in line with what is on the page.
 *
 * @param isOther Whether another page is shown than before.
 * @param isLoaded Whether a router says so, which left the page before.
 */
function update(isOther = showing.moved(), isLoaded = false): void {
  updates = false;
  const used = new Set<Numbers | undefined>();
  counters.forEach((counter) => {
    if (counter.isConnected) used.add((counter.numbers = numbersOf(counter)));
    else counters.delete(counter);
  });
  readers.forEach((reader, key) => {
    const isUsed = used.has(reader);
    // A counter that stays while the address alone changes is where it was.
    if (isLoaded || (isOther && !isUsed)) {
      reader.on('removed');
      reader.on('arrived');
    }
    reader.on(isUsed ? 'shown' : 'removed');
    if (isOther && !isUsed) readers.delete(key);
  });
  listed.forEach(([, , , its], key) => used.has(its) || listed.delete(key));
  drawAll();
  refreshListed();
}

function refreshListed(): void {
  const [first] = listed.values();
  if (!first) return;
  import(`${first[0]}/embed-listed.js`).then(
    (module: { refresh: typeof refresh }) => module.refresh(listed),
    // It is tried again when the page is seen the next time.
    () => {},
  );
}

/** In a task of its own: a parser puts counters on the page one after the other. */
function updateSoon(): void {
  if (!updates) setTimeout(update);
  updates = true;
}

const tellAll = (...event: Event) => readers.forEach((reader) => reader.on(...event));

class ViewCounter extends HTMLElement {
  static observedAttributes = ['slug', 'server', 'show', 'no-count'];
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

/** @param at Where it happens. @param names What happens. */
const listen = (at: EventTarget | undefined, names: string, then: (event: any) => void) =>
  names.split(' ').forEach((name) => at?.addEventListener(name, then));

if (!customElements.get('view-counter')) {
  const tellRole = () => {
    decide();
    tellAll('role', isLeftOut());
    drawAll();
  };
  listen(document, 'visibilitychange prerenderingchange', () => {
    tellAll(isVisible() ? 'visible' : 'hidden');
    refreshListed();
  });
  listen(window, 'online pagehide', ({ type }) => tellAll(type));
  listen(window, 'pageshow', ({ persisted }) => {
    if (!persisted) return;
    showing.restored();
    // Another tab may have decided while this one was in the cache.
    tellRole();
    tellAll('restored');
  });
  listen(window, 'storage hashchange', tellRole);
  // Astro's and Turbo's navigations: left before the next page is fetched, and there when
  // it has loaded. Turbo visits the same page for a place in it, too, and to refresh it.
  listen(document, 'astro:before-preparation turbo:visit', ({ to, detail }) => {
    if (showing.leaves(to ?? new URL(detail.url))) tellAll('leaving');
  });
  listen(document, 'astro:after-swap turbo:render', showing.replaced);
  listen(document, 'astro:page-load turbo:load', () => {
    if (showing.loaded()) update(true, true);
  });
  // Other routers say nothing, but change the address: some before the page, some after it.
  listen(window, 'popstate', updateSoon);
  listen((window as { navigation?: EventTarget }).navigation, 'currententrychange', updateSoon);
  tellRole();
  customElements.define('view-counter', ViewCounter);
}
