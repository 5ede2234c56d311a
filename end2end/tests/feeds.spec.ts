import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { SITE_URL } from '../support/server';

const POSTS = ['night', 'dusk', 'noon', 'dawn'].map((slug) => `${SITE_URL}/posts/${slug}`);

/** Parses a document as a browser does, and reads the text of some elements. */
async function parse(page: Page, path: string, ...selectors: string[]) {
  await page.goto('/');
  return page.evaluate(
    async ([path = '', ...selectors]) => {
      const response = await fetch(path);
      const document = new DOMParser().parseFromString(await response.text(), 'text/xml');
      const read = (selector: string) =>
        [...document.querySelectorAll(selector)].map((element) => element.textContent ?? '');
      return {
        contentType: response.headers.get('content-type'),
        error: document.querySelector('parsererror')?.textContent ?? null,
        found: Object.fromEntries(selectors.map((selector) => [selector, read(selector)])),
        links: [...document.querySelectorAll('link')].map((link) => link.getAttribute('href')),
      };
    },
    [path, ...selectors],
  );
}

test('the feed is well-formed, and its addresses are the public ones', async ({ page }) => {
  const feed = await parse(page, '/feed.xml', 'entry > id', 'entry > content');
  expect(feed.contentType).toContain('application/atom+xml');
  expect(feed.error).toBeNull();
  expect(feed.found['entry > id']).toEqual(POSTS);
  expect(feed.links).toEqual([`${SITE_URL}/feed.xml`, `${SITE_URL}/`, ...POSTS]);
  expect(feed.found['entry > content']?.join(), 'whole texts').toContain('It keeps boots.');
});

test('every page names the feed', async ({ page }) => {
  await page.goto('/about');
  const feed = page.locator('link[rel="alternate"][type="application/atom+xml"]');
  await expect(feed).toHaveAttribute('href', '/feed.xml');
});

test('the site map is well-formed and names every page', async ({ page }) => {
  const map = await parse(page, '/sitemap.xml', 'url > loc');
  expect(map.contentType).toContain('application/xml');
  expect(map.error).toBeNull();
  const tags = ['ebb', 'flood', 'long-walks'].map((tag) => `${SITE_URL}/tags/${tag}`);
  const own = ['/', '/about', '/privacy'].map((path) => `${SITE_URL}${path}`);
  const pages = [...own, ...POSTS, ...tags];
  expect(map.found['url > loc']).toEqual(pages);

  for (const url of pages) {
    const response = await page.request.get(new URL(url).pathname);
    expect(response.status(), url).toBe(200);
  }
});

test('robots are told where the site map is', async ({ page }) => {
  const response = await page.request.get('/robots.txt');
  expect(response.headers()['content-type']).toContain('text/plain');
  expect(await response.text()).toContain(`Sitemap: ${SITE_URL}/sitemap.xml\n`);
});
