// What an element draws: in a shadow of its own, so that a library that owns the page's DOM
// (React, a morph by Turbo or htmx) finds there what it put there, and nothing of the page is ever
// removed.

import type { Counts } from './lifecycle';
import { isLeftOut } from './page';

/** What is known of a slug's numbers. */
export interface Numbers {
  counts?: Counts | undefined;
  /** Whether they are live, the last known, or as they were when they were asked for. */
  kind?: 'live' | 'lost' | 'static';
}

/** Where the page's own words have the numbers, and what goes with them. */
const MARKS = '[data-live],[data-total],[data-of],[data-lost]';

/**
 * Whether this is more than a text to show until there are numbers. A tag without an end has the
 * rest of the page inside.
 */
const isContent = (node: Element) =>
  node.localName === 'view-counter' || !/^(inline|none)$/.test(getComputedStyle(node).display);

/** The language of the page at this element; undefined if that is none that the browser knows. */
function languageOf(element?: Element): string[] | undefined {
  if (!element) return undefined;
  const named = element.closest('[lang],[xml\\:lang]');
  if (!named) return languageOf((element.getRootNode() as ShadowRoot).host);
  const name = (named as HTMLElement).lang || named.getAttribute('xml:lang')!;
  try {
    return Intl.getCanonicalLocales(name.replace(/_/g, '-'));
  } catch {
    return undefined;
  }
}

/** Writes only what changed: what reads the page aloud, or selects in it, is not disturbed. */
const write = (node: Node, text: string) => {
  if (node.textContent !== text) node.textContent = text;
};

/**
 * Makes this element one that draws its numbers; or what the page has inside of it, if there are
 * none. Returns what draws them anew.
 */
export function drawing(element: HTMLElement & { numbers: Numbers | undefined }): () => void {
  const shown = document.createElement('span');
  // The words are English, and run from left to right, whatever is around them.
  shown.lang = 'en';
  shown.dir = 'ltr';
  const slot = document.createElement('slot');
  element.attachShadow({ mode: 'open' }).append(shown, slot);

  const draw = () => {
    // What is on no page has no language: it may be in a link, whose `host` is a text.
    const { counts, kind } = (element.isConnected && element.numbers) || {};
    // Not those of a counter inside, where a tag has no end: the two would write over each other.
    const marks = [...element.querySelectorAll<HTMLElement>(MARKS)].filter(
      (mark) => mark.closest('view-counter') === element,
    );
    shown.hidden = !(counts && !marks[0]);
    slot.hidden = !shown.hidden && ![...element.children].some(isContent);
    if (!counts) return;
    shown.setAttribute('part', `is-${kind}`);

    const language = languageOf(element);
    const written = (number: number) => number.toLocaleString(language);
    const { live, total } = counts;
    const isLost = kind === 'lost';

    marks.forEach((mark) => {
      // A browser would translate anew what is written anew, and so on for ever.
      mark.translate &&= false;
      const { of, lost, ...forms } = mark.dataset;
      if (lost != null) mark.hidden = !isLost;
      const number = (of ?? ('live' in forms ? 'live' : 'total')) === 'live' ? live : total;
      if (of) {
        const form = new Intl.PluralRules(language).select(number);
        write(mark, forms[form] ?? forms['other'] ?? '');
      } else if (lost == null) write(mark, written(number));
    });

    if (shown.hidden) return;
    const what = element.getAttribute('show');
    const reading = what === 'total' ? '' : `${written(live)} reading now`;
    const views = what === 'live' ? '' : `${written(total)} view${total === 1 ? '' : 's'}`;
    const sign = isLost ? ' · not live' : kind === 'live' && isLeftOut() ? ' · not counted' : '';
    const texts = [reading, reading && views && ' · ', views, sign];
    ['live', 'separator', 'total', 'sign'].forEach((name, n) => {
      const part = shown.children[n] ?? shown.appendChild(document.createElement('span'));
      part.setAttribute('part', name);
      write(part, texts[n]!);
    });
  };
  // The page's own words inside of it may be written anew by whoever owns them, and again when this
  // has written: in a task of its own, between others of the page.
  const changes = { childList: true, characterData: true, subtree: true };
  new MutationObserver(() => setTimeout(draw)).observe(element, changes);
  return draw;
}
