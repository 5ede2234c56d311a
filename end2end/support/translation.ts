/** What translates a page does to its texts. */

import type { Page } from '@playwright/test';

/**
 * Puts two `<font>` elements with other words in the place of each text below these elements, as
 * Google Translate does in Chrome. It leaves out what says `translate="no"`; extensions do not.
 */
export function translate(page: Page, selector: string, heedsNo = true): Promise<void> {
  return page.evaluate(
    ([selector, heedsNo]) => {
      const isLeftOut = (text: Node) =>
        heedsNo && text.parentElement?.closest('[translate="no"], .notranslate, script, style');
      const translateIn = (root: Node) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        const texts: Node[] = [];
        while (walker.nextNode()) texts.push(walker.currentNode);
        for (const text of texts) {
          if (!text.textContent?.trim() || isLeftOut(text)) continue;
          const outer = document.createElement('font');
          const inner = outer.appendChild(document.createElement('font'));
          inner.textContent = `übersetzt: ${text.textContent}`;
          text.parentNode?.replaceChild(outer, text);
        }
      };
      for (const root of document.querySelectorAll(selector)) translateIn(root.shadowRoot ?? root);
    },
    [selector, heedsNo] as const,
  );
}
