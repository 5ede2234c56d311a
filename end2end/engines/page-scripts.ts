/**
 * Functions that run in a page: their source is sent there, so each uses its arguments and
 * nothing else of this file.
 */

/** Where {@link recordComplaints} writes. It outlasts the document, and not the window. */
export const COMPLAINTS_KEY = 'complaints-of-the-tests';

/** A page whose browser says that it is driven watches; these tests are about readers. */
export function hideDriver(): void {
  Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false });
}

/** Writes into the console what a browser says there itself, where its driver keeps it. */
export function logFailures(): void {
  // Captured, because what could not be loaded says so to its element alone.
  const onError = ({ target }: Event) => {
    // What is only fetched ahead is given up when the page is left.
    const isAhead = target instanceof HTMLLinkElement && target.rel === 'prefetch';
    if (target instanceof Element && !isAhead) console.error(`not loaded: ${target.outerHTML}`);
  };
  addEventListener('error', onError, true);
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    console.error(`blocked by ${violatedDirective}: ${blockedURI}`),
  );
}

/** Writes down what a page complains of, for a driver that reports no console. */
export function recordComplaints(key: string): void {
  const record = (text: string) => {
    const earlier = JSON.parse(sessionStorage.getItem(key) ?? '[]') as string[];
    sessionStorage.setItem(key, JSON.stringify([...earlier, text]));
  };
  for (const level of ['error', 'warn'] as const) {
    const write = console[level];
    console[level] = (...words: unknown[]) => {
      record(`${level}: ${words.map(String).join(' ')} (${location.href})`);
      write.apply(console, words);
    };
  }
  addEventListener('error', ({ message }) => record(message));
  addEventListener('unhandledrejection', ({ reason }) => record(String(reason)));
}

/** What {@link recordComplaints} has written since it was last asked. */
export function takeComplaints(key: string): string[] {
  try {
    const complaints = JSON.parse(sessionStorage.getItem(key) ?? '[]') as string[];
    sessionStorage.removeItem(key);
    return complaints;
  } catch {
    // A page without an origin, `about:blank` for example, stores nothing.
    return [];
  }
}

/**
 * The text that each element that matches displays. It is in the element or in its shadow
 * tree; what is hidden is no part of it.
 */
export function displayedTexts(selector: string): string[] {
  const textOf = (node: Node): string => {
    if (node instanceof Text) {
      const parent = node.parentElement ?? (node.getRootNode() as ShadowRoot).host;
      return parent && getComputedStyle(parent).visibility === 'visible' ? node.data : '';
    }
    if (!(node instanceof Element) || getComputedStyle(node).display === 'none') return '';
    return [...childrenOf(node)].map(textOf).join('');
  };
  const childrenOf = (element: Element): Iterable<Node> => {
    if (element.shadowRoot) return element.shadowRoot.childNodes;
    const assigned = element instanceof HTMLSlotElement ? element.assignedNodes() : [];
    return assigned.length ? assigned : element.childNodes;
  };
  return [...document.querySelectorAll(selector)].map((element) =>
    textOf(element).replace(/\s+/g, ' ').trim(),
  );
}
