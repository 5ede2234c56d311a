// <view-counter>: a post's numbers on any page, live. The script that is loaded from the
// counting server: <script src="https://counts.example/embed.js" async></script>.

import type { Counts, Event } from './lifecycle';
import { decide, isLeftOut, isVisible, slugOf } from './page';
import { type Reader, reader } from './reader';

/** Where this script came from, without a slash at the end. */
const home = new URL('.', (document.currentScript as HTMLScriptElement | null)?.src ?? location.href)
  .href.slice(0, -1);

/** The counters on the page. */
const counters = new Set<ViewCounter>();
/** The page's readers, by server and slug: counters of one slug share one. */
const readers = new Map<string, Reader>();
/** Between the moment a navigation begins and the one in which its page has loaded. */
let navigating = false;
/** Of the page that is shown; while a navigation is under way the address may be ahead. */
let path = location.pathname;
let updates = false;

/** Brings the readers in line with what is on the page. */
function update(): void {
  updates = false;
  readers.forEach((reader) => reader.counters.clear());
  counters.forEach((counter) => {
    const server = counter.getAttribute('server') ?? home;
    const slug = counter.getAttribute('slug') || slugOf(location.pathname);
    const key = `${server} ${slug}`;
    const its = readers.get(key) ?? reader(server, slug);
    readers.set(key, its);
    its.counters.add(counter);
  });
  readers.forEach((reader, key) => {
    if (!reader.counters.size) readers.delete(key);
    reader.on(reader.counters.size && !navigating ? 'shown' : 'left');
    reader.show();
  });
}

/** What moves a counter takes it from the page, and puts it back in the same moment. */
function updateSoon(): void {
  if (!updates) queueMicrotask(update);
  updates = true;
}

const tellAll = (...event: Event) => readers.forEach((reader) => reader.on(...event));

class ViewCounter extends HTMLElement {
  static observedAttributes = ['slug', 'server', 'show'];

  connectedCallback(): void {
    counters.add(this);
    updateSoon();
  }

  disconnectedCallback(): void {
    counters.delete(this);
    updateSoon();
  }

  attributeChangedCallback(): void {
    updateSoon();
  }

  /** Shows the numbers, and whether they are no longer live. */
  show({ live, total }: Counts, lost: boolean): void {
    this.dataset.state = lost ? 'lost' : 'live';
    const own = this.querySelectorAll<HTMLElement>('[data-live],[data-total]');
    // Of a page's own markup only the numbers are ours.
    own.forEach((place) => {
      place.textContent = this.#written('live' in place.dataset ? live : total);
    });
    if (own.length) return;
    const what = this.getAttribute('show');
    const reading = `${this.#written(live)} reading now`;
    const views = `${this.#written(total)} view${total === 1 ? '' : 's'}`;
    const parts: [string, string][] = [];
    if (what !== 'total') parts.push(['live', reading]);
    if (what !== 'total' && what !== 'live') parts.push(['separator', ' · ']);
    if (what !== 'live') parts.push(['total', views]);
    if (lost) parts.push(['sign', ' · not live']);
    this.replaceChildren(
      ...parts.map(([name, text]) => {
        const part = document.createElement('span');
        part.className = `view-counter-${name}`;
        part.textContent = text;
        part.ariaHidden = name === 'separator' ? 'true' : null;
        return part;
      }),
    );
  }

  /** As the page's language writes it. */
  #written(n: number): string {
    const language = this.closest<HTMLElement>('[lang]')?.lang;
    try {
      return n.toLocaleString(language || undefined);
    } catch {
      // It is no language's name.
      return n.toLocaleString();
    }
  }
}

/** @param at Where it happens. @param names What happens. */
const listen = (at: EventTarget, names: string, then: (event: any) => void) =>
  names.split(' ').forEach((name) => at.addEventListener(name, then));

if (!customElements.get('view-counter')) {
  const tellRole = () => tellAll('role', isLeftOut());
  const ask = () => {
    decide();
    tellRole();
  };
  listen(document, 'visibilitychange prerenderingchange', () =>
    tellAll(isVisible() ? 'visible' : 'hidden'),
  );
  listen(window, 'online', () => tellAll('online'));
  listen(window, 'pagehide', () => tellAll('pagehide'));
  listen(window, 'pageshow', ({ persisted }) => {
    if (!persisted) return;
    // Another tab may have decided while this one was in the cache.
    tellRole();
    tellAll('restored');
  });
  listen(window, 'storage', tellRole);
  listen(window, 'hashchange', ask);
  // Astro's and Turbo's navigations: left before the next page is fetched, and there when
  // it has loaded. Turbo visits the same page for a place in it, too, and to refresh it.
  listen(document, 'astro:before-preparation turbo:visit', ({ to, detail }) => {
    navigating ||= (to ?? new URL(detail.url)).pathname !== path;
    update();
  });
  listen(document, 'astro:page-load turbo:load', () => {
    navigating = false;
    path = location.pathname;
    update();
  });
  ask();
  customElements.define('view-counter', ViewCounter);
}
