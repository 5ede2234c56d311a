/** Pages of others with the element in them, as a test writes them. */

import type { Locator, Page } from '@playwright/test';
import { test as base } from './fixtures';
import type { Answer, StaticSite } from '../../support/static-site';

export { expect } from './fixtures';

/** The script as a page loads it. */
export const SCRIPT = '<script src="http://127.0.0.1:3000/embed.js" async></script>';

/** A page with this in its head and its body. */
export function html(body: string, head = '', attributes = 'lang="en"'): string {
  return `<!doctype html>
    <html ${attributes}>
      <head><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">
        ${SCRIPT}${head}</head>
      <body>${body}</body>
    </html>`;
}

/** The counters of a page. */
export const counters = (page: Page): Locator => page.locator('view-counter');

interface Fixtures {
  /** Has the site say this at a path. */
  write(path: string, answer: string | Answer | Promise<Answer>): void;
}

/** A site whose pages are the test's; `end2end/hosts/slugs.txt` says which are counted. */
export const test = base.extend<Fixtures>({
  files: {
    folder: 'end2end/hosts',
    more: {
      '/turbo.js': 'end2end/node_modules/@hotwired/turbo/dist/turbo.es2017-umd.js',
      '/react.js': 'end2end/node_modules/react/umd/react.production.min.js',
      '/react-dom.js': 'end2end/node_modules/react-dom/umd/react-dom.production.min.js',
    },
  },
  slugs: '/slugs.txt',

  write: ({ site }: { site: StaticSite }, use) =>
    use((path, answer) => {
      site.answers.set(path, typeof answer === 'string' ? { body: answer } : answer);
    }),
});
