// Pages by hand, which have what docs/embed.md and README print.

import { SERVER_IS_AWAY } from '../../support/fixtures';
import { type Command, Section, shell, typed } from '../../support/printed';
import type { Recipe } from '../../support/recipe';
import { inRepository, type Server } from '../../support/server';
import { embed, expect, expectTwoReaders, test } from './fixtures';

const ELEMENT = embed('A counter on any site').block('html');
const SERVE = embed('The server').command('serve');
const SLUGS = embed('The slug of a page');

/** A PNG of one pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** The element's tag in this text, with an end. */
const tag = (text: string) => `${text}</view-counter>`;

const html = (body: string, head = '', lang = 'en') =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>A page</title>${head}</head><body>${body}</body></html>`;

const siteMap = (addresses: string[]) =>
  `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${addresses
    .map((address) => `<url><loc>${address}</loc></url>`)
    .join('')}</urlset>`;

/**
 * Writes pages, and a site map of them; serves both, and starts the program.
 *
 * @param pages By their addresses on the site.
 */
async function begin(
  recipe: Recipe,
  pages: Record<string, string>,
  command: Command = SERVE,
): Promise<Server> {
  for (const [address, text] of Object.entries(pages)) {
    await recipe.write({ [`${address.replace(/\?.*/, '')}/index.html`]: recipe.here(text) });
  }
  const addresses = Object.keys(pages).map((address) => `${recipe.site}${address}`);
  await recipe.write({
    'sitemap.xml': siteMap(addresses.map((address) => address.replace('&', '&amp;'))),
  });
  await recipe.serveFiles();
  return recipe.count(command, { 'https://blog.example': recipe.site });
}

test('the script and the element count a page', async ({ recipe, page, context }) => {
  await begin(recipe, { '/posts/noon/': html(ELEMENT) });
  await expectTwoReaders(page, context, '/posts/noon/');
});

test('README: the script, the element and the numbers as JSON', async ({
  recipe,
  page,
  context,
}) => {
  const service = new Section('README.md', 'The service');
  await begin(recipe, { '/posts/noon/': html(service.block('html')) }, service.command('serve'));
  await expectTwoReaders(page, context, '/posts/noon/');
  const { words } = service.command('curl');
  const ask = recipe.here(words.join(' '), { 'inside-the-hub': 'posts/noon' });
  const printed = JSON.parse(/^\{.*\}$/m.exec(service.block('console', 'curl'))![0]) as object;
  const numbers = JSON.parse(await recipe.run(shell(`${ask} 2>/dev/null`))) as object;
  expect(numbers).toEqual({ ...printed, slug: 'posts/noon', live: 1, total: 2 });
});

test('README: a post of the blog is counted', async ({ recipe, page, context }) => {
  const blog = new Section('README.md', 'The blog');
  const copy = blog.command('cp').words.join(' ');
  await recipe.run(
    typed(copy.replace('content', inRepository('content')).replace('~', recipe.home)),
  );
  const picture = /!\[.*\]\((.*)\)/.exec(blog.block('markdown'))![1];
  await recipe.write({
    '../my-blog/posts/hello.md': blog.block('markdown'),
    [`../my-blog/posts/${picture}`]: Buffer.from(PIXEL, 'base64'),
  });
  const server = await recipe.count(blog.command('serve'));
  await expectTwoReaders(page, context, `${server.url}/posts/hello`, '.view-counter');
});

test.describe('while the server is away', () => {
  test.use({ expectedComplaints: new RegExp(`favicon|${SERVER_IS_AWAY.source}`) });

  test('words of the page have their numbers and forms, and say that they are lost', async ({
    recipe,
    page,
    context,
  }) => {
    const words = embed('Words of your own').block('html');
    const server = await begin(recipe, {
      '/posts/noon/': html(words, ELEMENT.split('\n')[0], 'de'),
    });
    const shown = (text: string) =>
      expect(page.locator('view-counter')).toHaveText(text, { useInnerText: true });
    await page.goto('/posts/noon/');
    await shown('1 lesen gerade, 1 Aufruf');
    const second = await context.newPage();
    await second.goto('/posts/noon/');
    await shown('2 lesen gerade, 2 Aufrufe');
    await second.close();
    await server.stop();
    await shown('1 lesen gerade, 2 Aufrufe (nicht live)');
  });

  test('the style sheet reaches the parts', async ({ recipe, page, context }) => {
    const style = `<style>${embed('Style').block('css')}</style>`;
    const server = await begin(recipe, { '/posts/noon/': html(ELEMENT, style) });
    await expectTwoReaders(page, context, '/posts/noon/');
    const counter = page.locator('view-counter');
    await expect(counter).toHaveCSS('display', 'inline-block');
    await expect(counter.locator('[part~=live]')).toHaveCSS('font-weight', '700');
    await expect(counter.locator('[part~=total]')).toHaveCSS('font-weight', '400');
    await server.stop();
    await expect(counter.locator('[part~=is-lost]')).toHaveCSS('opacity', '0.7');
  });
});

const LIST = embed('Lists of posts').block('html');
const BADGE = embed('A badge').block('html');
const POSTS = {
  '/posts/noon/': html(ELEMENT),
  '/posts/dusk/': html(ELEMENT),
  '/posts/hello/': html(ELEMENT),
};

test('a list shows the views of posts and counts none; so does a badge', async ({
  recipe,
  page,
  context,
  sockets,
}) => {
  const server = await begin(recipe, {
    ...POSTS,
    '/': html(ELEMENT.split('\n')[0] + LIST + BADGE),
  });
  const reader = await context.newPage();
  await expectTwoReaders(reader, context, '/posts/noon/');
  await page.goto('/');
  await expect(page.locator('view-counter')).toHaveText(['2 views', '0 views']);
  const badge = page.getByAltText('Views of Hello');
  await expect(badge).toHaveJSProperty('complete', true);
  await expect(badge).not.toHaveJSProperty('naturalWidth', 0);
  expect(sockets.opened).toEqual([]);
  expect(await server.views('posts%2Fdusk')).toEqual({ live: 0, total: 0 });
  const picture = await fetch(`${recipe.counts}/badge/posts/hello.svg`);
  expect(await picture.text()).toContain('<title>0 views</title>');
});

test('both policies let the element, a list and a badge through', async ({
  recipe,
  page,
  context,
}) => {
  const policies = embed('Content-Security-Policy');
  const policy = [policies.block('text', 'script-src'), policies.block('text', 'img-src')];
  const head = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${policy.join('; ')}">`;
  await begin(recipe, {
    ...POSTS,
    '/posts/tide/': html(`<main>${ELEMENT}</main>${LIST}${BADGE}`, head),
  });
  await expectTwoReaders(page, context, '/posts/tide/', 'main view-counter');
  await expect(page.locator('li view-counter')).toHaveText(['0 views', '0 views']);
  const badge = page.getByAltText('Views of Hello');
  await expect(badge).toHaveJSProperty('complete', true);
  await expect(badge).not.toHaveJSProperty('naturalWidth', 0);
});

test('the pinned script has the printed hash', async ({ recipe, page, context }) => {
  const policies = embed('Content-Security-Policy');
  await begin(recipe, { '/posts/noon/': html(ELEMENT) });
  const hash = (
    await recipe.run(shell(recipe.here(policies.command('openssl').words.join(' '))))
  ).trim();
  await recipe.write({
    'posts/noon/index.html': html(
      recipe.here(policies.block('html')).replace('WHAT-THAT-PRINTED', hash) +
        tag('<view-counter>'),
    ),
  });
  await expectTwoReaders(page, context, '/posts/noon/');
});

test('a page with a name of its own keeps its views at another address', async ({
  recipe,
  page,
  context,
}) => {
  const element = ELEMENT.split('\n')[0] + tag(SLUGS.code(/^<view-counter slug="hello">$/));
  await recipe.write({
    'slugs.txt': SLUGS.code(/^hello$/),
    'old/index.html': recipe.here(html(element)),
    'new/index.html': recipe.here(html(element)),
  });
  await recipe.serveFiles();
  await recipe.count(SERVE, {
    'https://blog.example/sitemap.xml': `${recipe.site}/slugs.txt`,
    'https://blog.example': recipe.site,
  });
  await expectTwoReaders(page, context, '/old/');
  await page.goto('/new/');
  await expect(page.locator('view-counter')).toHaveText('1 reading now · 3 views');
});

test('two sites have a page of the same name each', async ({ recipe, page, context }) => {
  const sites = embed('Two sites');
  const element =
    ELEMENT.split('\n')[0] +
    tag(sites.code(/^<view-counter slug="shop/).replace('</view-counter>', ''));
  const shop = await recipe.serveFiles('shop');
  await recipe.write({
    'index.html': recipe.here(html(ELEMENT)),
    'sitemap.xml': siteMap([`${recipe.site}/`, `${recipe.site}/products/lamp`]),
    'products/lamp/index.html': recipe.here(html(ELEMENT)),
    'shop/products/lamp/index.html': recipe.here(html(element)),
    'shop/sitemap.xml': siteMap([`${shop.url}/`, `${shop.url}/products/lamp`]),
  });
  await recipe.serveFiles();
  const server = await recipe.count(sites.command('serve'), {
    'https://blog.example': recipe.site,
    'https://shop.example': shop.url,
  });
  await expectTwoReaders(page, context, `${shop.url}/products/lamp/`);
  await page.goto('/products/lamp/');
  await expect(page.locator('view-counter')).toHaveText('1 reading now · 1 view');
  expect(await server.views('shop%2Findex')).toEqual({ live: 0, total: 0 });
});

test('the query names the page where it is said to', async ({ recipe, page, context }) => {
  const element = (id: number) =>
    ELEMENT.split('\n')[0] +
    tag(SLUGS.code(/^<view-counter slug="p=/).replace(/<\?php.*?\?>/, String(id)));
  const { settings, words } = SERVE;
  const words_ = [...words, ...SLUGS.code(/^--slugs-parameter /).split(' ')];
  const server = await begin(
    recipe,
    { '/?p=123': html(element(123)) },
    { settings, words: words_ },
  );
  await expectTwoReaders(page, context, '/?p=123');
  expect(await server.views('p%3D123')).toEqual({ live: 1, total: 2 });
});

test('the addresses of the table have its slugs', async ({ recipe }) => {
  const rows = SLUGS.rows.map((cells) => cells.map((cell) => cell.replaceAll('`', '')));
  await recipe.write({ 'slugs.txt': rows.map(([address]) => `${address}\n`).join('') });
  await recipe.count(SERVE, { 'https://blog.example/sitemap.xml': 'slugs.txt' });
  const answer = await fetch(`${recipe.counts}/api/v1/views`);
  const { views } = (await answer.json()) as { views: { slug: string }[] };
  const expected = new Set(rows.map(([, slug]) => slug));
  expect(new Set(views.map(({ slug }) => slug))).toEqual(expected);
});

test('a client of its own counts', async ({ recipe, page, context }) => {
  const client = embed('A client of your own').block('js');
  const url = recipe.counts.replace('http', 'ws');
  await begin(recipe, {
    '/posts/noon/': html(
      `<p data-slug="posts/noon" data-ws-url="${url}"></p><script>${client}</script>`,
    ),
  });
  await expectTwoReaders(page, context, '/posts/noon/', '[data-slug]');
});
